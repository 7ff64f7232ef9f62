"""The options of ``cfn-pipeline rehearse``."""

import re
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import click

from cfn_pipeline.aws.name_forms import ACCOUNT
from cfn_pipeline.cli.pairs import Pair
from cfn_pipeline.cli.standard_input import is_input
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.artifacts.sources import RUNS
from cfn_pipeline.rehearsal.context import BuildSettings
from cfn_pipeline.rehearsal.local_aws.account import LOCAL_NUMBER
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.run.journal import Journal
from cfn_pipeline.rehearsal.run.plan import Plan, Settings

Command = Callable[..., Any]

#: Options of a run, which cannot be changed when it is resumed.
_OF_THE_RUN = (
    *("template", "pipeline", "others", "sources", "parameters", "variables", "exports"),
    *("region", "account", "endpoint_url", "live", "after"),
)

_OPTIONS: Sequence[Callable[[Command], Command]] = (
    click.argument(
        "template",
        required=False,
        type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    ),
    click.option(
        "--source",
        "sources",
        type=Pair("NAME=FOLDER"),
        multiple=True,
        help="Files of a source: a folder, FOLDER@COMMIT or a zip, by the name of the artifact or "
        "action. Once for each source.",
    ),
    click.option(
        "--approve/--reject",
        "approve",
        default=None,
        help="Approve or reject all manual approvals.  [default: ask at the terminal]",
    ),
    click.option(
        "--parameter",
        "parameters",
        type=Pair("NAME=VALUE"),
        multiple=True,
        help="Value of a template parameter that nothing else sets. Repeatable.",
    ),
    click.option(
        "--export",
        "exports",
        type=Pair("NAME=VALUE"),
        multiple=True,
        help="Value of an export that no template has. Repeatable.",
    ),
    click.option(
        "--variable",
        "variables",
        type=Pair("NAME=VALUE"),
        multiple=True,
        help="Value of a pipeline variable. Repeatable.",
    ),
    click.option(
        "--with",
        "others",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        multiple=True,
        metavar="TEMPLATE",
        help="Template to deploy before the pipeline. Templates in TEMPLATE's folder are deployed "
        "when needed. Repeatable.",
    ),
    click.option(
        "--pipeline", metavar="LOGICAL_ID", help="Pipeline to run, if TEMPLATE has several."
    ),
    click.option(
        "--skip",
        multiple=True,
        metavar="STAGE/ACTION",
        help="Action to skip. Repeatable.",
    ),
    click.option(
        "--builds",
        type=click.Choice(["auto", "docker", "shell"]),
        default="auto",
        show_default=True,
        help="Where builds run: in a container (docker), on this machine (shell), or in a "
        "container if possible (auto).",
    ),
    click.option(
        "--build-image",
        metavar="IMAGE",
        help="Image of build containers, instead of the project's.",
    ),
    click.option(
        "--shim",
        "shims",
        multiple=True,
        metavar="TOOL",
        help="Tool whose calls in builds are recorded instead of run. Repeatable.",
    ),
    click.option(
        "--task-exit-code",
        type=int,
        default=0,
        show_default=True,
        help="Exit code of one-off ECS tasks, such as a migration; tasks of a task definition that "
        "has succeeded before succeed again.",
    ),
    click.option(
        "--secret",
        "secrets",
        type=Pair("NAME=TEXT"),
        multiple=True,
        help="Secret to create in the local AWS, as you would on AWS before the deployment. "
        "Repeatable.",
    ),
    click.option(
        "--delete-stack",
        "delete",
        multiple=True,
        metavar="STACK",
        help="Stack to delete before, such as one that is in ROLLBACK_COMPLETE. Repeatable.",
    ),
    click.option(
        "--region",
        default="us-east-1",
        show_default=True,
        metavar="REGION",
        help="Region of the pipeline.",
    ),
    click.option(
        "--account",
        metavar="ACCOUNT",
        help="Account of the pipeline in the local AWS.  [default: the one that roles of other "
        f"accounts trust, or {LOCAL_NUMBER}]",
    ),
    click.option("--port", type=int, help="Port of the local AWS.  [default: a free one]"),
    click.option(
        "--endpoint-url",
        metavar="URL",
        help="URL of an AWS emulator on this machine, used instead of the local AWS.",
    ),
    click.option(
        "--live",
        metavar="ACCOUNT",
        help="Run the stages of the deployed pipeline from this machine, in this account of AWS. "
        "Stacks are changed.",
    ),
    click.option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(RUNS),
        show_default=True,
        help="Folder of all runs.",
    ),
    click.option(
        "--after", metavar="RUN", help="Start from the stacks of an earlier run, or 'last'."
    ),
    click.option("--resume", metavar="RUN", help="Resume a run that has not succeeded, or 'last'."),
    click.option(
        "--report",
        "page",
        type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
        metavar="FILE",
        help="HTML page to write; - for standard output, in place of the result.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="Format of the result.",
    ),
)


