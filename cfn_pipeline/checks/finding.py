"""Findings of rules."""

from dataclasses import dataclass
from typing import Literal

from cfn_pipeline.template.positions import Path

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One mistake, and its place.

    Args:
        rule: the rule's id, such as ``E9101``.
        severity: ``error``: AWS rejects the template, or the pipeline fails or does not do its job.
            ``warning``: it works, but causes problems later.
        file: the file name, as the caller gave it.
        path: keys and indexes of the place in the file; empty for the file as a whole.
        message: subject (stage and action), what it must be, what it is, and the way out.
        cfn_lint: the rule of cfn-lint that finds this, too; default: cfn-lint has none.

    """

    rule: str
    severity: Severity
    file: str
    path: Path
    message: str
    cfn_lint: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the finding as in JSON output."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "file": self.file,
            "path": list(self.path),
            "message": self.message,
        }
