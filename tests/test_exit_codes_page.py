"""docs/exit-codes.md says with what each verb exits, and its examples do."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from cfn_pipeline.cli import main
from cfn_pipeline.deployment.account import Account
from tests.adopt.answers import answer, rendered_pipelines
from tests.command import ROOT, run, spawn
from tests.deployment.conftest import account, aws
from tests.rehearsal.small import Small

__all__ = ["account", "aws"]

PAGE = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (\d) \| .+ \| `cfn-pipeline ([^`]+)` \|$", re.MULTILINE)
ROWS = [(verb, int(code), words) for verb, code, words in ROW.findall(PAGE)]
VERBS = main.list_commands(click.Context(main))
CLI = ROOT / "cfn_pipeline" / "cli"


def test_every_verb_has_each_of_its_codes_once() -> None:
    expected = {
        (verb, code)
        for verb in VERBS
        for code in ((0, 1, 2) if verb in _verbs_that_find() else (0, 2))
    }
    assert sorted((verb, code) for verb, code, _ in ROWS) == sorted(expected)
    assert len(ROWS) == PAGE.count("\n| `")
    assert all(words.split()[0] == verb for verb, _, words in ROWS)


def _verbs_that_find() -> Iterator[str]:
    """Yield the verbs whose source exits with 1; no other code is in the source."""
    for path in CLI.glob("*.py"):
        codes = set(re.findall(r"SystemExit\((\w+)\)", path.read_text(encoding="utf-8")))
        assert codes <= {"1", "_INTERRUPTED"}, path
        if "1" in codes:
            yield next(verb for verb in VERBS if path.stem.startswith(verb))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the page supposes."""
    folder = tmp_path_factory.mktemp("place")
    Small(folder)  # app, infra
    (folder / "pipeline.json").rename(folder / "small.json")
    live = answer(rendered_pipelines()["templates/current/pipeline.yml"])
    (folder / "pipeline.json").write_text(json.dumps(live))
    templates = ROOT / "templates"
    shutil.copytree(templates / "current", folder / "templates")
    for name in ("pipeline.yml", "stack.yml"):
        shutil.copyfile(templates / "current" / name, folder / name)
    shutil.copyfile(templates / "book" / "stack.yml", folder / "old.yml")
    bad = ROOT / "tests" / "checks" / "examples" / "E9107" / "bad.yml"
    shutil.copyfile(bad, folder / "handmade.yml")
    for name in ("orders-aws", "stale"):
        assert run("new", "orders", "-o", name, cwd=folder).code == 0
    with (folder / "stale" / "kms.yml").open("a") as file:
        file.write("# changed\n")
    shutil.copytree(ROOT / "examples" / "fleet-accounts", folder / "fleet")
    assert run("render", "--config", "fleet/cfn-pipeline.yml", cwd=folder).code == 0
    return folder


#: What needs a rehearsal, many stacks or a process of its own: about a second each.
SLOW = {("mcp", 0), ("rehearse", 0), ("rehearse", 1), ("fleet", 1)}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
ON_AWS = {("deploy", 0), ("fleet", 0), ("fleet", 1)}


def _examples(*, slow: bool) -> list[Any]:
    return [
        pytest.param(*row, id=f"{row[0]}-{row[1]}") for row in ROWS if (row[:2] in SLOW) is slow
    ]


@pytest.mark.parametrize(("verb", "code", "words"), _examples(slow=False))
def test_the_example_has_the_code(
    verb: str, code: int, words: str, place: Path, request: pytest.FixtureRequest
) -> None:
    if (verb, code) in ON_AWS:
        request.getfixturevalue("account")
    done = run(*shlex.split(words), cwd=place)
    assert done.code == code, done.err
    assert done.err or done.out


@pytest.mark.thorough
@pytest.mark.parametrize(("verb", "code", "words"), _examples(slow=True))
def test_the_slow_example_has_the_code(
    verb: str, code: int, words: str, place: Path, request: pytest.FixtureRequest
) -> None:
    if (verb, code) in ON_AWS:
        request.getfixturevalue("account")
        client = Account(region="eu-central-1").client("cloudformation")
        key = {"ParameterKey": "ArtifactKeyEuWest1", "ParameterValue": KEY}
        for name, parameters in (("kms", []), ("iam", [key])):
            template = (place / "fleet" / "platform" / f"{name}.yml").read_text()
            client.create_stack(
                StackName=f"platform-{name}",
                TemplateBody=template,
                Parameters=parameters,
            )
            client.get_waiter("stack_create_complete").wait(
                StackName=f"platform-{name}", WaiterConfig={"Delay": 1}
            )
    if verb == "rehearse":
        words += " --builds shell"
    done = spawn(*shlex.split(words), cwd=place, stdin="")
    assert done.code == code, done.err


def test_ctrl_c(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cfn_pipeline.cli.check.check_system", interrupt)
    done = run("check", "stack.yml", cwd=place)
    assert (done.code, done.out, done.err) == (130, "", "interrupted\n")
