"""The form of a buildspec: its keys, and what stands under each.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Optional

from cfn_pipeline.template.positions import Path

_KINDS: Mapping[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


class Mistake(NamedTuple):
    """A mistake of a buildspec.

    Args:
        path: the path to it.
        text: what it is, and the way out.
        ignored: whether CodeBuild ignores it: a key that it does not know, except among the phases,
            or an empty command. Its log then lists the keys that "cannot be identified".
        harmless: whether an ignored key is like no key that CodeBuild knows, such as ``type: zip``.

    """

    path: Path
    text: str
    ignored: bool = False
    harmless: bool = False


class _Form(NamedTuple):
    """What a value must be.

    Args:
        kinds: of one of these kinds; empty: of any.
        choices: one of these; empty: any.
        pattern: a text that matches this; empty: any.
        items: the form of each item of a list; default: any.
        keys: the keys that a mapping may have, and the forms of their values.
        others: the form of the values under other keys; default: other keys are not allowed.
        required: the keys that a mapping has.
        either: the keys of which a mapping has at least one; empty: it need not.

    """

    kinds: tuple[str, ...] = ()
    choices: tuple[Any, ...] = ()
    pattern: str = ""
    items: Optional["_Form"] = None
    keys: Mapping[str, "_Form"] = {}
    others: Optional["_Form"] = None
    required: tuple[str, ...] = ()
    either: tuple[str, ...] = ()


_ANYTHING = _Form()
_MAPPING = _Form(("object",), others=_ANYTHING)
_LIST = _Form(("array",))
_TEXT = _Form(("string",))
_TEXTS = _Form(("array", "string"), items=_TEXT)
_VALUES = _Form(("object", "null"), others=_Form(("string", "number", "boolean", "null")))
_SWITCH = _Form(choices=("yes", "no", "true", "false", True, False))
_COMMANDS = _Form(("array", "string", "null"), items=_TEXT)

_PHASE_KEYS = {
    "run-as": _TEXT,
    "on-failure": _Form(("string",), pattern="ABORT|CONTINUE|RETRY(?:-.+)?"),
    "commands": _COMMANDS,
    "steps": _LIST,
    "finally": _COMMANDS,
}
_PHASE = _Form(("object",), keys=_PHASE_KEYS)
_INSTALL = _Form(("object",), keys={**_PHASE_KEYS, "runtime-versions": _VALUES})

_FILES_KEYS = {
    "files": _TEXTS,
    "name": _TEXT,
    "discard-paths": _SWITCH,
    "base-directory": _TEXT,
}
_SECONDARY = _Form(("object",), keys=_FILES_KEYS, others=_ANYTHING, required=("files",))
_REPORT_KEYS = {
    "files": _TEXTS,
    "file-format": _TEXT,
    "base-directory": _TEXT,
    "discard-paths": _SWITCH,
}

_BUILDSPEC = _Form(
    ("object",),
    required=("version",),
    either=("phases", "batch", "artifacts"),
    keys={
        "version": _Form(choices=(0.2, "0.2", 0.1, "0.1")),
        "run-as": _TEXT,
        "environment_variables": _MAPPING,
        "env": _Form(
            ("object", "null"),
            keys={
                "shell": _Form(
                    choices=(
                        *("bash", "/bin/bash", "/bin/sh", "sh"),
                        *("powershell.exe", "cmd.exe", "pwsh.exe"),
                    )
                ),
                "variables": _VALUES,
                "parameter-store": _VALUES,
                "secrets-manager": _VALUES,
                "exported-variables": _TEXTS,
                "git-credential-helper": _SWITCH,
            },
        ),
        "proxy": _Form(("object",), keys={"upload-artifacts": _SWITCH, "logs": _SWITCH}),
        "batch": _Form(
            ("object",),
            keys={
                "fast-fail": _SWITCH,
                "build-graph": _LIST,
                "build-list": _LIST,
                "build-matrix": _MAPPING,
                "build-fanout": _MAPPING,
            },
        ),
        "phases": _Form(
            ("object",),
            keys={"install": _INSTALL, "pre_build": _PHASE, "build": _PHASE, "post_build": _PHASE},
        ),
        "reports": _Form(
            ("object",), others=_Form(("object",), keys=_REPORT_KEYS, required=("files",))
        ),
        "artifacts": _Form(
            ("object",),
            either=("files", "secondary-artifacts"),
            keys={
                **_FILES_KEYS,
                "exclude-paths": _TEXTS,
                "enable-symlinks": _SWITCH,
                "s3-prefix": _TEXT,
                "secondary-artifacts": _Form(("object",), others=_SECONDARY),
            },
        ),
        "cache": _Form(
            ("object",),
            keys={
                "key": _TEXT,
                "fallback-keys": _TEXTS,
                "action": _Form(choices=("restore", "save")),
                "paths": _TEXTS,
            },
        ),
    },
)


def mistakes_in(content: Any) -> list[Mistake]:
    """Return the mistakes of a buildspec, in their order."""
    return list(_mistakes(_BUILDSPEC, content, ()))


def _mistakes(form: _Form, value: Any, path: Path) -> Iterator[Mistake]:
    where = ".".join(map(str, path)) or "the whole"
    if form.kinds and not any(_is(value, kind) for kind in form.kinds):
        if isinstance(value, dict) and "commands" in path:
            yield Mistake(
                path,
                f"{where} is a mapping, since it holds a colon and a space; put the command in "
                "quotes",
            )
        else:
            kinds = " or ".join(kind for kind in form.kinds if kind != "null")
            text = f"{where} is {value!r:.60}, where CodeBuild reads {kinds}; correct it"
            # An item with a comment only, such as "- # Package the application".
            yield Mistake(path, text, ignored=value is None and "commands" in path)
    elif form.choices and not any(_is_same(value, choice) for choice in form.choices):
        choices = ", ".join(dict.fromkeys(map(str, form.choices)))
        yield Mistake(path, f"{where} is {value!r:.60}; use one of {choices}")
    elif form.pattern and not re.fullmatch(form.pattern, value):
        text = f"{where} is {value!r:.60}, which does not fit '{form.pattern}'; correct it"
        yield Mistake(path, text)
    elif isinstance(value, list) and form.items is not None:
        for number, item in enumerate(value):
            yield from _mistakes(form.items, item, (*path, number))
    elif isinstance(value, dict):
        yield from _mistakes_in_keys(form, value, path, where)


def _mistakes_in_keys(
    form: _Form, value: Mapping[Any, Any], path: Path, where: str
) -> Iterator[Mistake]:
    for key in value:
        if key not in form.keys and form.others is None and (form.keys or form.kinds):
            near = _near(str(key), form)
            way = f"did you mean '{near}'?" if near else f"it takes {', '.join(form.keys)}"
            yield Mistake(
                (*path, str(key)),
                f"{where} has the key '{key}'; {way}",
                ignored=path != ("phases",),
                harmless=near is None,
            )
    lacking = [key for key in form.required if key not in value]
    if lacking:
        yield Mistake(path, f"{where} lacks {', '.join(lacking)}; add it")
    if form.either and not any(key in value for key in form.either):
        yield Mistake(path, f"{where} lacks {' or '.join(form.either)}; add it")
    for key, inside in value.items():
        inner = form.keys.get(key, form.others)
        if inner is not None:
            yield from _mistakes(inner, inside, (*path, str(key)))


def _near(key: str, form: _Form) -> str | None:
    """Return the key that a misspelt one is meant to be."""
    import difflib  # only those who misspell a key need it

    return next(iter(difflib.get_close_matches(key, form.keys, 1)), None)


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind])


def _is_same(value: Any, choice: Any) -> bool:
    """Tell whether a value is a choice; 1 is not true."""
    return type(value) is type(choice) and bool(value == choice)
