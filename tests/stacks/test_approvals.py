"""The function that describes what waits for an approval."""

import json
from dataclasses import replace
from typing import Any

import pytest
from troposphere import Ref, Sub

from cfn_pipeline import (
    Application,
    Approval,
    Approve,
    CodeCommit,
    Container,
    CreateChangeSet,
    Environment,
    ExecuteChangeSet,
    ModelError,
    Pipeline,
    Shared,
    Stage,
    UpdateStack,
    action_role,
    continuous_delivery,
    deployment_role,
    load,
    pipeline_template,
    render,
    todobackend,
)
from cfn_pipeline.model.repositories import Repository
from cfn_pipeline.stacks.delivery.kms import key_template

CODE = CodeCommit(name="Code", repository="infra", output="Code")


def orders(*environments: Environment) -> Application:
    return Application(
        name="orders",
        source=Repository("acme/orders"),
        container=Container(name="orders", cpu=256, memory=512, port=8080),
        environments=environments,
    )


def change(stack: Any = "orders", **more: Any) -> CreateChangeSet:
    return CreateChangeSet(
        name="Change",
        stack=stack,
        template=CODE.artifact / "stack.yml",
        role="arn:aws:iam::1:r",
        **more,
    )


def pipeline(*actions: Any, **more: Any) -> Pipeline:
    return Pipeline(name="infra", stages=[Stage("Source", [CODE]), Stage("Prod", actions)], **more)


def resources(pipeline: Pipeline) -> dict[str, Any]:
    found: dict[str, Any] = pipeline_template(pipeline).to_dict()["Resources"]
    return found


def variable(pipeline: Pipeline) -> Any:
    properties = resources(pipeline)["ApprovalFunction"]["Properties"]
    return properties["Environment"]["Variables"]["APPROVALS"]


def statements(pipeline: Pipeline) -> dict[str, Any]:
    [policy] = resources(pipeline)["ApprovalFunctionRole"]["Properties"]["Policies"]
    return {s["Sid"]: s for s in policy["PolicyDocument"]["Statement"]}


def test_the_default_describes_and_does_not_approve() -> None:
    delivery = continuous_delivery(todobackend)
    assert json.loads(variable(delivery)) == {
        "Production/ApproveChangeSet": {
            "change_sets": [{"stack": "todobackend-prod", "name": "todobackend-prod"}]
        }
    }
    assert [*statements(delivery)] == [
        "DescribeChangeSets",
        "PublishMessages",
        "EncryptMessages",
        "WriteLogs",
        "EncryptLogs",
    ]


