"""The command ``cfn-pipeline``: the only place that prints and exits."""

from cfn_pipeline.cli.command import main

__all__ = ["main"]
