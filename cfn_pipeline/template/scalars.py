"""How a one-line value is spelled in YAML: libyaml decides, with two readers in mind.

A template is read by CloudFormation and by many tools, some as YAML 1.1 (``yes`` is true, ``0o17``
a word), some as YAML 1.2 (``yes`` is a word, ``0o17`` a number). A string is left without quotes
only where both read the same string.
"""

import re
from collections.abc import Sequence
from functools import cache

import yaml

_ASCII = "\x20-\x7e"
#: Marks that change the direction of text: with them, a template is not what a reader sees.
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SAFE = (
    f"{_ASCII}\xa0-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe"
    "\uff00-\ufffd\U00010000-\U0010ffff"
)


def is_printable(text: str) -> bool:
    """Tell whether a string can stand on one line as it is."""
    if text.isascii():
        return text.isprintable()
    return _printable().fullmatch(text) is not None


def is_literal_safe(text: str) -> bool:
    """Tell whether a string can stand in a literal block.

    It can where it is lines of printable text and tabs, with no blank lines at its end, since
    the blank line that follows a block would be counted among them.
    """
    return _literal(_ASCII if text.isascii() else _SAFE).fullmatch(text) is not None


# These take milliseconds to compile, which only texts beyond ASCII need.
@cache
def _printable() -> re.Pattern[str]:
    return re.compile(f"[{_SAFE}]*")


@cache
def _literal(characters: str) -> re.Pattern[str]:
    return re.compile(f"(?:[\t{characters}]*\n)*[\t{characters}]+\n?")


@cache
def _direction() -> re.Pattern[str]:
    return re.compile(f"[{_DIRECTION}]")


_NO_FOLDING = 2**31 - 1


class _Dumper(yaml.CSafeDumper):
    """PyYAML's C dumper, which also quotes what only another YAML reader takes for no string."""


# What YAML 1.2 (or an eager 1.1 reader) takes for a number.
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"""[-+]?(?:[0-9_]+
            |0o[0-7_]+
            |0x[0-9a-fA-F_]+
            |0b[01_]+
            |(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?
            |\.(?:inf|Inf|INF|nan|NaN|NAN))$""",
        re.VERBOSE,
    ),
    list("-+.0123456789_"),
)
# YAML 1.1 has the single letters among its booleans, though PyYAML does not.
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]$"), list("yYnN"))


def spell(nodes: Sequence[yaml.Node]) -> list[str]:
    """Spell each node (a scalar, or a collection in flow style) on one line, in one pass."""
    if not nodes:
        return []
    listing = yaml.SequenceNode("tag:yaml.org,2002:seq", list(nodes), flow_style=False)
    text: str = yaml.serialize(
        listing, Dumper=_Dumper, allow_unicode=True, width=_NO_FOLDING, encoding=None
    )
    if not text.isascii():  # these marks are in double quotes: they are not printable
        text = _direction().sub(lambda mark: f"\\u{ord(mark[0]):04X}", text)
    return [line.removeprefix("- ") for line in text.removesuffix("\n").split("\n")]
