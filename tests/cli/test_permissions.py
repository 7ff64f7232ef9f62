"""``cfn-pipeline permissions`` as a user runs it."""

import json
from pathlib import Path

import pytest

from cfn_pipeline import load
from cfn_pipeline.permissions import derive
from tests.command import ROOT, run

STACK = "templates/current/stack.yml"
OTHERS = ROOT / "tests" / "permissions" / "templates"


def test_yaml_and_json_are_one_template_of_managed_policies() -> None:
    done = run("permissions", STACK, "--stack", "todobackend-dev")
    assert (done.code, done.err) == (0, "")
    template = load(done.out)
    assert {r["Type"] for r in template["Resources"].values()} == {"AWS::IAM::ManagedPolicy"}
    assert list(template["Resources"])[-1] == "PermissionsBoundary"
    as_json = run("permissions", STACK, "--stack", "todobackend-dev", "--format", "json")
    assert json.loads(as_json.out) == template


def test_a_boundary_that_there_is() -> None:
    arn = "arn:aws:iam::111122223333:policy/limit"
    done = run("permissions", STACK, "--stack", "todobackend-*", "--boundary", arn)
    template = load(done.out)
    assert "PermissionsBoundary" not in template["Resources"]
    assert f"iam:PermissionsBoundary: {arn}" in done.out


def test_table() -> None:
    done = run("permissions", STACK, "--stack", "todobackend-dev", "--format", "table")
    template = load((ROOT / STACK).read_text())
    wanted = derive([template], stacks=["todobackend-dev"], boundary="x").actions
    told = [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")]
    assert told == list(wanted)
    assert "(AWS allows it on * only; running tasks" in done.out


def test_without_stacks_it_says_which_it_took() -> None:
    done = run("permissions", STACK, "--format", "table")
    told, *lacking = done.err.splitlines()
    assert told == "permissions apply to stacks stack-*; use --stack for other names"
    assert "cluster/stack-*" in done.out
    assert (
        "ApplicationLogGroup (AWS::Logs::LogGroup): not covered; the name of an import contains "
        "the stack's name; give the names of the stacks, such as orders-dev, instead of a pattern"
    ) in lacking


def test_explain() -> None:
    done = run("permissions", STACK, "--explain", "ECS:CreateService")
    assert done.out == (
        "ecs:CreateService: to create ApplicationService (AWS::ECS::Service) (source: the schema "
        "of AWS::ECS::Service)\n"
    )
    data = run("permissions", STACK, "--explain", "ecs:CreateService", "--format", "json").out
    assert [entry["resource"] for entry in json.loads(data)] == ["ApplicationService"]
    none = run("permissions", STACK, "--explain", "s3:DeleteBucket")
    assert none.code == 1
    assert none.err == "s3:DeleteBucket: not needed by the templates\n"


def test_against(tmp_path: Path) -> None:
    new = tmp_path / "stack.json"
    template = load((ROOT / STACK).read_text())
    template["Resources"]["Queue"] = {"Type": "AWS::SQS::Queue", "Properties": {}}
    new.write_text(json.dumps(template))
    options = ("--stack", "todobackend-dev", "--against", STACK)
    done = run("permissions", str(new), *options)
    lines = done.out.splitlines()
    assert done.code == 0
    assert all(line.startswith("+ sqs:") for line in lines)
    assert "sqs:CreateQueue on arn:" in done.out
    assert done.out.count("todobackend-dev-*") == len(lines)
    changes = json.loads(run("permissions", str(new), *options, "--format", "json").out)
    assert {change["action"].split(":")[0] for change in changes} == {"sqs"}
    same = run("permissions", STACK, *options)
    assert (same.out, same.err) == ("", "no change in permissions\n")


def test_what_is_not_known_is_named() -> None:
    options = ("--stack", "net-*", "--format", "table", "--boundary", "none")
    done = run("permissions", str(OTHERS / "vpc.yml"), *options)
    assert done.code == 1
    assert done.err == (
        "Kubernetes (AWSQS::Kubernetes::Resource): not covered; allow the "
        "permissions that the documentation of the third party lists\n"
    )


def _written(path: Path, resources: object, parameters: object = None) -> str:
    path.write_text(json.dumps({"Resources": resources, "Parameters": parameters or {}}))
    return str(path)


def test_values_of_parameters(tmp_path: Path) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": "Name"}}}
    stack = _written(tmp_path / "s.json", {"Bucket": bucket}, {"Name": {"Type": "String"}})
    options = (stack, "--stack", "orders-*", "--format", "table")
    done = run("permissions", *options)
    assert done.code == 1
    assert done.err == (
        "Bucket (AWS::S3::Bucket): not covered; BucketName is not known before the deployment: "
        "give --parameter Name=VALUE, or let the name begin with the stack's\n"
    )
    assert "arn:aws:s3:::orders-*\n" in done.out
    done = run("permissions", *options, "--parameter", "Name=mine")
    assert (done.code, done.err) == (0, "")
    assert "arn:aws:s3:::mine\n" in done.out


def test_notes_are_no_findings_unless_strict(tmp_path: Path) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    stack = _written(tmp_path / "s.json", {"Role": role})
    options = (stack, "--stack", "orders-*")
    done = run("permissions", *options)
    assert done.code == 0
    assert done.err == (
        "Role (AWS::IAM::Role): the template must change; set its PermissionsBoundary: it can "
        "only be created with the boundary\n"
    )
    assert run("permissions", *options, "--strict").code == 1
    assert run("permissions", *options, "--strict", "--boundary", "none").code == 0


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("permissions",), "Missing argument 'TEMPLATE...'"),
        (("permissions", "nowhere.yml"), "'nowhere.yml' does not exist"),
        (("permissions", "templates/book/buildspec.yml"), "it has no Resources"),
        (("permissions", STACK, "--parameter", "Nobody=x"), "the name of a parameter of the"),
        (("permissions", STACK, "--parameter", "VpcId"), "give NAME=VALUE"),
        (("permissions", STACK, "--covers", "nowhere.json"), "nowhere.json: cannot be read"),
        (("permissions", STACK, "--stack", "*"), "use a name, or a pattern that starts with"),
    ],
)
def test_bad_input_is_one_clear_message(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert said in done.err


def test_it_is_told_that_what_a_macro_adds_is_not_covered(tmp_path: Path) -> None:
    """Neither where permissions are derived, nor where they are compared or explained."""
    file = tmp_path / "macro.yml"
    file.write_text("Transform: [AWS::LanguageExtensions, Count]\nResources: {}\n")
    told = (
        "note: Transform (Count): what the macro adds is not covered; use the template that it "
        "returns"
    )
    words = ("permissions", str(file), "--stack", "x", "-q")
    derived = run(*words)
    assert (derived.code, derived.err.splitlines()) == (0, [told])
    assert run(*words, "--strict").code == 1
    explained = run(*words, "--explain", "sqs:CreateQueue")
    assert explained.err.splitlines() == [told, "sqs:CreateQueue: not needed by the templates"]
    compared = run("permissions", STACK, "--stack", "x", "--against", str(file), "-q")
    assert f"before: {told}" in compared.err.splitlines()
