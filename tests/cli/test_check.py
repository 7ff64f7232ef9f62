"""``cfn-pipeline check`` and ``rules`` as a user runs them."""

import json
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cfn_pipeline import CURRENT, EDITIONS, Environment, load, todobackend
from cfn_pipeline.checks import RULES
from tests.command import ROOT, run, spawn

EXAMPLES = ROOT / "tests" / "checks" / "examples"
BAD = "tests/checks/examples/E9107/bad.yml"


def test_findings_are_lines_that_an_editor_can_follow() -> None:
    done = run("check", BAD)
    assert done.code == 1
    assert done.out == (
        f"{BAD}:39:17: E9107 stage 'Deploy', action 'Deploy': Fn::GetParam for parameter "
        "'ImageTag' uses artifact 'Version', which is not an input artifact of the action; add "
        "it to the action's InputArtifacts (currently: Sources)\n"
    )
    assert done.err == (
        "artifacts not opened: Sources; give --artifact Sources=FOLDER\n"
        "permissions not judged: pipeline Pipeline, Deploy/Deploy; give the templates of their "
        "roles, too\n"
        "1 template checked: 1 error\n"
    )
    assert (ROOT / BAD).read_text().split("\n")[38][16:].startswith("ParameterOverrides:")


@pytest.mark.parametrize("edition", EDITIONS)
def test_rendered_folders_are_fine(edition: str) -> None:
    done = run("check", f"templates/{edition}")
    assert (done.code, done.out) == (0, "")
    assert done.err.endswith("templates checked: no findings\n")


def test_what_is_left_to_be_filled_in_is_said() -> None:
    done = run("check", "templates/current")
    assert "templates/current/dev.json: fill in VpcId, ApplicationSubnets\n" in done.err


def test_folders_are_checked_separately() -> None:
    done = run("check", "templates/current", "templates/book", BAD)
    assert done.code == 1
    assert done.out.count("\n") == 1
    assert done.err.endswith("17 templates checked: 1 error\n")


def test_json_holds_what_the_contract_says() -> None:
    done = run("check", BAD, "--format", "json")
    [finding] = json.loads(done.out)
    assert set(finding) == {"rule", "severity", "file", "line", "column", "path", "message"}
    assert (finding["rule"], finding["severity"], finding["file"]) == ("E9107", "error", BAD)
    assert (finding["line"], finding["column"]) == (39, 17)
    value = load((ROOT / BAD).read_text())
    for step in finding["path"]:
        value = value[step]
    assert "Fn::GetParam" in value
    assert json.loads(run("check", "templates/book", "--format", "json").out) == []


