"""Findings of rules."""

from typing import Literal, get_args

from cfn_pipeline.checks.statement import Statement
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.template.positions import Path, Position

#: How much a finding matters, the most first.
Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@frozen
class Finding(Frozen):
    """One mistake, and its place.

    Args:
        rule: the rule's id, such as ``E9101``.
        severity: ``error``: AWS rejects the template, or the pipeline fails or does not do its job.
            ``warning``: it works, but causes problems later. ``info``: it is worth knowing.
        file: the file name, as the caller gave it.
        path: keys and indexes of the place in the file; empty for the file as a whole.
        message: subject (stage and action), what it must be, what it is, and the way out.
        cfn_lint: the rule of cfn-lint that finds this, too; default: cfn-lint has none.
        statements: the IAM statements that a role lacks; default: it is another mistake.
        position: the line and column, where the path does not lead to them; default: the place of
            the path.

    """

    rule: str
    severity: Severity
    file: str
    path: Path
    message: str
    cfn_lint: str | None = None
    statements: tuple[Statement, ...] = ()
    position: Position | None = None
