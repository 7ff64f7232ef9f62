"""What a rule is: data about it, and the function that finds where it is broken."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.checks.finding import Severity
from cfn_pipeline.template.positions import Path

__all__ = ["Problem", "Rule"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A place at which a rule is broken.

    Args:
        at: the place in a template, or the file (as messages call it) and the path in it.
        message: where, what value, which rule, and the way out.
        cfn_lint: the rule of cfn-lint that finds this very problem; absent: none does.
        resource: whose Metadata may ignore it; absent: the resource in which ``at`` lies.

    """

    at: Node | tuple[str, Path]
    message: str
    cfn_lint: str | None = None
    resource: Resource | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule that a delivery pipeline obeys.

    Args:
        id: ``E`` (error) or ``W`` (warning) and four digits, in the range that cfn-lint leaves to
            others; the second digit is the group's.
        title: what must be so, in a sentence.
        breaks: what goes wrong on AWS otherwise.
        says: the message that AWS gives; absent: none, or none that is known.
        mend: the way out.
        find_in_pipeline: yields what breaks the rule in one pipeline.
        find_in_system: yields what breaks it among templates that are deployed together.

    """

    id: str
    title: str
    breaks: str
    says: str | None = None
    mend: str
    find_in_pipeline: Callable[[Pipeline], Iterable[Problem]] | None = None
    find_in_system: Callable[[System], Iterable[Problem]] | None = None

    @property
    def severity(self) -> Severity:
        """``error`` or ``warning``, as the id says."""
        return "warning" if self.id.startswith("W") else "error"
