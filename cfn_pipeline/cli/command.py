"""The command itself, to which each verb is added."""

from typing import Any

import click

from cfn_pipeline._version import __version__
from cfn_pipeline.cli.check import check
from cfn_pipeline.cli.permissions import permissions
from cfn_pipeline.cli.rehearse import rehearse
from cfn_pipeline.cli.render import render
from cfn_pipeline.cli.rules import rules
from cfn_pipeline.errors import CfnPipelineError

__all__ = ["main"]


class _BadInputError(click.ClickException):
    """A mistake of the user's, told in one message: exit 2."""

    exit_code = 2


class _Command(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CfnPipelineError as error:
            raise _BadInputError(str(error)) from error


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cfn-pipeline")
def main() -> None:
    """Say what you deliver, get the plain CloudFormation that delivers it.

    Exit codes: 0 fine; 1 findings or stale files; 2 wrong usage or bad input.
    """


main.add_command(render)
main.add_command(check)
main.add_command(rules)
main.add_command(permissions)
main.add_command(rehearse)
