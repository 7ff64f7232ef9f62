"""The IAM evaluator: a package of npm, which decides requests as AWS documents it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).parent


def decisions(asked: Sequence[Any]) -> list[list[str]]:
    """Return what it decides on the requests of each case."""
    done = subprocess.run(
        ["node", str(HERE / "evaluate.mjs")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the evaluator failed: {done.stderr}")
    decided: list[list[str]] = json.loads(done.stdout)
    return decided


def compare(asked: Sequence[tuple[str, Any, Sequence[str]]], *, what: str) -> NoReturn:
    """Print where it decides something else, and exit with 1 if it does.

    Args:
        asked: the title of each case, what the evaluator reads, and the answers of its requests:
            ``allowed``, or something else.
        what: the requests, in the last line.

    """
    number = wrong = 0
    cases = zip(asked, decisions([given for _, given, _ in asked]), strict=True)
    for (title, given, answers), decided in cases:
        for answer, entry, decision in zip(answers, given["requests"], decided, strict=True):
            number += 1
            if (decision == "Allowed") != (answer == "allowed") or decision.startswith("error"):
                wrong += 1
                asks = f"{entry['action']} on {entry['resource']} {entry['context'] or ''}"
                print(f"{title}: {asks}: {decision}")
    print(f"{number} requests {what}, {wrong} wrong", file=sys.stderr)
    raise SystemExit(1 if wrong else 0)
