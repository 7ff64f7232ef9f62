"""``cfn-pipeline rehearse``: a pipeline, run on this machine."""

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

import click

from cfn_pipeline.cli.approving import Always, Terminal
from cfn_pipeline.cli.progress import Lines, LivingTable
from cfn_pipeline.cli.rehearse_options import (
    plan_of,
    refuse_for_resume,
    settings_of,
    with_options,
)
from cfn_pipeline.cli.tables import table
from cfn_pipeline.rehearsal.local_aws.embedded import refuse_lacking
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.report.page import report
from cfn_pipeline.rehearsal.report.result import result_of
from cfn_pipeline.rehearsal.run.journal import Journal
from cfn_pipeline.rehearsal.run.rehearsal import Rehearsal
from cfn_pipeline.rehearsal.run.validation import refuse_plan

__all__ = ["rehearse"]

_COLUMNS = {
    "stage": "Stage",
    "action": "Action",
    "state": "State",
    "seconds": "Seconds",
    "message": "Message",
}


@click.command()
@with_options
@click.pass_context
def rehearse(ctx: click.Context, /, **options: Any) -> None:
    """Run a pipeline on this machine.

    TEMPLATE is a CloudFormation template with a pipeline. Its stages run in order, against a local
    AWS that is started for it: sources are zipped, builds are run, stacks are deployed, change sets
    are shown and, once approved, executed.

    The result goes to standard output; exit 1 if the pipeline fails or is rejected.
    """
    if options["resume"] is not None:
        refuse_for_resume(ctx)
    elif options["template"] is None:
        raise click.UsageError("Missing argument 'TEMPLATE'; or give --resume RUN.")
    if options["live"] is not None and (options["secrets"] or options["delete"]):
        raise click.UsageError("--secret and --delete-stack are for a local AWS, not for --live.")
    if options["approve"] is None and not sys.stdin.isatty():
        raise click.UsageError(
            "Nobody can be asked for approvals here; give --approve or --reject."
        )
    if options["page"] is not None and not options["page"].absolute().parent.is_dir():
        raise click.BadParameter(
            f"there is no folder {options['page'].absolute().parent}", param_hint="--report"
        )
    plan, journal = plan_of(options)
    refuse_lacking(embedded=plan.is_embedded)
    progress = LivingTable() if sys.stderr.isatty() else Lines()
    stop = threading.Event()
    rehearsal = Rehearsal(
        plan=plan,
        settings=settings_of(options),
        approve=(
            Terminal(progress.show, progress.pause, stop)
            if options["approve"] is None
            else Always(approved=options["approve"], show=progress.show)
        ),
        listener=progress,
        stop=stop,
    )
    name = refuse_plan(plan, rehearsal.settings, again=journal is not None)
    if journal is None:
        journal = Journal.begin(options["folder"], name, {"plan": plan.said})
    with journal.held(), _interruptible(stop):
        try:
            status = rehearsal.run(journal)
        finally:
            progress.close()
            result = result_of(journal)
            if options["page"] is not None:
                report(result, journal.folder, options["page"])
    if options["form"] == "json":
        click.echo(json.dumps(result, indent=2))
    else:
        for line in _told(result):
            click.echo(line)
    if status is not Status.SUCCEEDED:
        raise SystemExit(1)


@contextlib.contextmanager
def _interruptible(stop: threading.Event) -> Iterator[None]:
    """Stop in good order when asked to, by Ctrl-C or otherwise."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    before = {kind: signal.signal(kind, interrupt) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _told(result: dict[str, Any]) -> list[str]:
    """Return the result as lines."""
    rows = [
        {
            "stage": stage["name"] if number == 0 else "",
            "action": action["name"],
            "state": action["status"],
            "seconds": "" if action["status"] == Status.NOT_STARTED else f"{action['seconds']:.1f}",
            "message": action["message"],
        }
        for stage in result["stages"]
        for number, action in enumerate(stage["actions"])
    ]
    lines = [*table(rows, _COLUMNS), ""] if rows else []
    status, name = result["status"], result["run"]
    lines.append(
        f"{result['pipeline']}: {status} in {result['seconds']:.1f} s ({result['folder']})"
    )
    if status != Status.SUCCEEDED:
        lines.append(f"Go on with: cfn-pipeline rehearse --resume {name}")
    return lines
