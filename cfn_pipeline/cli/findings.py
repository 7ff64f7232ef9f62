"""Findings as the verbs show them."""

from collections import Counter
from collections.abc import Callable, Sequence

from cfn_pipeline.checks import Finding
from cfn_pipeline.checks.reports import Located
from cfn_pipeline.template.positions import Position, Positions, positions

__all__ = ["located", "summary"]


def located(findings: Sequence[Finding], text_of: Callable[[str], str]) -> list[Located]:
    """Say where in its file each finding stands.

    Args:
        findings: in the order in which they are shown, which is kept within a file and a line.
        text_of: returns the text of a file, by its name.

    """
    known: dict[str, Positions] = {}
    order: dict[str, int] = {}
    found: list[tuple[Finding, Position]] = []
    for finding in findings:
        if finding.file not in known:
            known[finding.file] = positions(text_of(finding.file))
            order[finding.file] = len(order)
        found.append((finding, known[finding.file].at(finding.path)))
    return sorted(found, key=lambda entry: (order[entry[0].file], entry[1]))


def summary(findings: Sequence[Finding], files: int) -> str:
    """Say in a line what was found in how many templates."""
    counts = Counter(finding.severity for finding in findings)
    said = [_counted(counts[kind], kind) for kind in ("error", "warning") if counts[kind]]
    return f"{_counted(files, 'template')} checked: {', '.join(said) or 'nothing found'}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
