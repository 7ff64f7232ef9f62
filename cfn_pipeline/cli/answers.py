"""Questions at the terminal."""

import sys

from cfn_pipeline.cli import printing


def confirm(question: str) -> bool:
    """Return whether the answer is yes; the end of input is a no."""
    while True:
        match (answer(f"{question} [y/N]: ") or "").lower():
            case "y" | "yes":
                return True
            case "n" | "no" | "":
                return False


def is_terminal() -> bool:
    """Return whether standard input is a terminal, at which questions can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def answer(question: str, *, hidden: bool = False) -> str | None:
    """Return the line that is typed, without spaces around it; None: a terminal is missing.

    Args:
        question: begins the line.
        hidden: whether what is typed is not shown.

    """
    if not is_terminal():
        return None
    if hidden:
        from getpass import getpass

        return getpass(question).strip()
    printing.prompt(question)
    line = sys.stdin.readline()
    return line.strip() if line else None
