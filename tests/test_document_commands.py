"""The commands of each document run in its order, and print what it shows.

Commands are indented lines; where a document shows what they print, a block ``console`` has both,
with ``...`` for what is left out. Commands of cfn-pipeline run in the process of the tests, in a
folder with the files that the document supposes. Those that need AWS are parsed, and run in
``tests/deploy``; of other programs, the names and options are checked in ``test_documents.py``.
"""

import contextlib
import doctest
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cfn_pipeline import emit
from cfn_pipeline.cli import main
from cfn_pipeline.stacks.hook import hook_template
from tests.adopt.answers import answer, rendered_pipelines
from tests.command import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: Documents with the forms of the verbs, and those whose output tests of their own compare.
ELSEWHERE = {"docs/commands.md", "docs/configuration.md", "docs/rules.md", "docs/scale.md"}
#: Programs of others, and of the system.
OTHERS = {"aws", "make", "pip", "python3", ".", "cfn-lint", "python"}
CONTEXT = click.Context(main)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A command of a document, and what it prints, if that is shown."""

    line: int
    command: str
    printed: str | None = None

    @property
    def words(self) -> list[str]:
        """The command's words, without comments."""
        return shlex.split(self.command.removeprefix(".venv/bin/"), comments=True)

    @property
    def verb(self) -> str:
        """The verb of cfn-pipeline, or the program."""
        return self.words[self.words[0] == "cfn-pipeline"]


def shown(text: str) -> Iterator[Shown]:
    """Yield the commands of a document."""
    fence, command, line, printed = "", "", 0, list[str]()
    for number, content in enumerate(text.splitlines(), 1):
        is_fence = content.startswith("```")
        if command and (is_fence or content.startswith("$ ")):
            yield Shown(line=line, command=command, printed="".join(printed))
            command = ""
        if is_fence:
            fence = "" if fence else content[3:]
        elif fence == "console" and content.startswith("$ "):
            command, line, printed = content[2:], number, []
        elif fence == "console":
            printed.append(f"{content}\n")
        elif not fence and (found := re.match(r" {4,6}([^ #].*)", content)):
            yield Shown(line=number, command=found[1])


COMMANDS = {
    name: commands
    for path in DOCUMENTS
    for name in [path.relative_to(ROOT).as_posix()]
    if name not in ELSEWHERE and (commands := list(shown(path.read_text(encoding="utf-8"))))
}


def _run(shown: Shown) -> None:
    """Run a command in the current folder; it must not be refused, and print what is shown."""
    words, given, target = shown.words[1:], None, None
    for sign in "<>":
        if sign in words:
            file = words[words.index(sign) + 1]
            del words[words.index(sign) : words.index(sign) + 2]
            given, target = (Path(file).read_text(), target) if sign == "<" else (given, file)
    if shown.verb == "rehearse":
        words += ["--builds", "shell", *([] if "--approve" in words else ["--approve"])]
    done = CliRunner().invoke(
        main, words, input=given, prog_name="cfn-pipeline", catch_exceptions=False
    )
    may_find = shown.verb in ("check", "diff", "permissions")
    assert done.exit_code in ((0, 1) if may_find else (0,)), done.stderr
    if target:
        Path(target).write_text(done.stdout)
    if shown.printed is not None:
        printed = done.stdout if shown.verb == "rehearse" else done.output  # else: as a terminal
        _assert_same(_settled(shown.printed), _settled(printed))


#: What differs from run to run, in the output of a rehearsal.
CHANGING = {
    r"\b\d+\.\d\b": "0.0",  # seconds
    r"[0-9a-f]{8} \([^)]*\)": "1f0c3a52 (Say hello)",
    r"-\d{4}\)": "-0001)",
}


def _settled(printed: str) -> str:
    for changing, settled in CHANGING.items():
        printed = re.sub(changing, settled, printed)
    return printed


def _assert_same(expected: str, printed: str) -> None:
    """Compare line by line; ``...`` stands for anything."""
    checker, flags = doctest.OutputChecker(), doctest.ELLIPSIS | doctest.REPORT_NDIFF
    if not checker.check_output(expected, printed, flags):
        example = doctest.Example("", expected)
        pytest.fail(checker.output_difference(example, printed, flags), pytrace=False)


def test_a_wrong_command_and_a_wrong_output_are_noticed() -> None:
    page = "```console\n$ cfn-pipeline --version\ncfn-pipeline 0\n```\n\n    cfn-pipeline chek .\n"
    version, misspelt = shown(page)
    with pytest.raises(pytest.fail.Exception, match="cfn-pipeline 0"):
        _run(version)
    with pytest.raises(AssertionError, match="unknown verb 'chek'"):
        _run(misspelt)


def test_every_command_is_of_a_program_that_is_meant() -> None:
    """What a command prints is in a block of its own, which is compared."""
    unknown = [
        f"{name}:{each.line}: {each.command}"
        for name, commands in COMMANDS.items()
        for each in commands
        if each.words[0] not in {"cfn-pipeline", "cd", "cp", "diff", *OTHERS}
    ]
    assert unknown == []


