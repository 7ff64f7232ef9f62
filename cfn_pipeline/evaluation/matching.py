"""Patterns of IAM, of which parts may be unknown, as may parts of what they are compared with.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from cfn_pipeline.analysis.partial_text import ANYTHING, is_open, may_be, may_match

#: True, False, or None: not known.
Truth = bool | None

#: Accounts that are known to be others than the one for which a character stands.
Apart = Mapping[str, frozenset[str]]

_FIELDS = 6
_ACCOUNT = 4


def some(truths: Iterable[Truth]) -> Truth:
    """Return whether at least one is true."""
    result: Truth = False
    for truth in truths:
        if truth:
            return True
        if truth is None:
            result = None
    return result


def every(truths: Iterable[Truth]) -> Truth:
    """Return whether all are true."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def opposite(truth: Truth) -> Truth:
    """Return whether something is not true."""
    return None if truth is None else not truth


def matches(pattern: str, text: str, apart: Apart | None = None) -> Truth:
    """Return whether a text matches a pattern with the wildcards * and ?."""
    if pattern == "*":
        return True
    if apart and _are_apart(pattern, text, apart):
        return False
    return _matches(pattern, text)


@lru_cache(maxsize=4096)
def _matches(pattern: str, text: str) -> Truth:
    if pattern.isascii() and text.isascii():  # nothing is unknown, as in most actions
        head = pattern.partition("*")[0].partition("?")[0]
        if not text.startswith(head):
            return False
        if pattern in (head, f"{head}*"):
            return pattern != head or text == head
    if not may_match(pattern, text):
        return False
    head, star, tail = pattern.partition("*")
    if tail or "?" in head:
        is_certain = _certain(pattern).fullmatch(text) is not None
    elif ANYTHING in head:
        is_certain = False
    else:  # as most are: a regular expression takes long to compile
        is_certain = text.startswith(head) if star else text == head
    return True if is_certain else None


def equals(value: str, text: str, apart: Apart | None = None) -> Truth:
    """Return whether two texts are equal."""
    if not may_be(value, text) or _are_apart(value, text, apart):
        return False
    return True if value == text and ANYTHING not in value else None


def same_account(account: str, other: str, apart: Apart | None = None) -> Truth:
    """Return whether two accounts are the same."""
    return False if _differ(account, other, apart or {}) else equals(account, other)


def _differ(account: str, other: str, apart: Apart) -> bool:
    return other in apart.get(account, ()) or account in apart.get(other, ())


def _are_apart(pattern: str, text: str, apart: Apart | None) -> bool:
    """Whether two ARNs, or two accounts, are known to be different."""
    if not apart:
        return False
    fields, others = pattern.split(":", _FIELDS - 1), text.split(":", _FIELDS - 1)
    number = _ACCOUNT if len(fields) == _FIELDS else 0
    return len(fields) == len(others) and _differ(fields[number], others[number], apart)


@lru_cache(maxsize=4096)
def _certain(pattern: str) -> re.Pattern[str]:
    """Return what texts match a pattern, whatever their unknown parts are."""
    fields = pattern.split(":", _FIELDS - 1)
    if len(fields) == _FIELDS and not any(is_open(field) for field in fields[:-1]):
        # A wildcard does not reach beyond its part of an ARN, but for the last.
        parts = [*(_regex(field, excluded=":") for field in fields[:-1]), _regex(fields[-1])]
        return re.compile(":".join(parts), re.DOTALL)
    return re.compile(_regex(pattern), re.DOTALL)


def _regex(pattern: str, *, excluded: str = "") -> str:
    """Return a regular expression for a pattern whose wildcards do not match some characters."""
    any_one = f"[^{excluded}]" if excluded else "."
    wild = {"?": f"[^{excluded}\U000f0000-\U000ffffd]", ANYTHING: "(?!)"}
    head, *parts = (
        "".join(wild.get(character) or re.escape(character) for character in part)
        for part in pattern.split("*")
    )
    if not parts:
        return head
    *middle, tail = parts
    # What stands between two wildcards is looked for once, (?>), so that no text takes long.
    found = "".join(f"(?>{any_one}*?{part})" for part in middle if part)
    return f"{head}{found}{any_one}*{tail}"
