"""Roles: policies wherever they stand, and what cannot be seen."""

from typing import Any

import pytest

from tests.checks.examples import findings, good, ids, pipeline


def _role(template: dict[str, Any], name: str = "PipelineRole") -> Any:
    return template["Resources"][name]["Properties"]


def _statements(template: dict[str, Any]) -> Any:
    return _role(template)["Policies"][0]["PolicyDocument"]["Statement"]


@pytest.mark.parametrize(
    "policies",
    [
        {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
        {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AWSCodePipeline_FullAccess"]},
        {"ManagedPolicyArns": [{"Ref": "PolicyArn"}]},
        {"ManagedPolicyArns": {"Ref": "PolicyArns"}},
        {"Policies": [{"PolicyName": "All", "PolicyDocument": {"Fn::Transform": {"Name": "X"}}}]},
        {"Policies": [{"PolicyDocument": {"Statement": {"Effect": "Allow", "NotAction": "x:Y"}}}]},
        {"Policies": {"Fn::If": ["C", [], [{"PolicyDocument": {"Statement": []}}]]}},
    ],
)
def test_policies_that_cannot_be_seen_may_allow_it(policies: dict[str, object]) -> None:
    template = good("E9701")
    del _role(template)["Policies"]
    assert set(ids(findings(template))) == {"E9701", "E9702"}
    _role(template).update(policies)
    assert findings(template) == []


@pytest.mark.parametrize("type_", ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"])
@pytest.mark.parametrize("holder", [{"Ref": "PipelineRole"}, "pipeline"])
def test_policies_of_their_own(type_: str, holder: object) -> None:
    template = good("E9701")
    _role(template)["RoleName"] = "pipeline"
    [policy] = _role(template).pop("Policies")
    template["Resources"]["Policy"] = {
        "Type": type_,
        "Properties": {"Roles": [holder], "PolicyDocument": policy["PolicyDocument"]},
    }
    assert findings(template) == []
    template["Resources"]["Policy"]["Properties"]["Roles"] = ["another"]
    assert set(ids(findings(template))) == {"E9701", "E9702"}


def test_a_managed_policy_that_is_referred_to() -> None:
    template = good("E9701")
    [policy] = _role(template).pop("Policies")
    template["Resources"]["Policy"] = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": policy["PolicyDocument"]},
    }
    _role(template)["ManagedPolicyArns"] = [{"Ref": "Policy"}]
    assert findings(template) == []


def test_a_statement_that_denies_allows_nothing() -> None:
    template = good("E9701")
    for statement in _statements(template):
        statement["Effect"] = "Deny"
    assert set(ids(findings(template))) == {"E9701", "E9702"}


@pytest.mark.parametrize(
    "operator, services, fine",
    [
        ("StringEquals", "cloudformation.amazonaws.com", True),
        ("StringEquals", ["ec2.amazonaws.com", "cloudformation.amazonaws.com"], True),
        ("StringLike", "*.amazonaws.com", True),
        ("StringEquals", "*.amazonaws.com", False),  # here, * is a character like others
        ("StringEquals", "codebuild.amazonaws.com", False),
    ],
)
def test_to_whom_the_role_may_be_passed(operator: str, services: object, fine: bool) -> None:
    template = good("E9703")
    [passing] = [s for s in _statements(template) if s["Sid"] == "PassRole"]
    passing["Condition"] = {f"{operator}IfExists": {"iam:PassedToService": services}}
    assert ids(findings(template)) == ([] if fine else ["E9703"])


@pytest.mark.parametrize(
    "pattern, allowed, fine",
    [
        (None, "codestar-connections:UseConnection", True),
        (None, "codeconnections:UseConnection", True),
        (None, "codeconnections:GetConnection", False),
        ("arn:aws:code[a-z-]+:.+", "codeconnections:UseConnection", True),
        (
            "arn:aws:(codeconnections|codestar-connections):.+",
            "codeconnections:UseConnection",
            False,
        ),
        ("arn:aws:codeconnections:.+", "codeconnections:UseConnection", True),
        ("arn:aws:codeconnections:.+", "codestar-connections:UseConnection", False),
    ],
)
def test_the_prefix_of_a_connection(pattern: str | None, allowed: str, fine: bool) -> None:
    template = good("E9702")
    template["Parameters"] = {"Connection": {"Type": "String"}}
    if pattern is not None:
        template["Parameters"]["Connection"]["AllowedPattern"] = pattern
    source = pipeline(template)["Stages"][0]["Actions"][0]
    source["Configuration"]["ConnectionArn"] = {"Ref": "Connection"}
    [statement] = [s for s in _statements(template) if s["Sid"] == "Connect"]
    statement.update(Action=allowed, Resource={"Ref": "Connection"})
    assert ids(findings(template)) == ([] if fine else ["E9702"])


def test_policies_of_the_bucket_and_of_the_key_let_the_role_in_too() -> None:
    template = good("E9705")
    arn = {"Fn::GetAtt": ["PipelineRole", "Arn"]}
    statements = _statements(template)
    statements[:] = [s for s in statements if s["Sid"] not in ("Artifacts", "Key")]
    assert ids(findings(template)) == ["E9704", "E9705"]
    allow = {"Effect": "Allow", "Principal": {"AWS": arn}, "Resource": "*"}
    template["Resources"]["BucketPolicy"] = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Artifacts"},
            "PolicyDocument": {"Statement": [{**allow, "Action": "s3:*"}]},
        },
    }
    key = template["Resources"]["Key"]["Properties"]["KeyPolicy"]
    key["Statement"].append({**allow, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]})
    assert findings(template) == []


