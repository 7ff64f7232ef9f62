"""The command ``cfn-pipeline`` and its verbs."""

from importlib import import_module
from typing import Any

import click

from cfn_pipeline._version import __version__
from cfn_pipeline.cli.loading import loading
from cfn_pipeline.errors import CfnPipelineError


class _BadInputError(click.ClickException):
    """An error of the user's input: one message, exit code 2."""

    exit_code = 2


#: The verbs, in the order of the help. Each is a module with the same name, which is imported when
#: the verb is called, so that other verbs start fast.
_VERBS = ("render", "check", "rules", "permissions", "rehearse", "schema")


class _Command(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _VERBS:
            return None
        with loading():
            module = import_module(f"cfn_pipeline.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

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
