"""The form of a buildspec: what it takes is what its JSON Schema takes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.buildspec.form import mistakes_in

SCHEMA = json.loads(Path(__file__).with_name("buildspec.schema.json").read_text())
VALIDATE = fastjsonschema.compile(SCHEMA)


#: What may stand anywhere, rightly or wrongly.
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, 0.1, 0.2, 3.5, "", "x", "yes", "0.2", "sh", "save"),
    *("ABORT", "RETRY", "RETRY-", "RETRY-2-x", "RETRY-a\nb", "CONTINUED"),
    *([], ["a"], ["a", 1], [{}], [None], {}, {"x": "y"}, {"x": None}, {"x": ["y"]}, {"x": {}}),
    *({"files": "a"}, {"files": ["a"]}, {"files": 1}, {"x": {"files": ["a"], "more": 1}}),
    {"commands": ["a"], "more": 1},
)


def _resolved(schema: Any) -> Any:
    if "$ref" in schema:
        return SCHEMA["definitions"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _places(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path to everything of which the schema speaks."""
    schema = _resolved(schema)
    yield path
    for key, inside in schema.get("properties", {}).items():
        yield from _places(inside, (*path, key))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _places(schema["additionalProperties"], (*path, "any"))


def _with(content: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return a document with a value at a place, and around it what must be there."""
    if not path:
        return value
    around = {"files": ["a"]} if path[0] == "any" and len(path) > 1 else {}
    held = content if isinstance(content, dict) else {}
    inside = held.get(path[0], {})
    inside = {**around, **inside} if isinstance(inside, dict) else inside
    return {**held, path[0]: _with(inside, path[1:], value)}


BASE = {"version": 0.2, "phases": {}, "artifacts": {"files": ["a"]}}
PLACES = sorted(_places(SCHEMA))
DOCUMENTS = st.recursive(
    st.sampled_from(VALUES),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from([step for path in PLACES for step in path]), inside)
    ),
    max_leaves=6,
)


def _first(content: Any) -> tuple[Any, str]:
    """Return the path and text of the first mistake; empty if there is none."""
    return next(((m.path, m.text) for m in mistakes_in(content)), ((), ""))


def _compare(content: Any) -> None:
    try:
        VALIDATE(content)
    except fastjsonschema.JsonSchemaValueException:
        fits = False
    else:
        fits = True
    path, mistake = _first(content)
    assert (mistake == "") == fits, (content, mistake)
    _reach(content, path)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(path) or "the whole")
def test_it_agrees_with_the_schema_on_every_key(path: tuple[str, ...]) -> None:
    for value in VALUES:
        _compare(_with(BASE, path, value))
        _compare(_with(BASE, (*path, "other"), value))


@given(st.sampled_from(PLACES), DOCUMENTS, st.sampled_from(PLACES), DOCUMENTS)
def test_it_agrees_with_the_schema_on_random_documents(
    path: tuple[str, ...], value: Any, other_path: tuple[str, ...], other: Any
) -> None:
    content = _with(BASE, path, value)
    _compare(content)
    _compare(_with(content, other_path, other) if isinstance(content, dict) else other)


def _reach(content: Any, path: Any) -> None:
    """Follow a path to what it names."""
    for step in path:
        assert step in content or isinstance(step, int), (path, content)
        content = content[step]


@pytest.mark.parametrize(
    ("content", "path", "message"),
    [
        ("words", (), "the whole is 'words', where CodeBuild reads object; correct it"),
        ({"version": 0.2}, (), "the whole lacks phases or batch or artifacts; add it"),
        ({"phases": {}}, (), "the whole lacks version; add it"),
        (
            {"version": 0.2, "phase": {}},
            ("phase",),
            "the whole has the key 'phase'; did you mean 'phases'?",
        ),
        (
            {"version": 0.2, "phases": {"deploy": {}}},
            ("phases", "deploy"),
            "phases has the key 'deploy'; it takes install, pre_build, build, post_build",
        ),
        (
            {"version": 3, "phases": {}},
            ("version",),
            "version is 3; use one of 0.2, 0.1",
        ),
        (
            {"version": 0.2, "phases": {"build": {"commands": ["a", {"echo b": "c"}]}}},
            ("phases", "build", "commands", 1),
            (
                "phases.build.commands.1 is a mapping, since it holds a colon and a space; put "
                "the command in quotes"
            ),
        ),
        (
            {"version": 0.2, "phases": {"build": {"on-failure": "STOP"}}},
            ("phases", "build", "on-failure"),
            (
                "phases.build.on-failure is 'STOP', which does not fit "
                "'ABORT|CONTINUE|RETRY(?:-.+)?'; correct it"
            ),
        ),
        (
            {"version": 0.2, "artifacts": {"files": 3}},
            ("artifacts", "files"),
            "artifacts.files is 3, where CodeBuild reads array or string; correct it",
        ),
    ],
)
def test_mistakes(content: Any, path: tuple[str | int, ...], message: str) -> None:
    assert _first(content) == (path, message)