def test_another_bucket_is_another_bucket() -> None:
    template = good("E9704")
    template["Resources"]["Logs"] = {"Type": "AWS::S3::Bucket"}
    [statement] = [s for s in _statements(template) if s["Sid"] == "Artifacts"]
    statement["Resource"] = {"Fn::Sub": "${Logs.Arn}/*"}
    assert ids(findings(template)) == ["E9704"]


def test_the_role_of_an_action_acts() -> None:
    template = good("E9706")
    deploy = pipeline(template)["Stages"][1]["Actions"][0]
    deploy["RoleArn"] = "arn:aws:iam::111122223333:role/deploy"
    statements = _statements(template)
    statements[:] = [s for s in statements if s["Sid"] in ("Connect", "Artifacts")]
    [finding] = findings(template)
    assert "is not allowed to assume the role of the action" in finding.message
    statements.append({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    assert findings(template) == [], "what the other account's role may do is not known"
    template["Resources"]["Acting"] = {"Type": "AWS::IAM::Role", "Properties": {}}
    deploy["RoleArn"] = {"Fn::GetAtt": ["Acting", "Arn"]}
    assert ids(findings(template)) == ["E9703", "E9706"]


@pytest.mark.parametrize(
    "provider, settings, call",
    [
        ("Lambda", {"FunctionName": "check"}, "lambda:InvokeFunction"),
        (
            "StepFunctions",
            {"StateMachineArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:check"},
            "states:StartExecution",
        ),
    ],
)
def test_what_else_is_started(provider: str, settings: dict[str, str], call: str) -> None:
    template = good("E9701")
    pipeline(template)["Stages"][1]["Actions"].append(
        {
            "Name": "Invoke",
            "ActionTypeId": {
                "Category": "Invoke",
                "Owner": "AWS",
                "Provider": provider,
                "Version": "1",
            },
            "Configuration": settings,
        }
    )
    [finding] = [f for f in findings(template) if f.rule == "E9701"]
    assert call in finding.message
    _statements(template).append({"Effect": "Allow", "Action": call, "Resource": "*"})
    described = {"Effect": "Allow", "Action": "states:DescribeExecution", "Resource": "*"}
    _statements(template).append(described)
    assert findings(template) == []


def test_a_batch_is_started_with_other_calls() -> None:
    template = good("E9701")
    build = pipeline(template)["Stages"][1]["Actions"][0]
    build["Configuration"]["BatchEnabled"] = "true"
    [finding] = findings(template)
    assert "codebuild:StartBuildBatch, codebuild:BatchGetBuildBatches" in finding.message


def test_a_role_in_an_account_that_is_not_known_is_another_role() -> None:
    template = good("E9703")
    template["Parameters"] = {"Account": {"Type": "String"}}
    template["Resources"]["Deployment"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": "deployment", "AssumeRolePolicyDocument": {"Fn::Transform": {}}},
    }
    deploy = pipeline(template)["Stages"][1]["Actions"][0]["Configuration"]
    arn = "arn:aws:iam::${Account}:role/deployment"
    [passing] = [s for s in _statements(template) if s["Sid"] == "PassRole"]
    deploy["RoleArn"] = passing["Resource"] = {"Fn::Sub": arn}
    assert findings(template) == []
    deploy["RoleArn"] = {"Fn::Sub": arn.replace("Account", "AWS::AccountId")}
    passing["Resource"] = "arn:aws:iam::111122223333:role/other"
    assert ids(findings(template)) == ["E9703"]


def test_what_is_not_among_the_templates_may_allow_it() -> None:
    template = good("E9705")
    statements = _statements(template)
    statements[:] = [s for s in statements if s["Sid"] not in ("Artifacts", "Key")]
    assert ids(findings(template)) == ["E9704", "E9705"]
    store = pipeline(template)["ArtifactStore"]
    store["Location"] = {"Fn::ImportValue": "artifacts"}
    store["EncryptionKey"]["Id"] = {"Fn::ImportValue": "key"}
    assert findings(template) == []


def test_the_role_of_a_build_transfers_its_artifacts() -> None:
    template = good("E9705")
    statements = _statements(template)
    statements[:] = [s for s in statements if s["Sid"] not in ("Artifacts", "Key", "Connect")]
    source = pipeline(template)["Stages"][0]["Actions"][0]
    source["RoleArn"] = "arn:aws:iam::111122223333:role/source"
    statements.append({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    assert findings(template) == [], "only the build works with the role of the pipeline"


def test_only_an_earlier_run_leaves_a_change_set_to_delete() -> None:
    template = good("E9706")
    deploy = pipeline(template)["Stages"][1]["Actions"][0]["Configuration"]
    deploy.update(ActionMode="CHANGE_SET_REPLACE", ChangeSetName="release")
    calls = ["DescribeStacks", "DescribeChangeSet", "CreateChangeSet"]
    for statement in _statements(template):
        if "cloudformation" in str(statement["Action"]):
            statement["Action"] = [f"cloudformation:{call}" for call in calls]
    [finding] = [f for f in findings(template) if f.rule == "E9706"]
    assert "where an earlier run has left its change set; allow cloudformation:DeleteChangeSet" in (
        finding.message
    )


def test_a_statement_on_a_bucket_that_another_one_makes_up_for() -> None:
    template = good("E9704")
    statements = _statements(template)
    bucket = {"Fn::GetAtt": ["Artifacts", "Arn"]}
    statements.append({"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": bucket})
    assert findings(template) == []
    statements.append({"Effect": "Allow", "Action": ["s3:PutObjectAcl"], "Resource": bucket})
    assert ids(findings(template)) == ["E9727"]


@pytest.mark.parametrize(
    "services, fine",
    [
        ({"Fn::Sub": "s3.${AWS::Region}.amazonaws.com"}, True),
        (["logs.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"], True),
        ("s3.*.amazonaws.com", True),
        ({"Fn::Sub": "${Service}.eu-west-1.amazonaws.com"}, True),
        ("logs.eu-west-1.amazonaws.com", False),
    ],
)
def test_the_service_through_which_a_key_is_used(services: object, fine: bool) -> None:
    template = good("E9705")
    template["Parameters"] = {"Service": {"Type": "String"}}
    [statement] = [s for s in _statements(template) if s["Sid"] == "Key"]
    statement["Condition"] = {"StringLike": {"kms:ViaService": services}}
    assert ids(findings(template)) == ([] if fine else ["E9705"])
