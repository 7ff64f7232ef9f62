"""``cfn-pipeline mcp``: tools for agents."""

import sys
from pathlib import Path

import click

from cfn_pipeline.errors import OutputError


@click.command()
@click.argument(
    "folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--write", is_flag=True, help="Let agents render into FOLDER, too.")
@click.option(
    "--rehearse",
    is_flag=True,
    help="Let agents rehearse pipelines, too: commands of builds run on this machine.",
)
def mcp(folder: Path, write: bool, rehearse: bool) -> None:
    """Serve the verbs to agents, by the Model Context Protocol on standard input and output.

    Agents check templates, have rules explained, derive permissions, render a configuration and
    compare states. Nothing outside of FOLDER is read, and without --write nothing is written.
    The extra "mcp" installs what it needs.

    Example: cfn-pipeline mcp ../orders-aws
    """
    try:
        from cfn_pipeline.agents.server import server
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("cfn_pipeline"):
            raise
        raise OutputError(
            "mcp needs the SDK of the Model Context Protocol; run pip install 'cfn-pipeline[mcp]'"
        ) from error
    if sys.stdin is None:
        raise click.UsageError("standard input is closed; it must be connected to an agent.")
    server(folder, write=write, rehearse=rehearse).run()
