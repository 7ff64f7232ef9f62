"""What a rule finds."""

from dataclasses import dataclass
from typing import Literal

from cfn_pipeline.template.positions import Path

__all__ = ["Finding", "Severity"]

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where.

    Args:
        rule: the rule's id, such as ``E9101``.
        severity: ``error``: AWS refuses it, or it does not do what it is there for. ``warning``: it
            works, and hurts later.
        file: the file, as it was given.
        path: keys and indexes that lead to the place in the file; empty: the file as a whole.
        message: where (stage and action), what value, which rule, and the way out.
        cfn_lint: the rule of cfn-lint that finds this, too; absent: cfn-lint is silent.

    """

    rule: str
    severity: Severity
    file: str
    path: Path
    message: str
    cfn_lint: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the finding as it stands in JSON output."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "file": self.file,
            "path": list(self.path),
            "message": self.message,
        }