def test_sarif() -> None:
    content = json.loads(run("check", BAD, "--format", "sarif").out)
    [result] = content["runs"][0]["results"]
    assert content["version"] == "2.1.0"
    assert result["ruleId"] == "E9107"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == BAD
    assert place["region"] == {"startLine": 39, "startColumn": 17}
    rules = content["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in RULES if rule.severity != "info"]


def test_junit() -> None:
    root = ElementTree.fromstring(run("check", BAD, "templates/book", "--format", "junit").out)
    [suite] = root
    assert (suite.get("tests"), suite.get("failures")) == ("9", "1")
    [failure] = suite.iter("failure")
    assert failure.get("type") == "E9107"
    assert (failure.text or "").startswith(f"{BAD}:39:17: ")


def test_github() -> None:
    done = run("check", BAD, "--format", "github")
    assert done.out.startswith(f"::error file={BAD},line=39,col=17,title=E9107::stage 'Deploy'")
    warning = run("check", str(EXAMPLES / "W9740" / "bad.yml"), "--format", "github")
    assert warning.out.startswith("::warning file=")
    info = run("check", str(EXAMPLES / "W9104" / "bad.yml"), "--format", "github", "--info")
    assert info.out.startswith("::notice file=")


@pytest.mark.parametrize(
    "options, code",
    [
        ((), 1),
        (("--select", "E91"), 1),
        (("--select", "E9107", "--select", "W"), 1),
        (("--select", "E92"), 0),
        (("--ignore", "E9107"), 0),
        (("--ignore", "E91"), 0),
        (("--select", "E", "--ignore", "E92"), 1),
    ],
)
def test_select_and_ignore(options: tuple[str, ...], code: int) -> None:
    assert run("check", BAD, *options).code == code


def test_a_template_says_what_is_to_be_ignored_and_why(tmp_path: Path) -> None:
    template = load((ROOT / BAD).read_text())
    path = tmp_path / "pipeline.json"
    for where, reason, code, said in (
        (template["Resources"]["Pipeline"], "Made by the macro of another team", 0, ""),
        (template, "Made by the macro of another team", 0, ""),
        (template, "  ", 1, "E9001 template: rule E9107 is ignored without a reason"),
    ):
        where["Metadata"] = {"cfn-pipeline": {"ignore": {"E9107": reason}}}
        path.write_text(json.dumps(template, indent=2))
        done = run("check", str(path))
        assert (done.code, said in done.out) == (code, True)
        del where["Metadata"]
    template["Metadata"] = {"cfn-pipeline": {"ignore": {"E9999": "It is not there"}}}
    path.write_text(json.dumps(template, indent=2))
    assert "E9001 template: rule E9999 does not exist" in run("check", str(path)).out


def test_a_deployed_template_says_what_is_to_be_ignored(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    shutil.copytree(ROOT / "templates" / "current", folder)
    stack = load((folder / "stack.yml").read_text())
    cluster = stack["Resources"]["ApplicationCluster"]
    cluster["Properties"] = {**cluster.get("Properties", {}), "ClusterName": "orders"}
    (folder / "stack.yml").write_text(json.dumps(stack))
    assert "E9807" in run("check", str(folder)).out
    cluster["Metadata"] = {"cfn-pipeline": {"ignore": {"E9807": "Each account has one"}}}
    (folder / "stack.yml").write_text(json.dumps(stack))
    assert run("check", str(folder), "--ignore", "E9817").code == 0, "the role allows no such name"
    cluster["Metadata"] = {"cfn-pipeline": {"ignore": ["E9807"]}}
    (folder / "stack.yml").write_text(json.dumps(stack))
    told = run("check", str(folder)).out
    assert "E9001 resource ApplicationCluster: rule E9807 is ignored without a reason" in told
    assert " E9807 " in told


def test_positions_in_json(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.json"
    path.write_text(json.dumps(load((ROOT / BAD).read_text()), indent="\t"))
    line, column = run("check", str(path)).out.removeprefix(f"{path}:").split(":")[:2]
    found = path.read_text().split("\n")[int(line) - 1][int(column) - 1 :]
    assert found.startswith('"ParameterOverrides"')


def test_artifacts() -> None:
    folder = EXAMPLES / "E9805" / "bad"
    assert run("check", str(folder / "pipeline.yml")).code == 0
    done = run("check", str(folder / "pipeline.yml"), "--artifact", f"Sources={folder}/Sources")
    assert done.code == 1
    assert done.out.startswith(f"{folder}/Sources/prod.json:2:3: E9805 ")


def test_a_rendered_folder_that_was_spoilt(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    shutil.copytree(ROOT / "templates" / "current", folder)
    (folder / "prod.json").unlink()
    (folder / "buildspec.yml").write_text("version: 0.2\nphases:\n  build:\n    commands: [make]\n")
    done = run("check", str(folder))
    assert done.code == 1
    assert [line.split()[1] for line in done.out.splitlines()] == ["E9810", "E9801", "E9810"]


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("check",), "Missing argument 'TEMPLATE...'"),
        (("check", "nowhere.yml"), "'nowhere.yml' does not exist"),
        (("check", "docs"), "docs: the folder contains no CloudFormation template"),
        (("check", BAD, "--artifact", "Sources"), "invalid value 'Sources': use NAME=FOLDER"),
        (("check", BAD, "--artifact", "Sources=nowhere"), "nowhere: not a folder"),
        (("check", BAD, "--select", "E8"), "no rule id starts with 'E8'"),
        (("check", BAD, "--ignore", ""), "no rule id starts with ''"),
        (
            ("check", BAD, "--artifact", "Source=docs"),
            "artifact 'Source' does not exist in the pipelines; use",
        ),
        (("check", BAD, "--artifact", "Sources=docs", "--artifact", "Sources=."), "given twice"),
        (("check", BAD, "--format", "xml"), "'xml' is not one of 'text', 'json'"),
        (("rules", "X"), "no rule id starts with 'X'"),
    ],
)
def test_bad_input_is_one_clear_message(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert said in done.err


def test_rules_are_listed_and_explained() -> None:
    listed = run("rules").out
    assert all(f"  {rule.id}  {rule.title}\n" in listed for rule in RULES)
    explained = run("rules", "E9806").out
    assert "AWS says: Requires capabilities : [CAPABILITY_NAMED_IAM]" in explained
    assert len(json.loads(run("rules", "--format", "json").out)) == len(RULES)
    assert {
        rule["rule"][:3] for rule in json.loads(run("rules", "E93", "--format", "json").out)
    } == {"E93"}


def test_what_is_rendered_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dev = Environment("dev", parameters={"DatabaseMultiAZ": "perhaps"})
    spoilt = replace(CURRENT, application=replace(todobackend, environments=[dev]))
    monkeypatch.setattr("cfn_pipeline.editions.current.CURRENT", spoilt)
    done = run("render", "-o", str(tmp_path / "out"))
    assert done.code == 1
    assert f"{tmp_path}/out/dev.json:" in done.err
    assert (
        "E9813 stage 'Dev', action 'Deploy': invalid value 'perhaps' for parameter DatabaseMultiAZ"
        in done.err
    )
    assert (tmp_path / "out" / "dev.json").exists(), "it is there to be looked at"
    assert run("render", "--check", "-o", str(tmp_path / "out")).code == 1


def test_standard_input_keeps_its_positions() -> None:
    text = (ROOT / BAD).read_text()
    for name in ("-", "/dev/stdin"):
        done = spawn("check", name, stdin=text)
        assert done.code == 1
        assert done.out.startswith(f"{name}:39:17: E9107 ")


def test_a_file_that_can_be_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=((ROOT / BAD).read_text(),))
    writer.start()
    done = run("check", str(pipe))
    writer.join()
    assert done.out.startswith(f"{pipe}:39:17: E9107 ")


def test_files_that_cannot_be_read_are_findings() -> None:
    done = run("check", "README.md", "templates/book/buildspec.yml", BAD)
    assert done.code == 1
    assert [line.split()[1] for line in done.out.splitlines()] == ["E9107", "E9002", "E9002"]
    assert done.err.endswith("3 templates checked: 3 errors\n")


def _sources(tmp_path: Path) -> Path:
    """Return a folder with a pipeline, and the clones of its repositories beside it."""
    example = EXAMPLES / "E9805" / "bad"
    shutil.copy(example / "pipeline.yml", tmp_path)
    shutil.copytree(example / "Sources", tmp_path / "orders")
    return tmp_path


def test_folders_with_the_name_of_a_repository_are_artifacts(tmp_path: Path) -> None:
    folder = _sources(tmp_path)
    pipeline = str(folder / "pipeline.yml")
    told = (
        f"artifact Sources: taken from {folder}/orders, which has the name of its repository; give "
        "--artifact Sources=FOLDER for another folder\n"
    )
    for arguments in ((str(folder),), (pipeline, f"{folder}/orders")):
        done = run("check", *arguments)
        assert (done.code, told in done.err) == (1, True)
        assert f"{folder}/orders/prod.json:2:3: E9805 " in done.out
    done = run("check", pipeline)
    assert (done.code, done.out) == (0, "")
    assert "artifacts not opened: Sources; give --artifact Sources=FOLDER\n" in done.err
    (folder / "empty").mkdir()
    done = run("check", str(folder), "--artifact", f"Sources={folder}/empty")
    assert "taken from" not in done.err
    assert "not opened" not in done.err


def test_a_folder_that_is_an_artifact_only_needs_no_template(tmp_path: Path) -> None:
    folder = _sources(tmp_path)
    (folder / "orders" / "stack.yml").unlink()
    done = run("check", str(folder / "pipeline.yml"), str(folder / "orders"))
    assert done.code == 1
    assert "E9801" in done.out
    (folder / "orders").rename(folder / "other")
    done = run("check", str(folder / "pipeline.yml"), str(folder / "other"))
    assert done.code == 2
    assert "the folder contains no CloudFormation template" in done.err


def test_the_statement_that_a_role_lacks() -> None:
    bad = str(EXAMPLES / "E9704" / "bad.yml")
    done = run("check", bad, "--select", "E9704", "--fix-hints")
    assert done.out.splitlines()[1:] == [
        "    - Effect: Allow",
        "      Action:",
        "        - s3:GetObject",
        "        - s3:PutObject",
        "      Resource: !Sub arn:${AWS::Partition}:s3:::${Artifacts}/*",
    ]
    [finding] = json.loads(
        run("check", bad, "--select", "E9704", "--fix-hints", "--format", "json").out
    )
    assert finding["statements"] == [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Artifacts}/*"},
        }
    ]
    done = run("check", bad, "--fix-hints", "--format", "github")
    assert (done.code, "--format github has no place for it; use text or json" in done.err) == (
        2,
        True,
    )


def test_the_lowest_severity() -> None:
    bad = [str(EXAMPLES / rule / "bad.yml") for rule in ("W9104", "W9740", "E9107")]
    for options, ids in (
        ((), {"W9740", "E9107"}),
        (("--severity", "error"), {"E9107"}),
        (("--info",), {"W9104", "W9740", "E9107"}),
        (("--severity", "info"), {"W9104", "W9740", "E9107"}),
        (("--select", "W9104"), {"W9104"}),
        (("--select", "W91"), set()),
    ):
        out = "".join(run("check", path, *options).out for path in bad)
        assert {line.split()[1] for line in out.splitlines()} == ids


def test_values_of_the_account_that_no_environment_has_are_an_info() -> None:
    done = run("check", "templates/current", "--select", "I9841")
    assert done.code == 1
    assert done.out.count(" I9841 ") == 2
