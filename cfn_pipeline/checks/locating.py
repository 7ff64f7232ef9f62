"""Findings with their lines and columns, and a summary."""

from collections import Counter
from collections.abc import Callable, Sequence

from cfn_pipeline.checks import Finding
from cfn_pipeline.checks.finding import SEVERITIES
from cfn_pipeline.checks.reports import Located
from cfn_pipeline.template.positions import Position, Positions, positions


def located(findings: Sequence[Finding], text_of: Callable[[str], str]) -> list[Located]:
    """Return findings with their line and column, sorted by file and line.

    Args:
        findings: the findings; their order is kept within a file and line.
        text_of: returns the text of a file, by its name.

    """
    by_file: dict[str, Positions] = {}
    order: dict[str, int] = {}
    entries: list[tuple[Finding, Position]] = []
    for finding in findings:
        order.setdefault(finding.file, len(order))
        if finding.position is None and finding.file not in by_file:
            by_file[finding.file] = positions(text_of(finding.file))
        position = finding.position or by_file[finding.file].at(finding.path)
        entries.append((finding, position))
    return sorted(entries, key=lambda entry: (order[entry[0].file], entry[1]))


def summary(findings: Sequence[Finding], files: int) -> str:
    """Return a line with the numbers of templates and of findings of each severity.

    Args:
        findings: the findings.
        files: the number of templates.

    """
    counts = Counter(finding.severity for finding in findings)
    parts = [_counted(counts[kind], kind) for kind in SEVERITIES if counts[kind]]
    return f"{_counted(files, 'template')} checked: {', '.join(parts) or 'no findings'}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 or noun == 'info' else 's'}"
