"""Runs a verb of the command in a process of its own, and returns what it writes."""

import os
import subprocess
import sys
from pathlib import Path

from cfn_pipeline.errors import OutputError

#: Seconds after which a verb is ended.
TIMEOUT = 300
#: Characters of an answer that an agent is given.
LONGEST = 100_000


def run_verb(folder: Path, *words: str, timeout: int = TIMEOUT) -> str:
    """Return what a verb writes: its result, then its messages, and its exit code if that is not 0.

    A verb that finds something (exit code 1) has done its work.

    Args:
        folder: where it runs.
        words: the verb with its arguments.
        timeout: seconds after which it is ended.

    Raises:
        OutputError: wrong usage or bad input, with the verb's message, or it took too long.

    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cfn_pipeline", *words],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise OutputError(f"{words[0]}: takes longer than {timeout} s and was ended") from error
    if not 0 <= done.returncode <= 1:
        message = done.stderr.strip().removeprefix("Error: ")
        raise OutputError(message or f"{words[0]}: ended with {done.returncode}")
    parts = [done.stdout.strip(), done.stderr.strip()]
    if done.returncode:
        parts.append(f"exit code {done.returncode}")
    text = "\n\n".join(part for part in parts if part)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n... {len(text) - LONGEST} more characters are left out"
    return text
