"""A difference as lines for a terminal."""

from collections.abc import Iterator

from cfn_pipeline.diff.reports.outline import Outline, Tone

#: Colours by tone; None: that of the terminal.
COLOURS: dict[Tone, str | None] = {
    "good": "green",
    "bad": "red",
    "warning": "yellow",
    "plain": None,
}


def lines(outline: Outline) -> Iterator[tuple[str, str | None]]:
    """Yield the lines of a report, each with its colour."""
    yield f"{outline.old} -> {outline.new}", "cyan"
    yield outline.verdict, None
    for alarm in outline.alarms:
        yield f"! {alarm}", COLOURS["warning"]
    for part in outline.parts:
        yield "", None
        yield f"{part.title}: {part.summary}", "cyan"
        for section in part.sections:
            yield f"  {section.title}", None
            for entry in section.entries:
                yield f"    {entry.sign} {entry.text}", COLOURS[entry.tone]
                for detail, tone in entry.details:
                    yield f"        {detail}", COLOURS[tone]