def with_options(command: Command) -> Command:
    """Add the options to a command."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def validate_options(ctx: click.Context, options: dict[str, Any]) -> None:
    """Check that the options can be used together.

    Raises:
        UsageError: they cannot.

    """
    live, endpoint = options["live"], options["endpoint_url"]
    if options["resume"] is not None:
        _validate_resume(ctx)
    elif options["template"] is None:
        raise click.UsageError("Missing argument 'TEMPLATE'; or use --resume RUN.")
    elif is_input(options["template"]):
        raise click.UsageError(
            "a rehearsal reads TEMPLATE again when it is resumed, and the templates beside it; "
            "give a file."
        )
    if live is not None and (options["secrets"] or options["delete"]):
        raise click.UsageError("--secret and --delete-stack cannot be used with --live.")
    if live is not None and endpoint is not None:
        raise click.UsageError("--live cannot be used with --endpoint-url.")
    if options["after"] is not None and (live is not None or endpoint is not None):
        raise click.UsageError("--after cannot be used with --live or --endpoint-url.")
    if live is not None and not re.fullmatch(ACCOUNT.pattern, live):
        raise click.BadParameter(
            f"invalid account {live!r}: use its 12 digits", param_hint="--live"
        )
    page = options["page"]
    if is_input(page) and options["form"] != "text":
        raise click.UsageError("--report - takes the place of the result; leave out --format.")
    if page is not None and not page.absolute().parent.is_dir():
        raise click.BadParameter(
            f"the folder {page.absolute().parent} does not exist", param_hint="--report"
        )


def _validate_resume(ctx: click.Context) -> None:
    fixed = [
        param
        for param in ctx.command.params
        if param.name in _OF_THE_RUN
        and ctx.get_parameter_source(str(param.name)) is click.core.ParameterSource.COMMANDLINE
    ]
    if fixed:
        name = fixed[0].opts[0] if fixed[0].opts[0].startswith("-") else "TEMPLATE"
        raise click.UsageError(
            f"{name} cannot be changed by --resume; begin a new run (--after RUN keeps "
            "what a run deployed)."
        )


def find_run(options: dict[str, Any]) -> Journal | None:
    """Return the journal of the run to resume; None: a new run begins.

    Raises:
        RehearsalError: the run does not exist, or has succeeded.

    """
    if options["resume"] is None:
        return None
    journal = Journal.find(options["folder"], options["resume"], "--resume")
    if journal.data.get("status") == Status.SUCCEEDED:
        name = journal.folder.path.name
        raise RehearsalError(
            f"--resume {name}: the run has succeeded; begin a new one (--after {name} keeps what "
            "it deployed)"
        )
    return journal


def plan_from(options: dict[str, Any]) -> Plan:
    """Return the plan of a new run.

    Raises:
        RehearsalError: the run of ``--after`` does not exist.
        UsageError: an option is invalid.

    """
    if options["account"] is not None and not re.fullmatch(ACCOUNT.pattern, options["account"]):
        raise click.BadParameter(
            f"invalid account {options['account']!r}: use 12 digits", param_hint="--account"
        )
    after = None
    if options["after"] is not None:
        earlier = Journal.find(options["folder"], options["after"], "--after")
        after = earlier.folder.path.name
    return Plan(
        template=options["template"],
        pipeline=options["pipeline"],
        others=options["others"],
        sources=_unique(options["sources"], "--source"),
        parameters=_unique(options["parameters"], "--parameter"),
        variables=_unique(options["variables"], "--variable"),
        exports=_unique(options["exports"], "--export"),
        region=options["region"],
        account=options["account"] or LOCAL_NUMBER,
        endpoint=options["endpoint_url"],
        live=options["live"],
        after=after,
    )


def _unique(pairs: Sequence[tuple[str, str]], option: str) -> dict[str, str]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise click.BadParameter(
                f"{name!r} is used twice; names must be unique", param_hint=option
            )
    return dict(pairs)


def settings_from(options: dict[str, Any]) -> Settings:
    """Return the settings of a run.

    Raises:
        UsageError: an option is invalid.

    """
    secrets = _unique(options["secrets"], "--secret")
    for name, text in secrets.items():
        if not text:
            raise click.BadParameter(f"the text of {name!r} is empty", param_hint="--secret")
    if "" in options["delete"]:
        raise click.BadParameter("the name is empty", param_hint="--delete-stack")
    return Settings(
        builds=BuildSettings(
            place=options["builds"], image=options["build_image"], shims=options["shims"]
        ),
        skip=options["skip"],
        port=options["port"],
        task_exit_code=options["task_exit_code"],
        secrets=secrets,
        delete=options["delete"],
    )
