"""A difference as Markdown, for the description or a comment of a pull request.

What templates say stands in code, so that it cannot be markup, a link or a mention of a person.
"""

import re
from collections.abc import Iterator
from html import escape

from cfn_pipeline.diff.reports.outline import Outline, Part
from cfn_pipeline.printable import printable

_BACKTICKS = re.compile("`+")

#: A word that GitHub or a browser could take for markup, a mention, an issue or a link.
_MARKUP = re.compile(r"[\\`*_\[\]<>|#@&~$!]|://|^www\.|^[-+>=]+$|^\d+[.)]$")


def markdown(outline: Outline) -> str:
    """Return the report."""
    return "".join(f"{line}\n" for line in _lines(outline))


def _lines(outline: Outline) -> Iterator[str]:
    yield f"### {_plain(outline.old)} &rarr; {_plain(outline.new)}"
    yield ""
    yield _plain(outline.verdict)
    if outline.alarms:
        yield ""
        yield "**Look at:**"
        yield ""
        for alarm in outline.alarms:
            yield f"- {_plain(alarm)}"
    for part in outline.parts:
        yield ""
        yield "<details>"
        yield f"<summary><code>{escape(printable(part.title))}</code>: {part.summary}</summary>"
        yield ""
        yield from _block(part)
        yield ""
        yield "</details>"
    for note in outline.notes:
        yield ""
        yield f"Note: {_plain(note)}"


def _block(part: Part) -> Iterator[str]:
    """Yield a block of code in which lines have the colours of a difference."""
    lines = []
    for section in part.sections:
        lines.append(f"# {section.title}")
        for entry in section.entries:
            lines.append(f"{_sign(entry.sign)} {entry.text}")
            lines += [f"      {detail}" for detail, _ in entry.details]
    lines = [printable(line) for line in lines]
    longest = max((len(run) for line in lines for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}diff"
    yield from lines
    yield fence


def _sign(sign: str) -> str:
    """Return the sign that a block of a difference has a colour for."""
    return {"?": "!", "~": "~"}.get(sign, sign)


def _plain(text: str) -> str:
    """Return a text of which each word that may be markup stands in code."""
    return " ".join(map(_word, printable(text).split(" ")))


def _word(word: str) -> str:
    if not _MARKUP.search(word):
        return word
    end = word[len(word.rstrip(",;:")) :]
    inside = word.removesuffix(end) if end else word
    longest = max((len(run) for run in _BACKTICKS.findall(inside)), default=0)
    fence = "`" * (longest + 1)
    space = " " if "`" in inside else ""
    return f"{fence}{space}{inside}{space}{fence}{end}" if inside else word