def _deployment_folder(place: Path) -> Path:
    """Make a deployment folder, with what is beside it: templates, repositories, a revision."""
    folder = place / "orders-aws"
    shutil.copytree(ROOT / "templates" / "current", folder)
    shutil.copytree(ROOT / "templates", folder / "templates")
    for name in ("app", "todobackend"):
        shutil.copytree(ROOT / "examples" / "todobackend-app", place / name)
    shutil.copytree(ROOT / "templates" / "current", place / "todobackend-aws")
    shutil.copytree(ROOT / "examples" / "todobackend-app", folder / "examples" / "todobackend-app")
    shutil.copyfile(ROOT / "templates" / "book" / "stack.yml", folder / "old.yml")
    shutil.copyfile(folder / "stack.yml", folder / "new.yml")
    return folder


def _empty(place: Path) -> Path:
    return place


def _accounts(place: Path) -> Path:
    folder = place / "orders-aws"
    shutil.copytree(ROOT / "examples" / "three-accounts", folder)
    shutil.copytree(ROOT / "examples" / "todobackend-app", place / "billing")
    return folder


def _adopting(place: Path) -> Path:
    document = answer(rendered_pipelines()["templates/current/pipeline.yml"])
    document["pipeline"]["name"] = "orders"
    (place / "pipeline.json").write_text(json.dumps(document))
    page = (ROOT / "docs" / "adopting.md").read_text(encoding="utf-8")
    for file in re.findall(r"```yaml\n(# copilot/.*?)```", page, re.DOTALL):
        path = place / file.splitlines()[0].removeprefix("# ")
        path.parent.mkdir(parents=True)
        path.write_text(file)
    (place / "copilot" / ".workspace").write_text("application: orders\n")
    return place


def _checking(place: Path) -> Path:
    folder = _deployment_folder(place)
    bad = ROOT / "tests" / "checks" / "examples" / "E9107" / "bad.yml"
    shutil.copyfile(bad, folder / "handmade.yml")
    return folder


def _differences(place: Path) -> Path:
    folder = _deployment_folder(place)
    (folder / "changes.json").write_text(
        json.dumps({"StackName": "orders", "ChangeSetName": "review", "Changes": []})
    )
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "templates"],
        ["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "One"],
        ["tag", "v1.2"],
        ["tag", "v1.3"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def _hook(place: Path) -> Path:
    (place / "dist").mkdir()
    (place / "dist" / "hook.yml").write_text(emit(hook_template()))
    return place


def _recipes(place: Path) -> Path:
    folder = _adopting(place)
    shutil.copyfile(ROOT / "templates" / "current" / "stack.yml", folder / "stack.yml")
    (folder / "cdk.out").mkdir()
    shutil.copyfile(
        ROOT / "tests" / "checks" / "foreign" / "cdk-pipelines.json",
        folder / "cdk.out" / "OrdersPipeline.template.json",
    )
    return folder


def _rehearsing(place: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "todobackend-app", place / "orders")
    return _deployment_folder(place)


def _todobackend(place: Path) -> Path:
    folder = _deployment_folder(place)
    page = (ROOT / "docs" / "todobackend.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    with contextlib.chdir(folder):
        exec(example, {})
    return folder


def _fleet(place: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "fleet-pipeline", place / "fleet")
    return place / "fleet"


#: What is there before the first command of a document.
PLACES: dict[str, Callable[[Path], Path]] = {
    "README.md": _empty,
    "docs/accounts.md": _accounts,
    "docs/adopting.md": _adopting,
    "docs/applications.md": _empty,
    "docs/checking.md": _checking,
    "docs/diff.md": _differences,
    "docs/fleet.md": _fleet,
    "docs/hook.md": _hook,
    "docs/index.md": _empty,
    "docs/recipes.md": _recipes,
    "docs/rehearsal.md": _rehearsing,
    "docs/todobackend.md": _todobackend,
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_commands_of_a_document(name: str, tmp_path: Path) -> None:
    _follow(name, tmp_path, rehearsals=False)


def test_the_first_page_of_the_site_has_the_steps_of_the_readme() -> None:
    readme, first = (
        [each.command for each in COMMANDS[name]] for name in ("README.md", "docs/index.md")
    )
    assert first == [command for command in readme if not command.startswith("make")]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name",
    [
        name
        for name, each in COMMANDS.items()
        if any(shown.verb == "rehearse" for shown in each) and name != "docs/index.md"
    ],
)
def test_the_rehearsals_of_a_document(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A build of a fleet runs cfn-pipeline itself.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    _follow(name, tmp_path, rehearsals=True)


def _follow(name: str, place: Path, *, rehearsals: bool) -> None:
    with contextlib.chdir(PLACES.get(name, _deployment_folder)(place)):
        for each in COMMANDS[name]:
            print(f"{name}:{each.line}: {each.command}")  # shown when the test fails
            program, *words = each.words
            if program == "cd":
                os.chdir(words[0])
            elif program in ("cp", "diff"):
                done = subprocess.run(each.words, capture_output=True, check=False)
                assert done.returncode == (program == "diff"), done.stderr  # 1: files differ
            elif program in OTHERS:
                pass
            elif each.verb == "deploy" or (each.verb == "diff" and "--stack" in words):  # on AWS
                command = main.get_command(CONTEXT, each.verb)
                assert command is not None
                command.make_context(each.verb, words[1:])
            elif each.verb != "rehearse" or rehearsals:
                _run(each)
