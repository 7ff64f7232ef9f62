"""What ``cfn-pipeline rehearse`` is told."""

import re
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import click

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.context import BuildSettings
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.run.journal import Journal
from cfn_pipeline.rehearsal.run.plan import Plan, Settings

__all__ = ["plan_of", "refuse_for_resume", "settings_of", "with_options"]

Command = Callable[..., Any]

#: What belongs to a run, and so cannot be said anew when it goes on.
_OF_THE_RUN = (
    *("template", "pipeline", "others", "sources", "parameters", "variables", "exports"),
    *("region", "endpoint_url", "live", "after"),
)


class _Pair(click.ParamType[tuple[str, str]]):
    """``NAME=VALUE``."""

    def __init__(self, value: str) -> None:
        self.name = f"NAME={value}"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        name, equals, said = value.partition("=")
        if not name or not equals:
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        return name, said


_OPTIONS: Sequence[Callable[[Command], Command]] = (
    click.argument(
        "template",
        required=False,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
    ),
    click.option(
        "--source",
        "sources",
        type=_Pair("FOLDER"),
        multiple=True,
        help="What a source gives: a folder, FOLDER@COMMIT or a zip, by the name of the artifact "
        "or of the action. Once for each source.",
    ),
    click.option(
        "--approve/--reject",
        "approve",
        default=None,
        help="What manual approvals are answered. Without it, you are asked at the terminal.",
    ),
    click.option(
        "--parameter",
        "parameters",
        type=_Pair("VALUE"),
        multiple=True,
        help="A parameter of a template that nothing else sets. May be given several times.",
    ),
    click.option(
        "--export",
        "exports",
        type=_Pair("VALUE"),
        multiple=True,
        help="An export that none of the templates has. May be given several times.",
    ),
    click.option(
        "--variable",
        "variables",
        type=_Pair("VALUE"),
        multiple=True,
        help="A variable of the pipeline. May be given several times.",
    ),
    click.option(
        "--with",
        "others",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        multiple=True,
        metavar="TEMPLATE",
        help="A template to deploy before, from another folder. Those beside TEMPLATE are found.",
    ),
    click.option("--pipeline", metavar="LOGICAL_ID", help="The pipeline, if TEMPLATE has several."),
    click.option(
        "--skip",
        multiple=True,
        metavar="STAGE/ACTION",
        help="An action to leave out. May be given several times.",
    ),
    click.option(
        "--builds",
        type=click.Choice(["auto", "docker", "shell"]),
        default="auto",
        show_default=True,
        help="Where builds run: in a container, by the shell of this machine, or as can be.",
    ),
    click.option("--build-image", metavar="IMAGE", help="The image of builds' containers."),
    click.option(
        "--shim",
        "shims",
        multiple=True,
        metavar="TOOL",
        help="A tool that builds do not run, but record. May be given several times.",
    ),
    click.option(
        "--task-exit-code",
        type=int,
        default=0,
        show_default=True,
        help="With which ECS tasks end that a stack runs, such as a migration; those that have run "
        "well before still do.",
    ),
    click.option(
        "--secret",
        "secrets",
        type=_Pair("TEXT"),
        multiple=True,
        help="A secret of the local AWS that somebody has to make by hand on AWS.",
    ),
    click.option(
        "--delete-stack",
        "delete",
        multiple=True,
        metavar="STACK",
        help="A stack to delete before, as one does by hand after a failed creation.",
    ),
    click.option(
        "--region",
        default="us-east-1",
        show_default=True,
        metavar="REGION",
        help="Where the pipeline runs.",
    ),
    click.option("--port", type=int, help="Where the local AWS answers; without it, a free port."),
    click.option("--endpoint-url", metavar="URL", help="Another local AWS, in place of our own."),
    click.option(
        "--live",
        metavar="ACCOUNT",
        help="AWS itself: the deployed pipeline's stages run from here, in the account of this "
        "number. Stacks are really changed.",
    ),
    click.option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(".rehearsal"),
        show_default=True,
        help="Where runs are kept, each in a folder of its own.",
    ),
    click.option(
        "--after", metavar="RUN", help="Begin with what an earlier run deployed, or 'last'."
    ),
    click.option(
        "--resume", metavar="RUN", help="Go on with a run that did not succeed, or 'last'."
    ),
    click.option(
        "--report",
        "page",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write a page that shows the run.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How the result is written.",
    ),
)


def with_options(command: Command) -> Command:
    """Give a command the options of a rehearsal."""
    return reduce(lambda made, option: option(made), reversed(_OPTIONS), command)


def refuse_for_resume(ctx: click.Context) -> None:
    """Refuse what belongs to a run, where one goes on."""
    given = [
        param
        for param in ctx.command.params
        if param.name in _OF_THE_RUN
        and ctx.get_parameter_source(str(param.name)) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(
            f"--resume goes on with a run as it was begun; {given[0].opts[0]} belongs to a new one "
            "(--after RUN begins with what a run deployed)."
        )


def plan_of(options: dict[str, Any]) -> tuple[Plan, Journal | None]:
    """Return what is to be rehearsed, and the run that goes on; None: a new one begins."""
    root = options["folder"]
    if options["resume"] is not None:
        journal = Journal.find(root, options["resume"], "--resume")
        if journal.said.get("status") == Status.SUCCEEDED:
            raise RehearsalError(
                f"--resume {journal.folder.name}: that run has succeeded; begin a new one, which "
                f"--after {journal.folder.name} lets begin with what it deployed"
            )
        return Plan.of_record(journal.said["plan"]), journal
    local = options["live"] is None and options["endpoint_url"] is None
    if options["after"] is not None and not local:
        raise click.UsageError("--after is for the local AWS that is started; leave it out.")
    if options["live"] is not None and options["endpoint_url"] is not None:
        raise click.UsageError("--live is AWS itself, --endpoint-url is none; give one of them.")
    if options["live"] is not None and not re.fullmatch(r"\d{12}", options["live"]):
        raise click.BadParameter(
            f"{options['live']!r} is no account's number, which has twelve digits",
            param_hint="--live",
        )
    after = None
    if options["after"] is not None:
        after = Journal.find(root, options["after"], "--after").folder.name
    plan = Plan(
        template=options["template"],
        pipeline=options["pipeline"],
        others=options["others"],
        sources=_once(options["sources"], "--source"),
        parameters=_once(options["parameters"], "--parameter"),
        variables=_once(options["variables"], "--variable"),
        exports=_once(options["exports"], "--export"),
        region=options["region"],
        endpoint=options["endpoint_url"],
        live=options["live"],
        after=after,
    )
    return plan, None


def _once(pairs: Sequence[tuple[str, str]], option: str) -> dict[str, str]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise click.BadParameter(f"{name!r} is given twice", param_hint=option)
    return dict(pairs)


def settings_of(options: dict[str, Any]) -> Settings:
    """Return how it is to be rehearsed."""
    secrets = _once(options["secrets"], "--secret")
    for name, text in secrets.items():
        if not text:
            raise click.BadParameter(f"{name!r} has no text", param_hint="--secret")
    if "" in options["delete"]:
        raise click.BadParameter("a stack has a name", param_hint="--delete-stack")
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
