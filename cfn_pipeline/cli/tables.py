"""Tables of plain text."""

from collections.abc import Mapping, Sequence

__all__ = ["table"]


def table(rows: Sequence[Mapping[str, str]], columns: Mapping[str, str]) -> list[str]:
    """Return the lines of a table.

    Args:
        rows: what each row says, by column.
        columns: the headings, by column; those that no row fills are left out.

    """
    kept = {key: heading for key, heading in columns.items() if any(row.get(key) for row in rows)}
    cells = [list(kept.values()), *([row.get(key, "") for key in kept] for row in rows)]
    widths = [max(len(line[number]) for line in cells) for number in range(len(kept))]
    return [
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in cells
    ]
