"""The command ``cfn-pipeline`` and its verbs."""

import contextlib
import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import click

from cfn_pipeline import details
from cfn_pipeline._version import __version__
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.loading import loading
from cfn_pipeline.cli.printing import Level
from cfn_pipeline.cli.verbosity import set_level, with_verbosity
from cfn_pipeline.errors import CfnPipelineError
from cfn_pipeline.printable import printable, printable_lines, shortened


class _BadInputError(click.ClickException):
    """An error of the user's input, or of the machine: one message, exit code 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        del file
        for line in self.message.split("\n"):
            printing.message(line)


#: As shells report a process that ended by Ctrl-C.
_INTERRUPTED = 130

#: The verbs, in the order of the help. Each is a module with the same name, which is imported when
#: the verb is called, so that other verbs start fast.
_VERBS = (
    *("new", "render", "deploy", "check", "rules", "permissions", "diff", "diagram", "adopt"),
    *("rehearse", "fleet", "schema", "completion", "mcp"),
)


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
        return with_verbosity(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        verb = args[0]
        if verb not in _VERBS and not verb.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(verb, _VERBS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the verbs are {', '.join(_VERBS)}"
            raise click.UsageError(f"unknown verb {verb!r}; {hint}", ctx=ctx)
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        set_level(Level.NORMAL)
        with _one_message():  # --help and --version write here
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        begin = time.monotonic()
        try:
            with _one_message():
                return super().invoke(ctx)
        except KeyboardInterrupt as error:
            printing.message("interrupted")
            raise SystemExit(_INTERRUPTED) from error
        finally:
            details.tell(f"{time.monotonic() - begin:.2f} s in all")


@contextlib.contextmanager
def _one_message() -> Iterator[None]:
    """Turn what a user, a file or the machine causes into one message and exit code 2."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        text = "\n".join(printable_lines(shortened(error.format_message().expandtabs())))
        raise click.UsageError(text, ctx=error.ctx) from error
    except CfnPipelineError as error:
        raise _BadInputError(
            "Error: " + "\n".join(printable(shortened(problem)) for problem in error.problems)
        ) from error
    except OSError as error:
        if error.filename is None:
            printing.discard_output()
        where = error.filename or "standard output"
        reason = error.strerror or str(error)
        raise _BadInputError(f"Error: {printable(where)}: cannot be used: {reason}") from error


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cfn-pipeline")
def main() -> None:
    """Say what you deliver, get the plain CloudFormation that delivers it.

    Exit codes: 0 fine; 1 findings, stale files, a pipeline that failed, or a difference of
    --fail-on; 2 wrong usage or bad input. docs/exit-codes.md lists those of each verb.
    """


with_verbosity(main)
