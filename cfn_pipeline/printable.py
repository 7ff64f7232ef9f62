"""Text of others (names, values, paths, output of builds) made fit to print.

Whatever stands in it, it stays on its line, moves no cursor, changes no colour or title, does not
reverse what stands beside it, and is not a command to the CI service that reads the output.
"""

import re

#: Longer runs without a space are shortened in messages. AWS's names and ARNs are shorter.
_LONGEST_WORD = 500
_LONGEST = 4000

_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")
#: What CI services read as a command anywhere in a line of output: ``##[group]``, ``##vso[...]``.
_CI_COMMAND = re.compile(r"#(?=#\w*\[)")


def printable(text: object) -> str:
    r"""Return a text that stands on one line, each character visible and in its place.

    A character that cannot be printed is written as in Python: ``\n``, ``\x1b``, ``\u202e``. These
    are control characters, line ends, marks that change the direction of text, characters without
    width, and halves of surrogate pairs, which stand for bytes of file names that are not UTF-8.
    """
    text = str(text)
    if not text.isprintable():
        text = "".join(
            c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
        )
    if "##" in text:
        text = _CI_COMMAND.sub(r"\\x23", text)
    return re.sub(r"^(\s*):(?=:)", r"\1\\x3a", text) if "::" in text else text


def printable_lines(text: object) -> list[str]:
    """Return the lines of a text, each as :func:`printable` returns it."""
    return [printable(line) for line in re.split(r"\r\n|\r|\n", str(text))]


def shortened(text: str) -> str:
    """Return a message of which what is too long to be read is left out."""
    if len(text) <= _LONGEST_WORD:
        return text
    text = _middle_out(text, 4 * _LONGEST)  # so that the rest takes no time
    text = _WORD.sub(lambda word: f"{word[0][:80]}...{word[0][-20:]}", text)
    return _middle_out(text, _LONGEST)


def _middle_out(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest // 2]} ... {text[-longest // 2 :]}"
