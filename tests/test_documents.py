"""What the documents name is there: commands, targets, files, headings."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from cfn_pipeline.cli import main

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
README, CONTRIBUTING, *_ = (path.read_text(encoding="utf-8") for path in DOCUMENTS)
CONTEXT = click.Context(main)
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


def _commands(text: str) -> list[list[str]]:
    """Return the words that follow ``cfn-pipeline`` in each line of code."""
    lines = re.findall(r"^    (?:\.venv/bin/)?cfn-pipeline (.+)$", text, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


def _anchors(path: Path) -> set[str]:
    """Return the names under which GitHub and others link the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    for link in links:
        if not link.startswith(("https:", "http:", "mailto:")):
            file, _, anchor = link.partition("#")
            target = path.parent / file if file else path
            assert target.exists(), link
            assert not anchor or anchor in _anchors(target), link


@each_document
def test_every_command_has_its_verb_and_options(path: Path) -> None:
    for verb, *words in _commands(path.read_text(encoding="utf-8")):
        command = main.get_command(CONTEXT, verb)
        assert command is not None, verb
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= options, [verb, *words]


def test_the_readme_shows_every_verb() -> None:
    assert {verb for verb, *_ in _commands(README)} == set(main.list_commands(CONTEXT))


def test_make_helps_with_every_target_that_is_named() -> None:
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {key: value for key, value in os.environ.items() if key not in outer}
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
    targets = re.findall(r"^  make (\S+)", shown, re.MULTILINE)
    named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", README + CONTRIBUTING, re.MULTILINE))
    assert {"test", "coverage", "templates"} <= named
    assert named <= {target.removesuffix("/%") for target in targets}
