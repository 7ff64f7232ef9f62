"""Applications that differ by their names alone: two are rendered, all are written from them.

Two applications are made with the names that come first and last among those of the same form,
such as ``aaa0000`` and ``zzz9999`` for ``app0042``, and rendered and checked as any other. Only if
their files are the same but for these names is the name no more than text in them: nothing is
sorted, shortened, hashed or found by it. Then another name may stand in its place, unless it, or
its beginning or end, means something else in the files. Everything else is rendered by itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from cfn_pipeline.errors import CfnPipelineError
from cfn_pipeline.manifest import digest
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.own_stack import OwnStack
from cfn_pipeline.model.validated import Validated

#: Stand for the forms of a name; no file has these characters.
_MARKS = "\0\1\2\3"
#: What begins before a wildcard, and what ends after one.
_BEFORE_WILDCARD = re.compile(r"([a-z0-9-]+)[*?]")
_AFTER_WILDCARD = re.compile(r"[*?]([a-z0-9-]+)")

#: Files by name, and the parameters without a value, by environment; None: there are findings.
Render = Callable[[Application], tuple[Mapping[str, str], dict[str, list[str]]] | None]


def likeness(name: str, description: str, template: str | None) -> str:
    """Return a hash that applications have in common if they differ by their names alone.

    Args:
        name: the application's.
        description: everything else that is said of it.
        template: the hash of its own template; None: it has none.

    """
    parts = (_spelled(name, "a", "0"), description.replace(name, _MARKS[0]), template)
    return digest(repr(parts).encode())


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The files of applications that are alike, with marks in place of the name.

    Args:
        files: the texts, by name.
        missing: the parameters without a value, by environment.

    """

    files: Mapping[str, str]
    missing: dict[str, list[str]]

    @cached_property
    def _text(self) -> str:
        return "\n".join(self.files.values())

    @cached_property
    def _before_wildcards(self) -> tuple[str, ...]:
        return tuple({*_BEFORE_WILDCARD.findall(self._text)})

    @cached_property
    def _after_wildcards(self) -> tuple[str, ...]:
        return tuple({*_AFTER_WILDCARD.findall(self._text)})

    def files_of(self, name: str) -> dict[str, str] | None:
        """Return the files of the application of a name; None: it must be rendered by itself."""
        forms = _forms(name)
        if (
            any(form in self._text for form in forms)
            or name.startswith(self._before_wildcards)
            or name.endswith(self._after_wildcards)
        ):
            return None
        return {file: _with_forms(content, forms) for file, content in self.files.items()}


def sample(application: Application, render: Render) -> Sample | None:
    """Return what is written for applications like this one; None: they are not alike enough.

    Args:
        application: one of them.
        render: renders and checks an application.

    """
    samples = []
    for letter, digit in (("a", "0"), ("z", "9")):
        name = _spelled(application.name, letter, digit)
        try:
            rendered = render(_renamed(application, application.name, name))
        except CfnPipelineError:
            return None
        if rendered is None:
            return None
        files, missing = rendered
        forms = _forms(name)
        texts = {file: _with_marks(text, forms) for file, text in files.items()}
        samples.append(Sample(files=texts, missing=missing))
    first, last = samples
    return first if first == last else None


def _spelled(name: str, letter: str, digit: str) -> str:
    return re.sub("[a-z]", letter, re.sub("[0-9]", digit, name))


def _forms(name: str) -> tuple[str, ...]:
    """Return a name as it stands in files: in descriptions, logical ids and names of databases."""
    words = name.split("-")
    if len(words) == 1:
        return (name, name.capitalize())
    pascal = "".join(word.capitalize() for word in words)
    return (name, name.capitalize(), pascal, "_".join(words))


def _with_marks(text: str, forms: Sequence[str]) -> str:
    for mark, form in zip(_MARKS, forms, strict=False):
        text = text.replace(form, mark)
    return text


def _with_forms(text: str, forms: Sequence[str]) -> str:
    for mark, form in zip(_MARKS, forms, strict=False):
        text = text.replace(mark, form)
    return text


def _renamed(value: Any, old: str, new: str) -> Any:
    """Return a value of the model with another name wherever it has one; not in paths of files."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, tuple):
        return tuple(_renamed(item, old, new) for item in value)
    if isinstance(value, Mapping):
        return {_renamed(k, old, new): _renamed(item, old, new) for k, item in value.items()}
    if not isinstance(value, Validated):
        return value
    part: Any = value
    kept = {"path"} if isinstance(value, OwnStack) else set()
    changes = {}
    for field in fields(part):
        before = getattr(part, field.name)
        after = _renamed(before, old, new)
        if field.init and field.name not in kept and after != before:
            changes[field.name] = after
    return replace(part, **changes) if changes else part
