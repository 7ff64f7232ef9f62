"""Builds, run as CodeBuild runs them."""
