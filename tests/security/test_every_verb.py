"""Promise: no verb lets text of others do anything to the terminal, whatever it reads."""

import contextlib
import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from cfn_pipeline.cli import main
from tests.adopt.answers import answer, rendered_pipelines
from tests.command import ROOT
from tests.security.hostile import assert_harmless
from tests.security.test_text import pipeline_template, resources_template

#: ESC and CSI, in seven bits and eight, OSC with a title and a link, BEL, marks that change the
#: direction of text, and lines of the reader's own.
EVIL = "A\x1b[2J\x9b31m\x1b]0;title\x07\x1b]8;;http://x\x1b\\\u202e\u2066\x07\x08\r\n::error::B"
OTHER = "o\x1b[8m\x07\u202e"
SIZE = {"port": 80, "cpu": 256, "memory": 512}
VERBS = main.list_commands(click.Context(main))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that are hostile throughout."""
    folder = tmp_path_factory.mktemp("place")

    def write(path: str, content: Any) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / path).write_text(text, encoding="utf-8")

    template = pipeline_template(EVIL, OTHER)
    template["Description"] = EVIL
    write("pipeline.json", template)
    write("resources.json", resources_template(EVIL, OTHER) | {"Transform": EVIL})
    write("old/a.json", resources_template(OTHER, EVIL))
    write("new/a.json", resources_template(EVIL, OTHER))
    write(f"new/{OTHER}.txt", EVIL)
    write("broken.yml", f"a: [{EVIL}")
    live = answer(rendered_pipelines()["templates/book/pipeline.yml"])
    live["pipeline"]["stages"][0]["name"] = EVIL
    live["pipeline"]["stages"][1]["actions"][0]["name"] = OTHER
    live["pipeline"]["name"] = EVIL
    live["metadata"] = {"pipelineArn": EVIL}
    write("live.json", live)
    live = answer(rendered_pipelines()["templates/book/pipeline.yml"])
    live["pipeline"]["stages"][1]["actions"][0]["configuration"] |= {OTHER: EVIL}
    live["pipeline"][OTHER] = EVIL
    live["metadata"] = {"pipelineArn": EVIL}
    write("values.json", live)
    change = {"LogicalResourceId": EVIL, "ResourceType": OTHER, "Action": EVIL}
    details = [{"Target": {"Attribute": EVIL, "Name": OTHER}, "CausingEntity": EVIL}]
    changes = [
        {"Type": "Resource", "ResourceChange": {**change, "Action": action, "Details": details}}
        for action in ("Add", "Modify", "Remove", EVIL)
    ]
    write(
        "changes.json",
        {"StackName": EVIL, "ChangeSetName": OTHER, "Description": EVIL, "Changes": changes},
    )
    quoted = json.dumps(OTHER)
    write("copilot/.workspace", f"application: {quoted}\n")
    write("named/.workspace", "application: shop\n")
    for root, cpu in {"copilot": json.dumps(EVIL), "named": "256"}.items():
        write(
            f"{root}/web/manifest.yml",
            f"name: web\ntype: Backend Service\ncpu: {cpu}\n{quoted}: {quoted}\n"
            f"variables: {{{quoted}: {json.dumps(EVIL)}}}\nimage: {{build: ./Dockerfile}}\n",
        )
        write(f"{root}/{OTHER}/notes.txt", EVIL)
        write(f"{root}/web/addons/a.yml", {"Resources": {EVIL: {"Type": OTHER}}})
        write(f"{root}/environments/test/manifest.yml", {"name": "test", "type": EVIL, OTHER: 1})
    application: dict[str, Any] = {"name": "web", "source": "acme/web", "container": SIZE}
    configurations: dict[str, dict[str, Any]] = {
        "key": {OTHER: EVIL},
        "name": {"name": EVIL},
        "value": {"environments": [{"name": OTHER, "account": EVIL}]},
        "stack": {"stack": EVIL, "container": None},
        "good": {
            "container": {**SIZE, "name": "web", "environment": {"A": EVIL, "B": "\u202e"}},
            "environments": [{"name": "dev"}],
        },
    }
    for name, more in configurations.items():
        write(f"{name}/cfn-pipeline.yml", {"applications": [application | more]})
    write("commented/cfn-pipeline.yml", f"# \u202e\n{EVIL}: {EVIL}\n")
    shutil.copytree(ROOT / "templates" / "current", folder / "stale")
    (folder / "stale" / "kms.yml").write_text(f"# Rendered by {EVIL}\n")
    return folder


CASES = [
    *(["check", file] for file in ("pipeline.json", "resources.json", "new", "broken.yml", EVIL)),
    *(["check", "pipeline.json", "--format", form] for form in ("json", "sarif", "junit")),
    ["check", "pipeline.json", "--format", "github"],
    ["check", "pipeline.json", "--fix-hints", "--info", "--account", f"pipeline.json={EVIL}"],
    ["check", "pipeline.json", "--artifact", f"{EVIL}=old", "--parameter", f"{EVIL}={EVIL}"],
    ["rules", EVIL],
    *(["permissions", file] for file in ("pipeline.json", "resources.json", "broken.yml", EVIL)),
    ["permissions", "resources.json", "--format", "table", "--stack", EVIL],
    ["permissions", "resources.json", "--format", "json", "--stack", EVIL],
    ["permissions", "resources.json", "--stack", "x", "--against", "old/a.json"],
    ["permissions", "resources.json", "--stack", "x", "--explain", EVIL],
    ["permissions", "resources.json", "--stack", "x", "--covers", f"resources.json:R{EVIL}"],
    ["permissions", "resources.json", "--stack", "x", "--covers", "changes.json"],
    *(["diff", "old", "new", "--format", form] for form in ("text", "markdown", "json")),
    ["diff", "old", "new", "--fail-on", "replacement,destructive"],
    *(["diff", "changes.json", "--format", form] for form in ("text", "markdown", "json")),
    ["diff", "pipeline.json", "resources.json"],
    ["diff", "broken.yml", "new"],
    ["diff", f"git:{EVIL}:old", "new"],
    *(["diagram", "pipeline.json", "--format", form] for form in ("svg", "mermaid")),
    *(["diagram", file] for file in ("resources.json", "broken.yml", EVIL)),
    ["adopt", "live.json", "-o", "adopted-live"],
    ["adopt", "values.json", "-o", "adopted-values"],
    ["adopt", "live.json", "-o", "adopted-named", "--stack", EVIL],
    ["adopt", "copilot", "-o", "adopted-copilot"],
    ["adopt", "named", "-o", "adopted-shop"],
    *(["adopt", file] for file in ("changes.json", "broken.yml", EVIL)),
    *(
        [verb, "--config", f"{name}/cfn-pipeline.yml"]
        for name in ("key", "name", "value", "stack", "good", "commented", EVIL)
        for verb in ("render", "fleet")
    ),
    ["render", "--config", "broken.yml"],
    ["render", "--config", "good/cfn-pipeline.yml", "--print", "stack.yml"],
    ["render", "--print", EVIL],
    ["render", "-o", f"rendered-{OTHER}"],
    ["new", EVIL],
    ["new", "web", "--source", EVIL, "-o", "web"],
    ["new", "web", "--account", f"dev={EVIL}", "-o", "web"],
    ["new", "web", "-o", f"web-{OTHER}", "--application", OTHER],
    ["deploy", "stale", "kms", "--yes"],
    ["deploy", "stale", EVIL, "--yes", "--profile", EVIL],
    ["deploy", "key", "kms", "--yes"],
    ["deploy", EVIL, "--yes"],
    *(["rehearse", file, "--approve"] for file in ("pipeline.json", "broken.yml", EVIL)),
    ["rehearse", "pipeline.json", "--approve", "--source", f"{EVIL}=old", "--skip", EVIL],
    ["schema", EVIL],
    ["completion", EVIL],
    ["mcp", EVIL],
    [EVIL],
    ["check", f"--{EVIL}"],
]


def test_every_verb_is_tried() -> None:
    assert {words[0] for words in CASES} >= set(VERBS)


@pytest.mark.parametrize("words", CASES, ids=lambda words: ascii(" ".join(words))[1:50])
def test_nothing_reaches_the_terminal(words: list[str], place: Path) -> None:
    for more in (["-v"], []):
        with contextlib.chdir(place):
            done = CliRunner(env={"NO_COLOR": "1"}).invoke(
                main,
                [*words, *more],
                color=True,  # as on a terminal: elsewhere, click removes colours, ours or not
                prog_name="cfn-pipeline",
                catch_exceptions=False,
            )
        assert done.exit_code in (0, 1, 2)
        assert_harmless(done.stderr.splitlines())
        acting = [c for c in done.stdout if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
        assert acting == []
