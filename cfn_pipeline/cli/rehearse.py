"""``cfn-pipeline rehearse``: run a pipeline on this machine."""

import contextlib
import json
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any

import click

from cfn_pipeline import details
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.answers import is_terminal
from cfn_pipeline.cli.approving import FixedAnswer, Terminal
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.cli.progress import Lines, LiveTable
from cfn_pipeline.cli.rehearse_options import (
    find_run,
    plan_from,
    settings_from,
    validate_options,
    with_options,
)
from cfn_pipeline.cli.standard_input import is_input
from cfn_pipeline.cli.tables import table
from cfn_pipeline.rehearsal.local_aws.embedded import require_extra
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline
from cfn_pipeline.rehearsal.preparation.places import home_account
from cfn_pipeline.rehearsal.preparation.template import PipelineTemplate, read_pipeline
from cfn_pipeline.rehearsal.report.page import page_of, write_page
from cfn_pipeline.rehearsal.report.result import next_step, result_of
from cfn_pipeline.rehearsal.run.journal import Journal
from cfn_pipeline.rehearsal.run.plan import Plan
from cfn_pipeline.rehearsal.run.rehearsal import Rehearsal
from cfn_pipeline.rehearsal.run.validation import validate_plan, validate_port

_COLUMNS = {
    "stage": "Stage",
    "action": "Action",
    "status": "Status",
    "seconds": "Seconds",
    "message": "Message",
}


@click.command()
@with_options
@click.pass_context
def rehearse(ctx: click.Context, /, **options: Any) -> None:
    """Run a pipeline on this machine.

    TEMPLATE is a CloudFormation template with a pipeline. Its stages run in order, with a local AWS
    that is started for the run: sources are zipped, builds run, stacks are deployed, change sets
    are shown and, after their approval, executed.

    The result is written to standard output. Exit 1 if the pipeline fails, is rejected or stopped.

    Example: cfn-pipeline rehearse pipeline.yml --source MyApp=../app --approve
    """
    validate_options(ctx, options)
    settings = settings_from(options)
    journal = find_run(options)
    plan = plan_from(options) if journal is None else Plan.from_dict(journal.data["plan"])
    require_extra(embedded=plan.is_embedded)
    validate_port(plan, settings)
    template = None
    if journal is None:
        with phase("reading"):
            template = read_pipeline(plan.template, plan.pipeline)
            validate_plan(plan, settings, template)
        if plan.is_embedded and options["account"] is None:
            trusted = home_account(template.resource, plan.others)
            plan = replace(plan, account=trusted or plan.account)
    approvals = [a for a in _approvals(template, journal) if a.id not in settings.skip]
    if approvals and options["approve"] is None and not is_terminal():
        raise click.UsageError(
            "rehearse asks for each manual approval, which needs a terminal; add --approve or "
            "--reject"
        )
    if journal is None:
        assert template is not None
        journal = Journal.begin(options["folder"], template.name, {"plan": plan.to_dict()})
    progress = LiveTable() if printing.shows_progress() else Lines()
    if printing.level is printing.Level.VERBOSE:
        details.listen(progress.show)
    stop = threading.Event()
    rehearsal = Rehearsal(
        plan=plan,
        settings=settings,
        approve=(
            Terminal(progress.show, progress.pause, stop)
            if options["approve"] is None
            else FixedAnswer(approved=options["approve"], show=progress.show)
        ),
        listener=progress,
        stop=stop,
        template=template,
    )
    with journal.lock(), _interruptible(stop):
        try:
            status = rehearsal.run(journal)
        finally:
            progress.close()
            result = result_of(journal)
            page = options["page"]
            if page is not None and not is_input(page):
                write_page(journal, page)
    if is_input(page):
        printing.document(page_of(journal))
    elif options["form"] == "json":
        printing.document(json.dumps(result, indent=2) + "\n")
    else:
        for line in _lines(result):
            printing.line(line)
    if types := result["stand_ins"]:
        printing.message(
            f"not rehearsed: {', '.join(types)}; the local AWS has resources of these types by "
            "name only"
        )
    if status is not Status.SUCCEEDED:
        raise SystemExit(1)


def _approvals(template: PipelineTemplate | None, journal: Journal | None) -> Sequence[Action]:
    """Return the approvals that the run will ask for; one of any name if they are not known."""
    unknown = Action(stage="", name="", category="Approval", owner="AWS", provider="Manual")
    if journal is not None and "definition" in journal.data:
        pipeline = Pipeline.from_dict(journal.data["definition"])
        remaining = [a for a in pipeline.actions if not journal.status(a.id).is_done]
        return [action for action in remaining if action.is_approval]
    if template is not None and template.is_complete:
        return [action for action in template.actions if action.is_approval]
    return [unknown]


@contextlib.contextmanager
def _interruptible(stop: threading.Event) -> Iterator[None]:
    """Set ``stop`` on Ctrl-C and SIGTERM while the block runs; the second one ends the process.

    Builds and the local AWS end with the process that started them.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        del frame
        if stop.is_set():
            with contextlib.suppress(OSError):
                os.write(2, b"\nended at once; the run can be resumed\n")
            os._exit(128 + number)
        stop.set()

    before = {kind: signal.signal(kind, interrupt) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _lines(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of text."""
    rows = [
        {
            "stage": stage["name"] if number == 0 else "",
            "action": action["name"],
            "status": action["status"],
            "seconds": "" if action["status"] == Status.NOT_STARTED else f"{action['seconds']:.1f}",
            "message": action["message"],
        }
        for stage in result["stages"]
        for number, action in enumerate(stage["actions"])
    ]
    lines = [*table(rows, _COLUMNS), ""] if rows else []
    lines.append(
        f"{result['pipeline']}: {result['status']} in {result['seconds']:.1f} s "
        f"({result['folder']})"
    )
    return lines + next_step(result)
