"""Tests of cfn_pipeline.diff."""
