"""What is shown while stacks are deployed or removed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cfn_pipeline.cli import printing
from cfn_pipeline.cli.tables import table
from cfn_pipeline.deployment.account import Account
from cfn_pipeline.deployment.change_sets import ChangeSet
from cfn_pipeline.deployment.events import Event
from cfn_pipeline.deployment.planning import Step
from cfn_pipeline.deployment.removing import COLUMNS, Removal
from cfn_pipeline.files.makefile import Target
from cfn_pipeline.rehearsal.cloudformation.changes import COLUMNS as CHANGE_COLUMNS
from cfn_pipeline.rehearsal.cloudformation.changes import change_rows


def show_account(account: Account) -> None:
    """Show where stacks are deployed."""
    printing.hint(f"account {account.number}, region {account.region}")


def show_changes(change_set: ChangeSet) -> None:
    """Show what a change set changes, and what CloudFormation warns of."""
    number = len(change_set.changes)
    kind = "new stack, " if change_set.is_new else ""
    printing.line(f"{change_set.stack}: {kind}{number} change{'' if number == 1 else 's'}")
    _show_rows(change_rows(change_set.changes), CHANGE_COLUMNS)
    for warning in change_set.warnings:
        printing.message(f"warning: {warning}")


def show_template(step: Step) -> None:
    """Show the resources of a stack that does not exist: a change set would create it."""
    printing.line(f"{step.stack}: new stack, {len(step.resources)} resources in {step.target.file}")
    added: list[Mapping[str, Any]] = [
        {"Action": "Add", "LogicalResourceId": name, "ResourceType": resource["Type"]}
        for name, resource in step.resources.items()
    ]
    _show_rows(change_rows(added), CHANGE_COLUMNS)


def show_removal(removal: Removal) -> None:
    """Show how much of a stack is deleted, and what is not."""
    number = len(removal.staying)
    printing.line(
        f"{removal.target.stack}: {removal.count - number} of {removal.count} resources are deleted"
    )
    _show_rows(removal.staying, COLUMNS)


def _show_rows(rows: Sequence[Mapping[str, str]], columns: Mapping[str, str]) -> None:
    for line in table(rows, columns) if rows else []:
        printing.line(f"  {line}")


def show_next(command: str, targets: Sequence[Target]) -> None:
    """Show what the pipeline deploys."""
    environments = [target.name for target in targets if target.environment is not None]
    if environments:
        printing.hint(
            f"{', '.join(environments)}: deployed by the pipeline; by hand: {command} "
            f"{environments[0]}"
        )


def event_lines(stack: str) -> Callable[[Event], None]:
    """Return what shows the events of a stack, a line each."""

    def show(event: Event) -> None:
        words = [stack, f"{event.time:%H:%M:%S}", event.status, event.resource, event.type]
        printing.hint("  ".join([*words, *([event.reason] if event.reason else [])]))

    return show
