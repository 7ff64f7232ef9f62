"""Environments in other accounts and regions: who trusts whom, and by which names."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import (
    BOOK,
    Application,
    Approve,
    CodeBuild,
    CodeCommit,
    Commands,
    Container,
    ECRImage,
    EditionError,
    Environment,
    Fargate,
    LambdaInvoke,
    ModelError,
    OwnStack,
    Pipeline,
    Repository,
    Stage,
    UpdateStack,
    continuous_delivery,
    iam_template,
    pipeline_role,
    pipeline_template,
    render,
)
from cfn_pipeline.aws.iam import INLINE_POLICIES
from cfn_pipeline.permissions.packing import size
from cfn_pipeline.project import rendering

HOME, STAGING, PROD = "111111111111", "222222222222", "333333333333"
DEV = Environment("dev")
APPLICATION = Application(
    name="orders",
    source=Repository("acme/orders"),
    container=Container(name="orders", cpu=256, memory=512, port=8080),
    compute=Fargate(),
    environments=[
        DEV,
        Environment("staging", account=STAGING),
        Environment("prod", account=PROD, region="eu-west-1", approval=True),
    ],
)
QUEUE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
VERSIONED = {**QUEUE, "Parameters": {"V": {"Type": "String"}}}
#: Limits of policies, in characters: https://docs.aws.amazon.com/kms/latest/developerguide/limits.html
KEY_POLICY, BUCKET_POLICY, REPOSITORY_POLICY = 32_768, 20_480, 10_240


def templates(*environments: Environment, **more: Any) -> dict[str, dict[str, Any]]:
    application = APPLICATION
    if environments:
        application = replace(application, environments=environments, **more)
    return rendering(application).templates


def statements(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in document["Statement"]}


def role_statements(template: Mapping[str, Any], role: str) -> dict[str, dict[str, Any]]:
    [policy] = template["Resources"][role]["Properties"]["Policies"]
    return statements(policy["PolicyDocument"])


def sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


def role_arn(account: str, name: str) -> dict[str, str]:
    return sub(f"arn:${{AWS::Partition}}:iam::{account}:role/deployment/{name}")


@pytest.fixture(scope="module")
def rendered() -> dict[str, dict[str, Any]]:
    return templates()


def test_a_region_has_a_store_and_what_runs_there_says_so(
    rendered: dict[str, dict[str, Any]],
) -> None:
    properties = rendered["pipeline.yml"]["Resources"]["Pipeline"]["Properties"]
    assert "ArtifactStore" not in properties
    home, other = properties["ArtifactStores"]
    assert home["Region"] == {"Ref": "AWS::Region"}
    assert other["Region"] == "eu-west-1"
    assert other["ArtifactStore"]["Location"] == sub("orders-artifacts-${AWS::AccountId}-eu-west-1")
    assert other["ArtifactStore"]["EncryptionKey"]["Id"] == {"Ref": "ArtifactKeyEuWest1"}
    places = {
        f"{stage['Name']}/{action['Name']}": (action.get("RoleArn"), action.get("Region"))
        for stage in properties["Stages"]
        for action in stage["Actions"]
    }
    prod = (role_arn(PROD, "orders-prod-action"), "eu-west-1")
    assert {name: place for name, place in places.items() if place != (None, None)} == {
        "Staging/Deploy": (role_arn(STAGING, "orders-staging-action"), None),
        "Prod/ChangeSet": prod,
        "Prod/DeployChangeSet": prod,
    }


def test_deployment_roles_are_in_the_account_of_the_action(
    rendered: dict[str, dict[str, Any]],
) -> None:
    stages = rendered["pipeline.yml"]["Resources"]["Pipeline"]["Properties"]["Stages"]
    [change, *_] = stages[-1]["Actions"]
    assert change["Configuration"]["RoleArn"] == role_arn(PROD, "orders-prod-deployment")


def test_the_pipeline_assumes_the_action_roles_and_no_others(
    rendered: dict[str, dict[str, Any]],
) -> None:
    role = rendered["pipeline.yml"]["Resources"]["CodePipelineRole"]["Properties"]
    assert (role["RoleName"], role["Path"]) == ("orders-pipeline", "/deployment/")
    allowed = role_statements(rendered["pipeline.yml"], "CodePipelineRole")
    assert allowed["AssumeActionRoles"]["Resource"] == [
        role_arn(STAGING, "orders-staging-action"),
        role_arn(PROD, "orders-prod-action"),
    ]
    # What these roles do, it does not do itself.
    assert "orders-prod-deployment" not in json.dumps(allowed)
    assert "stack/orders-prod" not in json.dumps(allowed)
    assert "CodePipelineRole" not in rendered["iam.yml"]["Resources"]


@pytest.mark.parametrize(
    "name, store", [("staging", "pipeline.yml"), ("prod", "artifacts-eu-west-1.yml")]
)
def test_the_action_role_trusts_the_pipeline_and_is_admitted_at_home(
    rendered: dict[str, dict[str, Any]], name: str, store: str
) -> None:
    account = {"staging": STAGING, "prod": PROD}[name]
    environment = rendered[f"environment-{name}.yml"]
    assert environment["Parameters"]["PipelineAccount"].get("Default") is None
    role = environment["Resources"]["ActionRole"]["Properties"]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {
        "AWS": [sub("arn:${AWS::Partition}:iam::${PipelineAccount}:root")]
    }
    pipeline = role_arn("${PipelineAccount}", "orders-pipeline")
    assert trust["Condition"] == {"ArnEquals": {"aws:PrincipalArn": [pipeline]}}
    allowed = role_statements(environment, "ActionRole")
    bucket = "arn:${AWS::Partition}:s3:::orders-artifacts-${PipelineAccount}-${AWS::Region}"
    assert allowed["ReadWriteArtifacts"]["Resource"] == [sub(f"{bucket}/*")]
    assert allowed["EncryptArtifacts"]["Resource"] == [
        sub("arn:${AWS::Partition}:kms:${AWS::Region}:${PipelineAccount}:key/*")
    ]
    assert allowed["PassDeploymentRole"]["Resource"] == [
        role_arn(account, f"orders-{name}-deployment")
    ]
    wanted = {"ArnEquals": {"aws:PrincipalArn": [role_arn(account, f"orders-{name}-action")]}}
    root = {"AWS": [sub(f"arn:${{AWS::Partition}}:iam::{account}:root")]}
    policy = rendered[store]["Resources"]["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"]
    key_file = "kms.yml" if store == "pipeline.yml" else store
    key = statements(rendered[key_file]["Resources"]["KmsKey"]["Properties"]["KeyPolicy"])
    for statement in (
        statements(policy)["LetActionRolesUseArtifacts"],
        statements(policy)["LetActionRolesFindBucket"],
        key["LetActionRolesDescribeKey"],
        key["LetActionRolesEncryptArtifacts"],
    ):
        assert statement["Principal"] == root
        assert statement["Condition"]["ArnEquals"] == wanted["ArnEquals"]
    through = {"kms:ViaService": sub("s3.${AWS::Region}.${AWS::URLSuffix}")}
    assert key["LetActionRolesEncryptArtifacts"]["Condition"]["StringEquals"] == through


def test_environments_pull_from_the_repository_of_the_pipeline(
    rendered: dict[str, dict[str, Any]],
) -> None:
    repository = rendered["ecr.yml"]["Resources"]["OrdersRepository"]["Properties"]
    [let] = repository["RepositoryPolicyText"]["Statement"]
    assert let["Condition"] == {
        "ArnLike": {
            "aws:PrincipalArn": [
                sub(f"arn:${{AWS::Partition}}:iam::{account}:role/orders-{name}/*")
                for account, name in ((STAGING, "staging"), (PROD, "prod"))
            ]
        }
    }
    imported = {"Fn::ImportValue": sub("${AWS::StackName}-image-repository")}
    stack = rendered["stack.yml"]["Resources"]
    execution = role_statements(rendered["stack.yml"], "ApplicationExecutionRole")
    assert execution["PullImages"]["Resource"] == [imported]
    [container] = stack["ApplicationTaskDefinition"]["Properties"]["ContainerDefinitions"]
    images = {"Images": {"Fn::ImportValue": sub("${AWS::StackName}-images")}}
    assert container["Image"] == {"Fn::Sub": ["${Images}:${ApplicationImageTag}", images]}
    for name, home in (
        ("dev", "${AWS::Region}:${AWS::AccountId}"),
        ("staging", "${AWS::Region}:${PipelineAccount}"),
        ("prod", "${PipelineRegion}:${PipelineAccount}"),
    ):
        environment = rendered[f"environment-{name}.yml"]
        arn = sub(f"arn:${{AWS::Partition}}:ecr:{home}:repository/orders")
        output = environment["Outputs"]["ImageRepository"]
        assert output["Value"] == arn
        assert output["Export"]["Name"] == f"orders-{name}-image-repository"
        boundary = environment["Resources"]["PermissionsBoundary"]["Properties"]
        assert statements(boundary["PolicyDocument"])["PullImages"]["Resource"] == [arn]


def test_an_environment_in_another_region_of_the_account_needs_no_action_role() -> None:
    rendered = templates(DEV, Environment("prod", region="eu-west-1"))
    assert "ActionRole" not in rendered["environment-prod.yml"]["Resources"]
    assert set(rendered["environment-prod.yml"]["Parameters"]) >= {"PipelineRegion"}
    assert "PipelineAccount" not in rendered["environment-prod.yml"]["Parameters"]
    assert "CodePipelineRole" not in rendered["pipeline.yml"]["Resources"]
    assert "ArtifactKeyEuWest1" in rendered["pipeline.yml"]["Parameters"]
    allowed = role_statements(rendered["iam.yml"], "CodePipelineRole")
    stack = "${AWS::AccountId}:stack/orders-prod/*"
    assert allowed["DeployOrdersProd" if "DeployOrdersProd" in allowed else "DeployStacks1"][
        "Resource"
    ][-1] == sub(f"arn:${{AWS::Partition}}:cloudformation:eu-west-1:{stack}")
    assert {"Ref": "ArtifactKeyEuWest1"} in allowed["EncryptArtifacts"]["Resource"]
    policy = rendered["artifacts-eu-west-1.yml"]["Resources"]["ArtifactBucketPolicy"]
    assert set(statements(policy["Properties"]["PolicyDocument"])) == {"DenyInsecureTransport"}


def test_two_environments_of_a_region_share_its_bucket_and_key() -> None:
    rendered = templates(
        DEV,
        Environment("blue", account=PROD, region="eu-west-1"),
        Environment("green", account=PROD, region="eu-west-1"),
    )
    assert [name for name in rendered if name.startswith("artifacts")] == [
        "artifacts-eu-west-1.yml"
    ]
    resources = rendered["artifacts-eu-west-1.yml"]["Resources"]
    key = statements(resources["KmsKey"]["Properties"]["KeyPolicy"])
    statement = key["LetActionRolesDescribeKey"]
    assert len(statement["Principal"]["AWS"]) == 1
    assert statement["Condition"]["ArnEquals"]["aws:PrincipalArn"] == [
        role_arn(PROD, "orders-blue-action"),
        role_arn(PROD, "orders-green-action"),
    ]


def test_an_account_and_a_region_that_are_those_of_the_pipeline_change_nothing() -> None:
    named = [Environment("dev", account=HOME, region="eu-central-1"), Environment("prod")]
    plain = replace(APPLICATION, environments=[DEV, Environment("prod")])
    same = replace(plain, environments=named, account=HOME, region="eu-central-1")
    ours = {name: text for name, text in render(same).items() if name != "Makefile"}
    assert ours == {name: text for name, text in render(plain).items() if name != "Makefile"}


def test_what_is_known_of_the_pipeline_is_the_default() -> None:
    prod = Environment("prod", account=PROD, region="eu-west-1")
    parameters = templates(DEV, prod, account=HOME, region="eu-central-1")["environment-prod.yml"][
        "Parameters"
    ]
    assert parameters["PipelineAccount"]["Default"] == HOME
    assert parameters["PipelineRegion"]["Default"] == "eu-central-1"


def test_an_own_stack_pulls_with_any_role_of_its_account() -> None:
    own = OwnStack(template=VERSIONED, version_parameter="V")
    application = Application(
        name="events",
        source=Repository("acme/events"),
        stack=own,
        environments=[Environment("prod", account=PROD)],
    )
    repository = rendering(application).templates["ecr.yml"]["Resources"]["EventsRepository"]
    [let] = repository["Properties"]["RepositoryPolicyText"]["Statement"]
    arn = sub(f"arn:${{AWS::Partition}}:iam::{PROD}:role/*")
    assert let["Condition"] == {"ArnLike": {"aws:PrincipalArn": [arn]}}


def test_an_image_that_something_else_builds_is_pulled_from_the_account_of_the_pipeline() -> None:
    application = Application(
        name="orders",
        source=ECRImage(repository="acme/orders"),
        deployment_source=Repository("acme/orders-aws"),
        build=None,
        container=Container(name="orders", cpu=256, memory=512, port=8080),
        compute=Fargate(),
        environments=[Environment("prod", account=PROD)],
    )
    outputs = rendering(application).templates["environment-prod.yml"]["Outputs"]
    registry = "${PipelineAccount}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
    assert outputs["Images"]["Value"] == sub(f"{registry}/acme/orders")


@pytest.mark.thorough
@pytest.mark.parametrize("same_region", [True, False])
def test_ten_environments_in_ten_accounts_are_within_every_limit(same_region: bool) -> None:
    regions = ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1"]
    regions += ["ap-southeast-2", "ap-southeast-3", "ca-central-1", "eu-central-1", "us-east-1"]
    application = replace(
        APPLICATION,
        name="a-customer-notifications",
        environments=[
            Environment(
                f"{letter}-kind-of-environment-xx"[:24],
                account=str(number) * 12,
                region=None if same_region else [*regions, "us-west-2"][number],
                approval=True,
            )
            for number, letter in enumerate("abcdefghij")
        ],
        suppressions=("checkov", "guard", "cdk-nag"),
    )
    rendered = rendering(application)
    for name, template in rendered.templates.items():
        assert len(rendered.files[name].encode()) <= 51_200, name
        for resource in template["Resources"].values():
            properties = resource["Properties"]
            taken = sum(size(p["PolicyDocument"]) for p in properties.get("Policies", ()))
            assert taken <= INLINE_POLICIES
            for key, most in (
                ("KeyPolicy", KEY_POLICY),
                ("PolicyDocument", BUCKET_POLICY),
                ("RepositoryPolicyText", REPOSITORY_POLICY),
            ):
                assert size(properties.get(key, {})) <= most


def test_names_that_are_alike_in_two_accounts_are_fine_and_in_one_are_not() -> None:
    alike = [Environment("prod", account=PROD), Environment("prod-eu", account=STAGING)]
    assert "environment-prod-eu.yml" in templates(*alike)
    same = [Environment("a", stack="orders-x", account=PROD), Environment("b", stack="orders-x")]
    assert templates(*same)["environment-a.yml"]["Outputs"]["KmsKey"]["Export"] == {
        "Name": "orders-x-key"
    }
    with pytest.raises(ModelError, match="too much alike"):
        templates(*(replace(e, account=PROD) for e in alike))
    with pytest.raises(ModelError, match="stack name 'orders-x' is used twice"):
        replace(APPLICATION, environments=[replace(e, account=PROD) for e in same])


def test_the_book_edition_says_that_it_serves_one_account() -> None:
    with pytest.raises(EditionError, match="the book edition deploys to the account and region"):
        render(
            replace(BOOK.application, environments=[Environment("prod", account=PROD)]),
            edition=BOOK,
        )


def test_an_action_around_a_deployment_has_a_store_in_its_region() -> None:
    notify = LambdaInvoke(name="Notify", function="notify", region="us-west-2")
    dev = Environment("dev", after=[notify])
    rendered = templates(dev, Environment("prod", account=PROD))
    assert "artifacts-us-west-2.yml" in rendered
    stores = rendered["pipeline.yml"]["Resources"]["Pipeline"]["Properties"]["ArtifactStores"]
    assert [store["Region"] for store in stores] == [{"Ref": "AWS::Region"}, "us-west-2"]
    with pytest.raises(ModelError, match="action 'Notify': region us-west-2 is that of the pipe"):
        replace(APPLICATION, environments=[dev], region="us-west-2")
    with pytest.raises(EditionError, match="remove account, region and action_role"):
        render(replace(BOOK.application, environments=[dev]), edition=BOOK)


def test_an_application_without_a_build_has_no_stack_of_roles() -> None:
    own = OwnStack(template=QUEUE)
    application = Application(
        name="events",
        source=Repository("acme/events"),
        build=None,
        stack=own,
        environments=[Environment("prod", account=PROD)],
    )
    rendered = rendering(application).templates
    assert "iam.yml" not in rendered
    assert "Images" not in rendered["environment-prod.yml"]["Outputs"]


@pytest.mark.parametrize(
    "environment, problem",
    [
        (
            {"account": "22222222222"},
            "the AWS account '22222222222' has 11 characters; use 12",
        ),
        ({"account": "22222222222x"}, "invalid AWS account '22222222222x': use 12 digits"),
        ({"region": "europe"}, "invalid region 'europe': use a region such as eu-west-1"),
        ({"profile": "a b"}, "invalid profile 'a b': use letters, digits and _ . / @ + -"),
    ],
)
def test_an_environment_in_no_place_is_refused(environment: dict[str, Any], problem: str) -> None:
    with pytest.raises(ModelError) as error:
        Environment("prod", **environment)
    assert str(error.value) == f"environment 'prod': {problem}"


def test_regions_of_two_partitions_are_refused() -> None:
    with pytest.raises(ModelError, match=r"the regions eu-west-1, cn-north-1 are in several"):
        replace(
            APPLICATION,
            region="eu-west-1",
            environments=[Environment("cn", account=PROD, region="cn-north-1")],
        )


CODE = CodeCommit(name="Source", repository="orders", output="Code")
ROLE = f"arn:aws:iam::{PROD}:role/test"


def pipeline(*actions: Any) -> Pipeline:
    return Pipeline(name="orders", stages=[Stage("Source", [CODE]), Stage("Test", list(actions))])


def test_actions_of_ones_own_run_where_they_say() -> None:
    described = pipeline(
        LambdaInvoke(name="Notify", function="notify", region="eu-west-1"),
        CodeBuild(name="Test", project="test", input=CODE.artifact, action_role=ROLE),
    )
    template = pipeline_template(described).to_dict()
    allowed = role_statements(template, "CodePipelineRole")
    assert allowed["AssumeActionRoles"]["Resource"] == [ROLE]
    assert "RunBuilds" not in allowed
    [invoke] = [s for s in allowed.values() if "lambda:InvokeFunction" in s["Action"]]
    assert invoke["Resource"] == [
        sub("arn:${AWS::Partition}:lambda:eu-west-1:${AWS::AccountId}:function:notify")
    ]
    policy = template["Resources"]["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"]
    let = statements(policy)["LetActionRolesUseArtifacts"]
    assert let["Condition"]["ArnEquals"]["aws:PrincipalArn"] == [ROLE]
    role = pipeline_role(described, bucket="a", buckets={"eu-west-1": "b"})
    assert "arn:${AWS::Partition}:s3:::b/*" in json.dumps(role.to_dict())
    with pytest.raises(ModelError, match="the bucket of eu-west-1 is absent; add it to buckets"):
        pipeline_role(described, bucket="a")


@pytest.mark.parametrize(
    "make, problem",
    [
        (
            lambda: replace(CODE, region="eu-west-1"),
            (
                "action 'Source': actions of CodeCommit run in the region of the pipeline; "
                "remove region"
            ),
        ),
        (
            lambda: Approve(name="Ok", action_role=ROLE),
            "action 'Ok': an approval runs with no role; remove action_role",
        ),
        (
            lambda: CodeBuild(name="Test", input=CODE.artifact, region="eu-west-1"),
            (
                "action 'Test': project is absent, and the pipeline's own project is in the "
                "pipeline's account and region; use the project's name, or remove region and "
                "action_role"
            ),
        ),
        (
            lambda: Commands(name="Run", input=CODE.artifact, commands=["ls"], action_role="x"),
            "action 'Run': invalid action_role 'x': use its ARN",
        ),
        (
            lambda: continuous_delivery(APPLICATION),
            (
                "application 'orders', environment 'staging': account is 222222222222, and role or "
                "action_role is absent; use continuous_delivery with role=deployment_role and "
                "action_role=action_role"
            ),
        ),
    ],
)
def test_what_codepipeline_does_not_take_is_refused(make: Any, problem: str) -> None:
    with pytest.raises(ModelError) as error:
        make()
    assert str(error.value) == problem


def test_a_pipeline_that_assumes_roles_needs_no_other_stack_of_roles() -> None:
    update = UpdateStack(
        name="Deploy", stack="x", template=CODE.artifact / "s.yml", role=ROLE, action_role=ROLE
    )
    with pytest.raises(ModelError, match="no other role is needed; leave out iam_template"):
        iam_template(pipeline(update))
