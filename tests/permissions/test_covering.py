"""Whether a role that there is suffices."""

import json
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import TemplateError, load
from cfn_pipeline.permissions import derive
from cfn_pipeline.permissions.covering import coverage, statements_of
from tests.command import ROOT, run

QUEUE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
NEEDED = derive([QUEUE], stacks=["orders-*"])
HERE = "arn:aws:sqs:eu-west-1:111122223333"


def _allow(actions: Any, arns: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": arns, **more}


@pytest.mark.parametrize(
    "statement",
    [
        _allow("sqs:*", f"{HERE}:orders-*"),
        _allow("SQS:*", "arn:aws:sqs:*:*:orders-*"),
        _allow(["*"], "*"),
        _allow("sqs:*", "arn:aws:sqs:*:111122223333:*"),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
    ],
)
def test_enough(statement: Any) -> None:
    found = coverage(NEEDED, [statement])
    assert (found.lacking, found.notes) == ({}, [])


@pytest.mark.parametrize(
    "statements",
    [
        [_allow("sqs:*", f"{HERE}:orders-dev-*")],
        [_allow("sqs:Create*", f"{HERE}:orders-*")],
        [_allow("sqs:*", f"{HERE}:orders")],
        [_allow("sns:*", "*")],
        [{"Effect": "Allow", "NotAction": "sqs:*", "Resource": "*"}],
        [_allow("*", "*"), {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}],
        [],
    ],
)
def test_not_enough(statements: list[Any]) -> None:
    arn = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders-*"
    assert coverage(NEEDED, statements).lacking["sqs:DeleteQueue"] == [arn]


def test_conditions_are_told() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/x": "y"}}
    found = coverage(NEEDED, [_allow("sqs:*", "*", Condition=condition)])
    assert not found.lacking
    assert "sqs:DeleteQueue on " in " ".join(found.notes)


def test_too_much() -> None:
    statements = [
        _allow("sqs:CreateQueue", f"{HERE}:orders-*"),
        _allow("sqs:DeleteQueue", "*"),
        _allow(["s3:*", "sqs:*"], [f"{HERE}:other", f"{HERE}:orders-*"]),
    ]
    assert coverage(NEEDED, statements).too_much == {
        "s3:*": [f"{HERE}:other", f"{HERE}:orders-*"],
        "sqs:*": [f"{HERE}:other", f"{HERE}:orders-*"],
        "sqs:DeleteQueue": ["*"],
    }


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_derived_role_covers_its_own_templates(environment: str) -> None:
    folder = ROOT / "templates" / "current"
    stack = load((folder / "stack.yml").read_text())
    role = statements_of(f"{folder / f'environment-{environment}.yml'}:CloudFormationRole")
    boundary = {"Ref": "PermissionsBoundary"}
    needed = derive([stack], stacks=[f"todobackend-{environment}"], boundary=boundary)
    assert coverage(needed, role).lacking == {}
    other = "prod" if environment == "dev" else "dev"
    elsewhere = derive([stack], stacks=[f"todobackend-{other}"], boundary=boundary)
    lacking = coverage(elsewhere, role).lacking
    assert {"ecs:CreateCluster", "kms:Decrypt", "iam:PassRole"} <= set(lacking)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda document: document,
        lambda document: {"RoleName": "r", "PolicyName": "p", "PolicyDocument": document},
        lambda document: {"PolicyVersion": {"Document": document, "VersionId": "v1"}},
    ],
)
def test_the_command(tmp_path: Path, wrap: Any) -> None:
    template, policy = tmp_path / "stack.json", tmp_path / "policy.json"
    template.write_text(json.dumps(QUEUE))
    document = {"Version": "2012-10-17", "Statement": _allow("sqs:*", f"{HERE}:orders-*")}
    policy.write_text(json.dumps(wrap(document)))
    options = (str(template), "--stack", "orders-*", "--covers", str(policy))
    done = run("permissions", *options)
    assert done.code == 0, done.err
    assert done.err.endswith("policy.json is sufficient for the templates\n")
    assert "lacking" not in done.out
    document["Statement"] = _allow("sqs:CreateQueue", f"{HERE}:orders-*")
    policy.write_text(json.dumps(wrap(document)))
    done = run("permissions", *options)
    assert done.code == 1
    assert "lacking   sqs:DeleteQueue on arn:" in done.out
    as_json = json.loads(run("permissions", *options, "--format", "json").out)
    assert "sqs:DeleteQueue" in as_json["lacking"]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/AdministratorAccess",
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"},
    ],
)
def test_policies_of_aws(tmp_path: Path, arn: Any) -> None:
    template = tmp_path / "iam.json"
    role = {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": [arn]}}
    template.write_text(json.dumps({"Resources": {"Role": role}}))
    [statement] = statements_of(f"{template}:Role")
    assert (statement["Action"], statement["Resource"]) == (["*"], "*")
    template.write_text(template.read_text().replace("AdministratorAccess", "PowerUserAccess"))
    with pytest.raises(TemplateError, match=r"policies of role 'Role' are not in .*PowerUser"):
        statements_of(f"{template}:Role")


@pytest.mark.parametrize(
    "role, message",
    [
        ("nowhere.json", "cannot be read"),
        ("templates/current/stack.yml", "has no policy"),
        ("templates/current/iam.yml:Nobody", "no role 'Nobody'"),
    ],
)
def test_no_such_role(role: str, message: str) -> None:
    with pytest.raises(TemplateError, match=message):
        statements_of(role if role == "nowhere.json" else str(ROOT / role))
