"""``cfn-pipeline schema``: the JSON Schema of the configuration file."""

import json

import click

from cfn_pipeline.cli import printing


@click.command()
def schema() -> None:
    """Print the JSON Schema of cfn-pipeline.yml.

    Editors complete and check the file when its first line is
    "# yaml-language-server: $schema=cfn-pipeline.schema.json".

    Example: cfn-pipeline schema > cfn-pipeline.schema.json
    """
    from cfn_pipeline.config.schema import config_schema

    printing.document(json.dumps(config_schema(), indent=2) + "\n")
