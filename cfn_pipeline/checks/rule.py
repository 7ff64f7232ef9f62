"""Rules as data: their texts, and the functions that find where they are broken."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.pipelines import Action, Pipeline, Stage
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.checks.finding import Severity
from cfn_pipeline.checks.statement import Statement
from cfn_pipeline.template.positions import Path, Position

#: How sure a rule is: an AWS page says it; AWS's refusal was seen, in a thread or by a build; or it
#: follows from what the pages say.
Certainty = Literal["documented", "observed", "inferred"]

#: A place in a template, or a file (as messages show it) and the path in it.
Place = Node | tuple[str, Path]


class Problem(NamedTuple):
    """A place where a rule is broken.

    Args:
        at: the place.
        message: subject, what it must be, what it is, and the way out.
        cfn_lint: the rule of cfn-lint that reports the same problem; default: cfn-lint has none.
        resource: the resource whose Metadata may ignore the rule; default: the resource that
            contains ``at``.
        position: the line and column; default: the place of ``at``.
        statements: the IAM statements that a role lacks; default: it is another mistake.

    """

    at: Place
    message: str
    cfn_lint: str | None = None
    resource: Resource | None = None
    position: Position | None = None
    statements: tuple[Statement, ...] = ()


def problem(
    subject: Action | Stage | Pipeline,
    at: Place,
    message: str,
    *,
    cfn_lint: str | None = None,
    resource: Resource | None = None,
    statements: tuple[Statement, ...] = (),
) -> Problem:
    """Return a problem whose message begins with the action, stage or pipeline."""
    return Problem(
        at=at,
        message=f"{subject.where}: {message}",
        cfn_lint=cfn_lint,
        resource=resource,
        statements=statements,
    )


class CheckRule(NamedTuple):
    """A rule for delivery pipelines.

    Args:
        id: ``E``, ``W`` or ``I`` and four digits. cfn-lint reserves the range from 9000 for rules
            of other tools. The second digit is the group's number. An id stays when the severity
            of its rule changes.
        title: what must be true, as a short sentence.
        impact: what goes wrong on AWS when the rule is broken.
        fix: how to correct the template.
        aws_message: the error message of AWS; default: AWS gives none, or it is not known.
        source: where this is written: the URL of an AWS page, or a thread as ``owner/repo#number``.
        certainty: how sure the rule is: ``documented``, ``observed`` or ``inferred``.
        severity: ``error``: AWS rejects the template, or the pipeline fails or does not do its job;
            ``warning``: it works, but causes problems; ``info``: it is worth knowing, and reported
            on request only.
        find_in_pipeline: yields the problems of one pipeline.
        find_in_system: yields the problems of templates that are deployed together.

    """

    id: str
    title: str
    impact: str
    fix: str
    aws_message: str | None = None
    source: str = ""
    certainty: Certainty = "inferred"
    severity: Severity = "error"
    find_in_pipeline: Callable[[Pipeline], Iterable[Problem]] | None = None
    find_in_system: Callable[[System], Iterable[Problem]] | None = None
