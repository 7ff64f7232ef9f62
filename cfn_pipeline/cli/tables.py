"""Plain text tables."""

from collections.abc import Mapping, Sequence

from cfn_pipeline.printable import printable


def table(rows: Sequence[Mapping[str, str]], columns: Mapping[str, str]) -> list[str]:
    """Return the lines of a table.

    Args:
        rows: the cells of each row, by column; a cell stays on its line.
        columns: the headings, by column; columns without cells are left out.

    """
    shown = {key: heading for key, heading in columns.items() if any(row.get(key) for row in rows)}
    cells = [
        list(shown.values()),
        *([printable(row.get(key, "")) for key in shown] for row in rows),
    ]
    widths = [max(len(line[number]) for line in cells) for number in range(len(shown))]
    return [
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in cells
    ]
