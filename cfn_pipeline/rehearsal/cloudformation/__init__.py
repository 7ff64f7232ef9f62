"""Stacks and change sets, by CloudFormation's API."""
