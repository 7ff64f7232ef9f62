"""What check did not look at is told, and nothing else."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cfn_pipeline.analysis.reading import read_folder, read_texts
from cfn_pipeline.checks.omissions import omissions
from tests.command import ROOT, run

ROLE = "arn:aws:iam::111122223333:role/x"


def action(name: str, provider: str, owner: str = "AWS", **more: Any) -> dict[str, Any]:
    kind = {"Category": "Build", "Owner": owner, "Provider": provider, "Version": "1"}
    return {"Name": name, "ActionTypeId": kind, "Configuration": {}, **more}


def pipeline(*actions: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return {
        "Resources": {
            "P": {
                "Type": "AWS::CodePipeline::Pipeline",
                "Properties": {"Stages": [{"Name": "S", "Actions": list(actions)}]},
            },
            **sections.pop("Resources", {}),
        },
        **sections,
    }


BUCKET = {"Type": "AWS::S3::Bucket"}
CASES = {
    "nothing": (pipeline(action("A", "Lambda")), []),
    "permissions": (
        pipeline(action("A", "Lambda", RoleArn=ROLE)),
        [
            "permissions not judged: S/A; give the templates of their roles, too",
            (
                "accounts not compared: S/A may be in the account of t.json, or in another; give "
                "--account t.json=ACCOUNT"
            ),
        ],
    ),
    "projects": (
        pipeline(action("A", "CodeBuild", Configuration={"ProjectName": "web"})),
        ["projects not judged: S/A; give their templates, too"],
    ),
    "settings": (
        pipeline(action("A", "Jenkins", "Custom"), action("B", "Own", "Custom")),
        ["settings not judged: S/A, S/B; these actions are not AWS's"],
    ),
    "regions": (
        pipeline(
            action("A", "Lambda", Region={"Ref": "Region"}), Parameters={"Region": {"Type": "X"}}
        ),
        [
            (
                "accounts or regions not judged: S/A; give them as --parameter NAME=VALUE, or "
                "--account FILE=ACCOUNT"
            )
        ],
    ),
    "macros": (
        {"Transform": ["AWS::Serverless-2016-10-31", "Count"], "Resources": {"B": BUCKET}},
        ["t.json: macro Count is not run; check the template that it returns"],
    ),
    "functions": (
        {"Resources": {"Fn::ForEach::Buckets": [], "B": BUCKET}},
        [
            (
                "t.json: resources that functions such as Fn::ForEach and Fn::Transform generate "
                "are not judged; check the template that they return"
            )
        ],
    ),
    "nested": (
        {"Resources": {name: {"Type": "AWS::CloudFormation::Stack"} for name in "ABCDEFGH"}},
        ["t.json: nested stacks not opened: A, B, C, D, E, F and 2 more"],
    ),
    "names of others": (
        pipeline(action("A\x1b[2J\n", "Jenkins", "Custom")),
        [r"settings not judged: S/A\x1b[2J\n; these actions are not AWS's"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_kind_is_a_line(case: str) -> None:
    content, expected = CASES[case]
    assert omissions(read_texts({"t.json": json.dumps(content)})) == expected


@pytest.mark.parametrize(
    "folder", ["templates/current", "templates/book", "examples/three-accounts"]
)
def test_rendered_folders_are_looked_at_whole(folder: str) -> None:
    assert omissions(read_folder(ROOT / folder, {})) == []


def test_what_is_given_is_judged() -> None:
    book = "templates/book"
    files = (f"{book}/pipeline.yml", f"{book}/iam.yml", f"{book}/codebuild.yml")
    artifacts = [
        word
        for name in ("MyApp", "DeploymentRepository")
        for word in ("--artifact", f"{name}={book}")
    ]
    assert "not " in run("check", files[0], "-q").err
    assert run("check", *files, *artifacts, "-q").err == ""


def test_it_is_told_in_every_format_that_has_a_place(tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    file.write_text(json.dumps(CASES["settings"][0]))
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "prod.json").write_text('{"Parameters": {"A": "1"}}')  # is no template, but known
    lines = [f"left out: {tmp_path / 'other.json'}; not templates", *CASES["settings"][1]]
    for words in ((), ("-q",), ("--format", "json", "-q")):
        assert run("check", str(tmp_path), *words).err.splitlines()[:2] == lines
    [log] = json.loads(run("check", str(tmp_path), "--format", "sarif").out)["runs"]
    [invocation] = log["invocations"]
    assert invocation["executionSuccessful"] is True
    notes = invocation["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notes] == lines
    suite = ElementTree.fromstring(run("check", str(tmp_path), "--format", "junit").out)
    assert suite.findtext("testsuite/system-err") == "\n".join(lines)
