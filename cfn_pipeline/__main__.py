"""Run the command: ``python -m cfn_pipeline``."""

from cfn_pipeline.cli import main

main(prog_name="cfn-pipeline")
