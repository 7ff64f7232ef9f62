"""The patterns of ``artifacts.files``.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.artifacts.files
"""

import re

_PART = re.compile(r"(\*\*/|\*\*|\*|\?|\$\{?\w+\}?)")


def may_match(pattern: str, path: str) -> bool:
    """Return whether a pattern may match a path.

    A variable (``$NAME``) may be any text. Takes time in proportion to the length of both, which a
    regular expression does not.
    """
    reached = {0}
    for part in filter(None, _PART.split(pattern)):
        reached = _after(part, path, reached)
        if not reached:
            return False
    return len(path) in reached


def _after(part: str, path: str, reached: set[int]) -> set[int]:
    """Return the ends of what a part of a pattern can match from the positions ``reached``."""
    first = min(reached)
    match part:
        case "?":
            return {n + 1 for n in reached if path[n : n + 1] not in ("", "/")}
        case "*":
            after: set[int] = set()
            is_open = False
            for position in range(first, len(path) + 1):
                is_open = position in reached or (is_open and path[position - 1] != "/")
                if is_open:
                    after.add(position)
            return after
        case "**/":
            folders = {n + 1 for n in range(first, len(path)) if path[n] == "/"}
            return reached | folders
        case _ if part == "**" or part.startswith("$"):
            return set(range(first, len(path) + 1))
        case _:
            return {n + len(part) for n in reached if path.startswith(part, n)}
