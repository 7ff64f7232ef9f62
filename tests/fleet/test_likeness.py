"""Applications that differ by their names alone: written from two, and as if each was rendered."""

import json
import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cfn_pipeline import Application, ModelError, TemplateError, render
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.fleet import rendering
from cfn_pipeline.fleet.likeness import Sample, _renamed, likeness, sample
from tests.any_applications import applications
from tests.command import run
from tests.fleet.test_rendering import DEFAULTS, STACK, contents, describe
from tests.fleet.test_rendering import render as render_config

NAMES = [
    *("app01", "app02", "app03", "app04"),
    *("bills", "clubs", "codes", "stack", "users"),
    *("a-b1", "c-d2", "e-f3", "q-a7"),
]


def test_the_files_are_those_of_applications_that_are_rendered_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some names are those of something else in the files, which must not be taken for them."""
    (tmp_path / "queue.yml").write_text(STACK)
    describe(tmp_path, *NAMES)
    alone = []
    original = rendering.rendering_of

    def counted(task: Any, **options: Any) -> Any:
        alone.append(task.application.name)
        return original(task, **options)

    monkeypatch.setattr(rendering, "rendering_of", counted)
    assert render_config(tmp_path, "--jobs", "1").code == 0
    written = contents(tmp_path)
    assert {"app01", "bills", "a-b1", "q-a7"}.isdisjoint(alone)
    assert {"codes", "stack"} & {*alone}
    assert render_config(tmp_path, "--jobs", "1", "--all").code == 0
    assert contents(tmp_path) == written
    assert {*NAMES} == {*alone}


def test_what_a_person_filled_in_stays(tmp_path: Path) -> None:
    (tmp_path / "queue.yml").write_text(STACK)
    describe(tmp_path, *NAMES[:4])
    (tmp_path / "app02").mkdir()
    (tmp_path / "app02" / "dev.json").write_text('{"Parameters": {"Days": "9"}}')
    (tmp_path / "app03").mkdir()
    (tmp_path / "app03" / "Makefile").write_text("mine:\n")
    refused = render_config(tmp_path)
    assert refused.code == 2
    assert f"{tmp_path}/app03/Makefile: was not rendered by cfn-pipeline" in refused.err
    (tmp_path / "app03" / "Makefile").unlink()
    assert render_config(tmp_path).code == 0
    filled_in = json.loads((tmp_path / "app02" / "dev.json").read_text())
    assert filled_in == {"Parameters": {"Days": "9"}}


def test_own_templates_that_differ_are_not_alike(tmp_path: Path) -> None:
    entries = []
    for name in NAMES[:8]:
        (tmp_path / f"{name}.yml").write_text(STACK.replace("Days", f"Days{name}"))
        entries.append(f"  - {{name: {name}, source: acme/{name}, stack: {name}.yml}}\n")
    (tmp_path / "cfn-pipeline.yml").write_text(DEFAULTS + "".join(entries))
    assert run("render", "--config", str(tmp_path / "cfn-pipeline.yml")).code == 0
    for name in NAMES[:8]:
        assert f"Days{name}" in (tmp_path / name / f"{name}.yml").read_text()


def _files(application: Application) -> tuple[dict[str, str], dict[str, list[str]]]:
    return render(application), {}


@pytest.mark.parametrize(
    "text_of",
    [
        lambda name: "\n".join(sorted([name, "middle"])),
        lambda name: sha256(name.encode()).hexdigest(),
        lambda name: name[:3],
        lambda name: name.upper(),
        lambda name: "is long" if name > "b" else name,
    ],
    ids=["sorted", "hashed", "shortened", "in capitals", "compared"],
)
def test_where_the_name_is_more_than_text_each_is_rendered(text_of: Callable[[str], str]) -> None:
    [application] = _applications("app01")
    assert sample(application, lambda a: ({"a": text_of(a.name)}, {})) is None
    assert sample(application, lambda _: None) is None
    found = sample(application, lambda a: ({"a": f"{a.name} {a.name.capitalize()}"}, {}))
    assert found is not None
    assert found.files_of("bills") == {"a": "bills Bills"}


def test_names_that_mean_something_else_in_the_files_are_rendered() -> None:
    made = Sample(files={"a.yml": "\0-dev arn:orders\nord* and *lls\n"}, missing={})
    assert made.files_of("jobs1") is not None
    for name in ("orders", "order", "ordinal", "bills", "dev"):
        assert made.files_of(name) is None, name


def test_likeness_is_of_length_letters_and_digits() -> None:
    first = likeness("app01", "source: acme/app01", "x")
    assert first == likeness("etl99", "source: acme/etl99", "x")
    assert first != likeness("etl999", "source: acme/etl999", "x")
    assert first != likeness("etl9a", "source: acme/etl9a", "x")
    assert first != likeness("etl99", "source: acme/etl", "x")
    assert first != likeness("etl99", "source: acme/etl99", "y")


def _applications(*names: str) -> list[Application]:
    container = "{name: c, cpu: 256, memory: 512, port: 80}"
    entries = [f"  - {{name: {n}, source: acme/{n}, container: {container}}}" for n in names]
    return read_config("\n".join(["applications:", *entries]))


@pytest.mark.thorough
@given(applications(), st.randoms())
@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
def test_any_application_is_written_as_it_is_rendered(
    application: Application, chance: random.Random
) -> None:
    letters, digits = "bcdfghjklmnpqrstvwxy", "12345678"
    name = "".join(
        c if c == "-" else chance.choice(letters if c.isalpha() else digits)
        for c in application.name
    )
    try:
        other = _renamed(application, application.name, name)
        found = sample(application, _files)
        rendered = render(other)
    except (ModelError, TemplateError):
        assume(False)
    files = None if found is None else found.files_of(name)
    assume(files is not None)
    assert files == rendered
