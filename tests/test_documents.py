"""What the documents name is there: commands, targets, files, headings."""

import re
import shlex
import subprocess
from pathlib import Path

import boto3
import click
import pytest
from botocore import xform_name

from cfn_pipeline import BOOK
from cfn_pipeline.checks import RULES
from cfn_pipeline.cli import main

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
README, CONTRIBUTING, *_ = (path.read_text(encoding="utf-8") for path in DOCUMENTS)
CONTEXT = click.Context(main)
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


def _commands(text: str) -> list[list[str]]:
    """Return the words that follow ``cfn-pipeline`` in each line of code, and in code of a line."""
    lines = re.findall(r"^    (?:\.venv/bin/)?cfn-pipeline (.+)$", text, re.MULTILINE)
    lines += re.findall(
        r"`cfn-pipeline ([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    )
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
def test_commands_are_code_on_the_site_too(path: Path) -> None:
    """The site takes lines that are indented by 5 to 7 spaces, as in a list, for plain text."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    assert re.findall(r"^ {5,7}\S.*", text, re.MULTILINE) == []


@each_document
def test_every_command_has_its_verb_and_options(path: Path) -> None:
    for verb, *words in _commands(path.read_text(encoding="utf-8")):
        command = main.get_command(CONTEXT, verb)
        assert command is not None, verb
        options = {
            name
            for parameter in command.params
            for name in (*parameter.opts, *parameter.secondary_opts)
        }
        assert {word for word in words if word.startswith("-") and word != "-"} <= options, [
            verb,
            *words,
        ]


def test_the_page_of_the_command_shows_every_verb() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert {verb for verb, *_ in _commands(page)} == set(main.list_commands(CONTEXT))


@each_document
def test_every_rule_exists(path: Path) -> None:
    named = set(re.findall(r"\b[EWI]9\d{3}\b", path.read_text(encoding="utf-8")))
    assert named <= {rule.id for rule in RULES}


def test_make_helps_with_every_target_that_is_named() -> None:
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = re.findall(r"^  make (\S+)", shown, re.MULTILINE)
    named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", README + CONTRIBUTING, re.MULTILINE))
    assert {"test", "coverage", "templates"} <= named
    of_the_folder = {goal.split("/")[0] for goal in _phony(ROOT / "templates" / "current")}
    assert named <= {target.removesuffix("/%") for target in targets} | of_the_folder


@each_document
def test_every_stack_is_deployed_or_removed_by_its_name(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"make ((?:deploy|remove)/[a-z][a-z-]*)", text))
    book = {f"deploy/{target.name}" for target in BOOK.targets(BOOK.application)}
    assert named <= _phony(ROOT / "templates" / "current") | book


@each_document
def test_every_command_of_the_aws_cli_is_one(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\\\n *", "", text)
    commands = re.findall(r"^(?:    )?(aws .+)$|`(aws [a-z0-9-]+ [^`]+)`", text, re.MULTILINE)
    for command in ("".join(found) for found in commands):
        _, service, operation, *words = shlex.split(command, comments=True)
        if (service, operation) in CUSTOM:
            continue
        client = boto3.client(service, region_name="us-east-1")
        if operation == "wait":
            assert words[0].replace("-", "_") in client.waiter_names, command
            continue
        api = client.meta.method_to_api_mapping[operation.replace("-", "_")]
        shape = client.meta.service_model.operation_model(api).input_shape
        options = {xform_name(name, "-") for name in shape.members} | {"query", "output"}
        given = {word[2:] for word in words if word.startswith("--") and word != "--"}
        assert {option.removeprefix("no-") for option in given} <= options, command


#: Commands that are the AWS CLI's own.
CUSTOM = {("s3", "cp"), ("s3", "rb"), ("logs", "tail"), ("cloudformation", "deploy")}


def _phony(folder: Path) -> set[str]:
    text = (folder / "Makefile").read_text(encoding="utf-8")
    [goals] = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    return set(goals.split())


@pytest.mark.parametrize("verb", main.list_commands(CONTEXT))
def test_the_help_of_every_verb_has_an_example(verb: str) -> None:
    command = main.get_command(CONTEXT, verb)
    assert command is not None
    line = re.compile(r"(?:^ *Example: |\| )cfn-pipeline (.+)$", re.MULTILINE)
    [example, *_] = line.findall(command.help or "")
    name, *words = shlex.split(example)
    options = {option for parameter in command.params for option in parameter.opts}
    assert name == verb
    assert {word for word in words if word.startswith("-") and word != "-"} <= options