def test_only_that_approval_may_be_approved() -> None:
    delivery = continuous_delivery(
        orders(
            Environment("dev"),
            Environment("staging", approval=Approval(approve_empty=True)),
            Environment("prod", approval=Approval()),
        )
    )
    found = statements(delivery)
    account = "${AWS::Region}:${AWS::AccountId}"
    arn = f"arn:${{AWS::Partition}}:codepipeline:{account}:orders"
    assert found["ApproveEmptyChangeSets"]["Action"] == ["codepipeline:PutApprovalResult"]
    assert found["ApproveEmptyChangeSets"]["Resource"] == [
        {"Fn::Sub": f"{arn}/Staging/ApproveChangeSet"}
    ]
    assert found["ReadApproval"]["Resource"] == [{"Fn::Sub": arn}]
    assert found["DescribeChangeSets"]["Resource"] == [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:cloudformation:{account}:stack/orders-{name}/*"}
        for name in ("staging", "prod")
    ]


@pytest.mark.parametrize("approval", [True, Approval(describe_changes=False)])
def test_a_plain_approval_is_told_by_the_topic(approval: Any) -> None:
    found = resources(continuous_delivery(orders(Environment("prod", approval=approval))))
    assert not [name for name in found if name.startswith("ApprovalFunction")]
    [target] = found["ApprovalRequested"]["Properties"]["Targets"]
    assert target["Id"] == "NotificationTopic"


def test_the_key_lets_the_function_write_its_log() -> None:
    application = orders(Environment("prod", approval=Approval()))
    delivery = continuous_delivery(application)
    group = resources(delivery)["ApprovalFunctionLogGroup"]["Properties"]["LogGroupName"]
    policy = json.dumps(key_template(application, pipeline=delivery).to_dict())
    assert group == "/aws/codepipeline/orders/approvals"
    assert f"log-group:{group}" in policy


def test_a_preview_shows_later_environments_and_is_not_executed() -> None:
    delivery = continuous_delivery(
        orders(
            Environment("dev"),
            Environment("staging", approval=Approval(preview=True)),
            Environment("canary"),
            Environment("prod", approval=Approval()),
        )
    )
    staging, prod = delivery.described_approvals
    assert [(c.name, c.stack, c.change_set_name) for c in staging.change_sets] == [
        ("ChangeSet", "orders-staging", "orders-staging"),
        ("PreviewProd", "orders-prod", "orders-prod-preview"),
    ]
    assert [(c.name, c.change_set_name) for c in prod.change_sets] == [("ChangeSet", "orders-prod")]
    stage = delivery.stages[3]
    assert [[action.name for action in group] for group in stage.groups] == [
        ["ChangeSet", "PreviewProd"],
        ["ApproveChangeSet"],
        ["DeployChangeSet"],
    ]


def test_names_that_are_only_known_on_aws_are_substituted() -> None:
    made = change(Ref("Stack"), change_set=Sub("${AWS::StackName}-change"))
    found = variable(
        pipeline(
            made,
            Approve(name="Approve", describe_changes=True),
            ExecuteChangeSet(name="Execute", of=made),
        )
    )
    text, values = found.to_dict()["Fn::Sub"] if hasattr(found, "to_dict") else found["Fn::Sub"]
    [shown] = json.loads(text)["Prod/Approve"]["change_sets"]
    assert shown == {"stack": "${Value1}", "name": "${AWS::StackName}-change"}
    assert values == {"Value1": {"Ref": "Stack"}}


def test_change_sets_that_no_function_could_hold_are_refused() -> None:
    long = "environment-of-any"
    environments = [
        Environment(f"e{n}-{long}", approval=Approval(preview=True), stage=f"{long}-{n}")
        for n in range(10)
    ]
    with pytest.raises(ModelError, match="Lambda allows 4,096; remove preview or describe_changes"):
        pipeline_template(continuous_delivery(orders(*environments)))


def test_the_size_of_the_variables_is_that_which_lambda_measures() -> None:
    def described(longest: int) -> Pipeline:
        changes = [
            replace(change(f"s{n}".ljust(longest if n == 10 else 128, "s")), name=f"C{n}")
            for n in range(10, 24)
        ]
        executions = [ExecuteChangeSet(name=f"E{c.name}", of=c) for c in changes]
        return pipeline(*changes, Approve(name="Approve", describe_changes=True), *executions)

    def measured(longest: int) -> int:
        variables = {
            "APPROVALS": variable(described(longest)),
            "CONSOLE": "console.amazonaws.cn",
            "TOPIC": "arn:aws:sns:us-east-1:123456789012:NotificationTopic",
        }
        return len(json.dumps(variables, separators=(",", ":")))

    # A name stands there twice, for the stack and its change set.
    most = 3 + (4096 - measured(3)) // 2
    assert 4095 <= measured(most) <= 4096
    with pytest.raises(ModelError, match=r"take at least 4,09[78] bytes, and Lambda allows 4,096;"):
        pipeline_template(described(most + 1))


APPROVE = Approve(name="Approve", describe_changes=True, approve_empty=True)
CHANGE = change()
EXECUTE = ExecuteChangeSet(name="Execute", of=CHANGE)


def test_an_approval_must_have_something_to_describe() -> None:
    update = UpdateStack(name="Update", stack="orders", template=CODE.artifact / "stack.yml")
    with pytest.raises(ModelError) as refused:
        pipeline(update, Approve(name="Approve", describe_changes=True))
    assert str(refused.value) == (
        "stage 'Prod', action 'Approve': describe_changes needs a change set that waits for the "
        "approval; add a CreateChangeSet before it and an ExecuteChangeSet after it, or remove "
        "describe_changes"
    )


def test_what_is_empty_is_not_approved_where_others_can_replace_it() -> None:
    with pytest.raises(
        ModelError, match="approve_empty is not possible in execution_mode PARALLEL"
    ):
        pipeline(CHANGE, APPROVE, EXECUTE, execution_mode="PARALLEL")
    with pytest.raises(ModelError) as refused:
        Pipeline(
            name="infra",
            stages=[
                Stage("Source", [CODE]),
                Stage("Change", [CHANGE]),
                Stage("Prod", [APPROVE, EXECUTE]),
            ],
        )
    assert str(refused.value) == (
        "stage 'Prod', action 'Approve': approve_empty needs change sets that are created and "
        "executed in its stage, where no other execution can replace them (got that of action "
        "'Change'); move them, or remove approve_empty"
    )


@pytest.mark.parametrize("options", [{"approve_empty": True}, {"preview": True}])
def test_options_of_the_message_need_it(options: dict[str, bool]) -> None:
    [name] = options
    with pytest.raises(ModelError) as refused:
        Approval(describe_changes=False, **options)
    assert str(refused.value) == (
        f"approval: {name} needs describe_changes; remove describe_changes=False"
    )
    with pytest.raises(ModelError, match="approve_empty needs describe_changes; add"):
        Approve(name="Approve", approve_empty=True)


ELSEWHERE = Application(
    name="orders",
    source=Repository("acme/orders"),
    container=Container(name="orders", cpu=256, memory=512, port=8080),
    account="111111111111",
    region="eu-central-1",
    environments=[
        Environment("dev"),
        Environment("staging", account="222222222222", approval=Approval(preview=True)),
        Environment("prod", account="333333333333", region="eu-west-1", approval=True),
        Environment("old", account="444444444444", approval=True),
    ],
)


def test_change_sets_of_other_accounts_are_read_with_a_role_there() -> None:
    files = {name: load(text) for name, text in render(ELSEWHERE).items() if name.endswith(".yml")}
    function = files["pipeline.yml"]["Resources"]["ApprovalFunctionRole"]["Properties"]
    reader = files["environment-prod.yml"]["Resources"]["ChangeSetReaderRole"]["Properties"]
    assert (function["RoleName"], function["Path"]) == ("orders-approvals", "/deployment/")
    [statement, *_] = function["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["sts:AssumeRole"]
    assert statement["Resource"] == [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{number}:role/deployment/orders-{name}-reader"}
        for number, name in (
            ("222222222222", "staging"),
            ("333333333333", "prod"),
            ("4" * 12, "old"),
        )
    ]
    assert (reader["RoleName"], reader["Path"]) == ("orders-prod-reader", "/deployment/")
    [trust] = reader["AssumeRolePolicyDocument"]["Statement"]
    pipeline_account = "arn:${AWS::Partition}:iam::${PipelineAccount}"
    assert trust["Principal"] == {"AWS": [{"Fn::Sub": f"{pipeline_account}:root"}]}
    assert trust["Condition"] == {
        "ArnEquals": {
            "aws:PrincipalArn": [
                {"Fn::Sub": f"{pipeline_account}:role/deployment/orders-approvals"}
            ]
        }
    }
    [read] = reader["Policies"][0]["PolicyDocument"]["Statement"]
    assert read["Action"] == ["cloudformation:DescribeChangeSet", "cloudformation:DescribeStacks"]
    assert read["Resource"] == [
        {
            "Fn::Sub": "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:"
            "stack/orders-prod/*"
        }
    ]
    assert "ChangeSetReaderRole" not in files["environment-dev.yml"]["Resources"]


def test_what_is_not_described_has_no_role_to_read_it() -> None:
    environments = [replace(e, approval=bool(e.approval)) for e in ELSEWHERE.environments]
    files = render(replace(ELSEWHERE, environments=environments))
    assert not any("ChangeSetReaderRole" in text or "reader" in text for text in files.values())


def test_a_pipeline_of_ones_own_names_the_role() -> None:
    with pytest.raises(ModelError, match="account is 222222222222, and reader_role is absent"):
        continuous_delivery(ELSEWHERE, role=deployment_role, action_role=action_role)


def test_notifications_that_are_shared_describe_no_changes() -> None:
    shared = Shared(name="platform", notifications=True)
    with pytest.raises(ModelError) as refused:
        replace(orders(Environment("prod", approval=Approval())), shared=shared)
    assert str(refused.value) == (
        "application 'orders', environment 'prod': approval describes changes in the application's "
        "own notifications, and those of shared 'platform' are for all; use approval: true, or "
        "remove notifications from shared"
    )
    with pytest.raises(ModelError, match="describe_changes needs notifications of its own"):
        pipeline(CHANGE, APPROVE, EXECUTE, shared=shared)
