"""The roles of a pipeline and its builds."""

from typing import Any

import pytest
from troposphere import Ref

from cfn_pipeline import (
    CodeBuild,
    DeleteStack,
    GitHub,
    ModelError,
    Pipeline,
    Stage,
    TemplateError,
    UpdateStack,
    emit,
    iam_template,
    load,
)

CODE = GitHub(name="Source", repository="acme/orders", output="Application")
INFRA = GitHub(name="Infra", repository="acme/infra", output="DeploymentRepository")
BUILD = CodeBuild(name="Build", input=CODE.artifact, output="BuildOutput")
ROLE = "arn:aws:iam::111122223333:role/deployment/orders-deployment"
DEPLOY = UpdateStack(
    name="Deploy", stack="orders", template=INFRA.artifact / "s.yml", role=ROLE, capabilities=[]
)
STACK = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}


def pipeline(*actions: Any, name: str = "orders") -> Pipeline:
    return Pipeline(name=name, stages=[Stage("Source", [CODE, INFRA]), Stage("Work", actions)])


def statements(role: str, template: Any) -> dict[str, Any]:
    properties = load(emit(template))["Resources"][role]["Properties"]
    [policy] = properties["Policies"]
    return {s["Sid"]: s for s in policy["PolicyDocument"]["Statement"]}


def test_a_build_reads_its_source_and_writes_its_output_and_nothing_else() -> None:
    described = pipeline(BUILD, DEPLOY, name="order-management-system")
    found = statements("CodeBuildRole", iam_template(described, push="acme/orders"))
    bucket = "order-management-system-artifacts-${AWS::AccountId}-${AWS::Region}"
    # CodePipeline cuts the names of pipelines to 20 characters, and of artifacts to 10.
    objects = f"arn:${{AWS::Partition}}:s3:::{bucket}/order-management-sys"
    assert found["ReadArtifacts"]["Resource"] == [{"Fn::Sub": f"{objects}/Applicatio/*"}]
    assert found["WriteArtifacts"]["Action"] == ["s3:PutObject"]
    assert found["WriteArtifacts"]["Resource"] == [{"Fn::Sub": f"{objects}/BuildOutpu/*"}]
    assert not [s for s in found.values() if "Deployment" in str(s["Resource"])]


def test_every_use_of_the_key_is_through_a_service() -> None:
    template = iam_template(pipeline(BUILD, DEPLOY), push="acme/orders")
    for role, services in (("CodePipelineRole", ["s3"]), ("CodeBuildRole", ["s3", "logs"])):
        uses = [
            statement["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Sub"]
            for statement in statements(role, template).values()
            if set(statement["Action"]) & {"kms:Decrypt", "kms:GenerateDataKey*"}
        ]
        assert uses == [f"{name}.${{AWS::Region}}.${{AWS::URLSuffix}}" for name in services]


@pytest.mark.parametrize("output", ["Deployment", "DeploymentFiles"])
def test_a_build_whose_output_would_lie_beside_a_source_is_refused(output: str) -> None:
    described = pipeline(CodeBuild(name="Build", input=CODE.artifact, output=output))
    with pytest.raises(ModelError) as caught:
        iam_template(described)
    assert str(caught.value) == (
        f"roles of pipeline 'orders': the artifacts 'DeploymentRepository' and {output!r} have the "
        "same beginning in the bucket (orders/Deployment/), so that builds could replace "
        "'DeploymentRepository'; use names that differ in their first 10 characters"
    )


@pytest.mark.parametrize(
    ("repositories", "sids"),
    [
        ({}, []),
        ({"push": "a/b"}, ["LogInToEcr", "PushImages"]),
        ({"pull": "a/b"}, ["LogInToEcr", "PullBuildImage"]),
        ({"pull": "a/b", "push": "a/c"}, ["LogInToEcr", "PullBuildImage", "PushImages"]),
    ],
)
def test_images_are_pulled_and_pushed_where_there_are_some(
    repositories: dict[str, Any], sids: list[str]
) -> None:
    found = statements("CodeBuildRole", iam_template(pipeline(BUILD, DEPLOY), **repositories))
    assert [sid for sid in found if "ecr:" in str(found[sid])] == sids


def test_roles_that_actions_name_are_passed_and_none_is_made() -> None:
    template = iam_template(pipeline(BUILD, DEPLOY))
    assert set(template.resources) == {"CodePipelineRole", "CodeBuildRole"}
    found = statements("CodePipelineRole", template)
    assert found["PassDeploymentRole"]["Resource"] == [ROLE]
    assert found["ReadStacks"]["Action"] == [
        "cloudformation:DescribeStackResources",
        "cloudformation:GetTemplate",
    ]
    assert found["ValidateTemplates"]["Resource"] == ["*"]


def test_an_action_needs_a_role_or_the_templates_that_it_deploys() -> None:
    delete = DeleteStack(name="Delete", stack="old")
    with pytest.raises(ModelError) as caught:
        iam_template(pipeline(delete))
    assert str(caught.value) == (
        "roles of pipeline 'orders': action 'Delete' has no role, and deploys is empty; give the "
        "templates that are deployed with deploys=, or the ARN of the action's role"
    )
    assert "CloudFormationRole" in iam_template(pipeline(delete), deploys=STACK).resources


@pytest.mark.parametrize("form", [STACK, [STACK], "Resources: {Queue: {Type: AWS::SQS::Queue}}"])
def test_templates_are_mappings_or_text(form: Any) -> None:
    delete = DeleteStack(name="Delete", stack="old")
    template = iam_template(pipeline(delete), deploys=form)
    assert "sqs:CreateQueue" in emit(template)
    assert "PermissionsBoundary" not in emit(template), "the template makes no role"


def test_stacks_with_the_same_calls_share_a_statement() -> None:
    stacks = [f"orders-{n}" for n in "abc"]
    deletes = [DeleteStack(name=f"Delete-{s}", stack=s, role=ROLE) for s in stacks]
    other = DeleteStack(name="Other", stack=Ref("Stack"), role=ROLE)
    found = statements("CodePipelineRole", iam_template(pipeline(*deletes, other, DEPLOY)))
    [together] = [s for sid, s in found.items() if sid == "DeployStacks1"]
    assert len(together["Resource"]) == 4
    assert len(found["DeployOrders"]["Resource"]) == 1


def test_more_stacks_than_a_role_can_be_allowed_are_refused() -> None:
    stacks = [f"{'orders-' * 6}{n:02}" for n in range(60)]
    actions = [
        UpdateStack(
            name=f"Deploy-{n}", stack=s, template=INFRA.artifact / "s.yml", role=f"{ROLE}-{n}"
        )
        for n, s in enumerate(stacks)
    ]
    with pytest.raises(TemplateError, match=r"CodePipelineRole of orders: .*10,240 for a role; us"):
        iam_template(pipeline(*actions))
