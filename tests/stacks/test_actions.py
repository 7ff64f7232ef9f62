"""Actions and rules: how they are rendered, and what the pipeline's role is allowed for them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cfn_pipeline import (
    Action,
    ActionDefaults,
    ActionType,
    Allow,
    Approve,
    CodeBuild,
    CodeBuildTest,
    Commands,
    Condition,
    EC2Deploy,
    ECRBuildAndPublish,
    ECSDeploy,
    EKSDeploy,
    Environment,
    GitHub,
    InspectorScan,
    LambdaDeploy,
    LambdaInvoke,
    ModelError,
    Pipeline,
    Rule,
    S3Deploy,
    StackInstances,
    StackSet,
    Stage,
    StartPipeline,
    StepFunctions,
    Variable,
    emit,
    iam_template,
    load,
    pipeline_template,
    regional_arn,
)
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import check_system
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.model.values import Value
from cfn_pipeline.permissions import catalogue
from cfn_pipeline.project import rendering
from tests.cfn_lint import lint
from tests.stacks.applications import ORDERS

CODE = GitHub(name="Source", repository="acme/orders", output="App")
APP = CODE.artifact
HERE = "${AWS::Region}:${AWS::AccountId}"
ACTIONS: dict[str, tuple[Action, dict[str, Any], dict[str, list[str]]]] = {
    "lambda": (
        LambdaInvoke(name="A", function="notify", parameters="{}", artifacts=[APP]),
        {"FunctionName": "notify", "UserParameters": "{}"},
        {
            "lambda:InvokeFunction": [f"lambda:{HERE}:function:notify"],
            "lambda:ListFunctions": ["*"],
        },
    ),
    "state machine": (
        StepFunctions(name="A", state_machine="load", input="{}"),
        {
            "StateMachineArn": {
                "Fn::Sub": f"arn:${{AWS::Partition}}:states:{HERE}:stateMachine:load"
            },
            "InputType": "Literal",
            "Input": "{}",
        },
        {
            "states:StartExecution": [f"states:{HERE}:stateMachine:load"],
            "states:DescribeExecution": [f"states:{HERE}:execution:load:*"],
        },
    ),
    "pipeline": (
        StartPipeline(name="A", pipeline="next", variables={"A": "1"}),
        {"PipelineName": "next", "Variables": '[{"name": "A", "value": "1"}]'},
        {"codepipeline:StartPipelineExecution": [f"codepipeline:{HERE}:next"]},
    ),
    "scan of code": (
        InspectorScan(name="A", input=APP, output="Sbom", critical=0),
        {"InspectorRunMode": "SourceCodeScan", "CriticalThreshold": "0"},
        {"inspector-scan:ScanSbom": ["*"]},
    ),
    "scan of an image": (
        InspectorScan(name="A", repository="acme/orders", tag="1", output="Sbom"),
        {
            "InspectorRunMode": "ECRImageScan",
            "ECRRepositoryName": "acme/orders",
            "ImageTag": "1",
        },
        {"ecr:BatchGetImage": [f"ecr:{HERE}:repository/acme/orders"]},
    ),
    "test": (
        CodeBuildTest(name="A", project="smoke", input=APP, environment={"A": "1"}),
        {"ProjectName": "smoke", "EnvironmentVariables": '[{"name": "A", "value": "1"}]'},
        {"codebuild:StartBuild": [f"codebuild:{HERE}:project/smoke"]},
    ),
    "image": (
        ECRBuildAndPublish(name="A", input=APP, repository="acme/orders", tags=["1", "2"]),
        {"ECRRepositoryName": "acme/orders", "ImageTags": "1,2"},
        {
            "ecr:PutImage": [f"ecr:{HERE}:repository/acme/orders"],
            "ecr:GetAuthorizationToken": ["*"],
            "logs:PutLogEvents": [
                f"logs:{HERE}:log-group:/aws/codepipeline/orders",
                f"logs:{HERE}:log-group:/aws/codepipeline/orders:*",
            ],
        },
    ),
    "files": (
        S3Deploy(name="A", input=APP, bucket="acme-site", cache_control="max-age=60"),
        {"BucketName": "acme-site", "Extract": "true", "CacheControl": "max-age=60"},
        {"s3:PutObject": ["s3:::acme-site/*"]},
    ),
    "service": (
        ECSDeploy(
            name="A",
            input=APP,
            cluster="main",
            service="api",
            roles=["arn:aws:iam::111122223333:role/task"],
            timeout_minutes=20,
        ),
        {"ClusterName": "main", "ServiceName": "api", "DeploymentTimeout": "20"},
        {
            "ecs:UpdateService": [f"ecs:{HERE}:service/main/api"],
            "ecs:TagResource": [f"ecs:{HERE}:task-definition/*"],
        },
    ),
    "function": (
        LambdaDeploy(
            name="A",
            input=APP,
            function="jobs",
            alias="live",
            strategy="Linear10PercentEvery1Minute",
            alarms=["jobs-failed", "slow"],
        ),
        {
            "FunctionName": "jobs",
            "FunctionAlias": "live",
            "DeployStrategy": "Linear10PercentEvery1Minute",
            "Alarms": "jobs-failed,slow",
        },
        {
            "lambda:UpdateFunctionCode": [
                f"lambda:{HERE}:function:jobs",
                f"lambda:{HERE}:function:jobs:*",
            ],
            "cloudwatch:DescribeAlarms": [
                f"cloudwatch:{HERE}:alarm:jobs-failed",
                f"cloudwatch:{HERE}:alarm:slow",
            ],
        },
    ),
    "version of a function": (
        LambdaDeploy(name="A", function="jobs", alias="live", version="7"),
        {"FunctionName": "jobs", "FunctionAlias": "live", "PublishedTargetVersion": "7"},
        {"lambda:UpdateAlias": [f"lambda:{HERE}:function:jobs", f"lambda:{HERE}:function:jobs:*"]},
    ),
    "instances": (
        EC2Deploy(
            name="A",
            input=APP,
            tag_key="app",
            tag_value="web",
            directory="/srv/web",
            script="ci/start.sh",
            target_groups=["web"],
            most_at_once="50%",
        ),
        {
            "InstanceTagKey": "app",
            "InstanceTagValue": "web",
            "InstanceType": "EC2",
            "TargetDirectory": "/srv/web",
            "PostScript": "ci/start.sh",
            "TargetGroupNameList": "web",
            "MaxBatch": "50%",
        },
        {
            "ec2:DescribeInstances": ["*"],
            "ssm:SendCommand": [":ssm:${AWS::Region}::document/AWS-RunShellScript"],
            "elasticloadbalancing:RegisterTargets": [
                f"elasticloadbalancing:{HERE}:targetgroup/web/*"
            ],
        },
    ),
    "nodes": (
        EC2Deploy(
            name="A",
            input=APP,
            tag_key="app",
            spec="deployspec.yml",
            instance_type="SSM_MANAGED_NODE",
        ),
        {
            "InstanceTagKey": "app",
            "InstanceType": "SSM_MANAGED_NODE",
            "DeploySpec": "deployspec.yml",
        },
        {"ssm:ListCommandInvocations": ["*"]},
    ),
    "manifests": (
        EKSDeploy(name="A", input=APP, cluster="main", manifests=["a.yml", "b.yml"]),
        {"ClusterName": "main", "ManifestFiles": "a.yml,b.yml"},
        {"eks:DescribeCluster": [f"eks:{HERE}:cluster/main"], "ec2:DescribeVpcs": ["*"]},
    ),
    "stack set": (
        StackSet(
            name="A",
            stack_set="base",
            template=APP / "base.yml",
            parameters=APP / "base.json",
            targets=["111122223333", "444455556666"],
            regions=["eu-west-1"],
        ),
        {
            "StackSetName": "base",
            "TemplatePath": "App::base.yml",
            "Parameters": "App::base.json",
            "PermissionModel": "SELF_MANAGED",
            "DeploymentTargets": "111122223333,444455556666",
            "Regions": "eu-west-1",
        },
        {
            "cloudformation:CreateStackSet": ["*"],
            "cloudformation:UpdateStackSet": [f"cloudformation:{HERE}:stackset/base:*"],
        },
    ),
    "stack instances": (
        StackInstances(name="A", stack_set="base", targets=["111122223333"], regions=["eu-west-1"]),
        {"StackSetName": "base", "DeploymentTargets": "111122223333", "Regions": "eu-west-1"},
        {"cloudformation:CreateStackInstances": [f"cloudformation:{HERE}:stackset/base:*"]},
    ),
}
#: Calls of which IAM's data has no entry.
UNLISTED = {"inspector-scan:ScanSbom"}
COMMANDS = Commands(
    name="A",
    namespace="smoke",
    input=APP,
    commands=["make smoke"],
    environment={"MODE": "ci"},
    secrets={"TOKEN": "orders/build:token"},
    variables=["RESULT"],
    output="Report",
    files=["report/**"],
    allow=[Allow("sqs:SendMessage", on=regional_arn("sqs", "orders"))],
)


def pipeline(action: Action, **stage: Any) -> Pipeline:
    return Pipeline(
        name="orders", stages=[Stage("Source", [CODE]), Stage("Last", [action], **stage)]
    )


def rendered(described: Pipeline) -> dict[str, Any]:
    template = load(emit(pipeline_template(described)))
    properties: dict[str, Any] = template["Resources"]["Pipeline"]["Properties"]
    return properties


def allowed(described: Pipeline) -> dict[str, list[str]]:
    """Return what the role is allowed, by call; ARNs without their beginning."""
    role = load(emit(iam_template(described)))["Resources"]["CodePipelineRole"]["Properties"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert len({s["Sid"] for s in statements}) == len(statements)
    calls: dict[str, list[str]] = {}
    for statement in statements:
        arns = [arn if isinstance(arn, str) else str(arn) for arn in statement["Resource"]]
        if "Condition" not in statement:
            for call in statement["Action"]:
                calls.setdefault(call, []).extend(arns)
    return calls


def files_of(described: Pipeline) -> dict[str, str]:
    return {
        "iam.yml": emit(iam_template(described)),
        "pipeline.yml": emit(pipeline_template(described)),
    }


@pytest.mark.parametrize("name", [*ACTIONS, "commands"])
def test_actions_bring_their_permissions(name: str) -> None:
    action, configuration, calls = ACTIONS.get(name, (COMMANDS, {}, {}))
    described = pipeline(action)
    made = rendered(described)["Stages"][1]["Actions"][0]
    assert made.get("Configuration", {}) == configuration
    granted = allowed(described)
    for call, arns in calls.items():
        found = [arn for arn in granted[call] if "-artifacts-" not in arn]
        assert len(found) == len(arns)
        for arn, granted_arn in zip(arns, found, strict=True):
            assert arn in granted_arn
    # The key is in another template, and the project and pipeline of others are not here.
    assert check_system(read_texts(files_of(described))) == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*ACTIONS, "commands"])
def test_cfn_lint_finds_nothing(name: str, tmp_path: Path) -> None:
    for file, text in files_of(pipeline(ACTIONS.get(name, (COMMANDS,))[0])).items():
        (tmp_path / file).write_text(text)
        assert lint(tmp_path / file) == []


@pytest.mark.parametrize("name", ACTIONS)
def test_iam_binds_each_call_to_its_resources(name: str) -> None:
    for permission in ACTIONS[name][0].permissions("orders"):
        for call in {*permission.action_names} - UNLISTED:
            assert catalogue.access(call) is not None
            for arn in permission.resources:
                assert arn == "*" or catalogue.can_be_on(call, arn), call


def test_commands_stand_beside_the_configuration() -> None:
    made = rendered(pipeline(COMMANDS))["Stages"][1]["Actions"][0]
    assert made["Commands"] == ["make smoke"]
    assert made["EnvironmentVariables"] == [
        {"Name": "MODE", "Value": "ci"},
        {"Name": "TOKEN", "Type": "SECRETS_MANAGER", "Value": "orders/build:token"},
    ]
    assert made["OutputVariables"] == ["RESULT"]
    assert made["OutputArtifacts"] == [{"Name": "Report", "Files": ["report/**"]}]
    granted = allowed(pipeline(COMMANDS))
    assert "secret:orders/build-??????" in granted["secretsmanager:GetSecretValue"][0]
    assert f"sqs:{HERE}:orders" in granted["sqs:SendMessage"][0]


CHART = EKSDeploy(
    name="A",
    input=APP,
    cluster="main",
    release="api",
    chart="charts/api",
    values=["prod.yml"],
    kubernetes_namespace="api",
    environment={"IMAGE_TAG": "#{codepipeline.PipelineExecutionId}"},
    subnets=["subnet-1a", "subnet-2b"],
    security_groups=["sg-1a"],
)


@pytest.mark.parametrize(
    ("name", "call", "operator", "key", "values"),
    [
        ("instances", "ssm:SendCommand", "StringEquals", "aws:ResourceTag/app", "web"),
        ("nodes", "ssm:SendCommand", "Null", "aws:ResourceTag/app", "false"),
        (
            "service",
            "iam:PassRole",
            "StringEqualsIfExists",
            "iam:PassedToService",
            ["ecs.amazonaws.com", "ecs-tasks.amazonaws.com"],
        ),
        (
            "stack set",
            "iam:PassRole",
            "StringEqualsIfExists",
            "iam:PassedToService",
            ["cloudformation.amazonaws.com"],
        ),
        *(
            (
                "chart",
                f"ec2:{call}",
                operator,
                "ec2:Subnet",
                [
                    {"Fn::Sub": f"arn:${{AWS::Partition}}:ec2:{HERE}:subnet/{subnet}"}
                    for subnet in CHART.subnets
                ],
            )
            for call, operator in (
                ("CreateNetworkInterface", "StringEqualsIfExists"),
                ("CreateNetworkInterfacePermission", "ArnEquals"),
            )
        ),
    ],
)
def test_statements_of_actions_have_conditions(
    name: str, call: str, operator: str, key: str, values: Any
) -> None:
    action = ACTIONS[name][0] if name in ACTIONS else CHART
    role = load(emit(iam_template(pipeline(action))))["Resources"]["CodePipelineRole"]
    statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    [condition] = [s["Condition"] for s in statements if call in s["Action"] and "Condition" in s]
    assert condition == {operator: {key: values}}


def test_a_chart_has_variables_beside_its_configuration() -> None:
    made = rendered(pipeline(CHART))["Stages"][1]["Actions"][0]
    assert made["Configuration"] == {
        "ClusterName": "main",
        "HelmReleaseName": "api",
        "HelmChartLocation": "charts/api",
        "HelmValuesFiles": "prod.yml",
        "Namespace": "api",
        "Subnets": "subnet-1a,subnet-2b",
        "SecurityGroupIds": "sg-1a",
    }
    assert made["EnvironmentVariables"] == [
        {"Name": "IMAGE_TAG", "Value": "#{codepipeline.PipelineExecutionId}"}
    ]


@dataclass(frozen=True, kw_only=True)
class Provision(Action):
    type: ClassVar[ActionType] = ActionType(
        category="Deploy", owner="AWS", provider="ServiceCatalog"
    )
    product: str

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        return {"ProductId": self.product}

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:
        arn = regional_arn("catalog", f"product/{self.product}-{pipeline}")
        tagged = {"StringEquals": {"aws:ResourceTag/stack": "${AWS::StackName}"}}
        return (
            Allow("servicecatalog:CreateProvisioningArtifact", on=arn),
            Allow("servicecatalog:UpdateProduct", on="*", condition=tagged),
        )


def test_an_action_of_ones_own_brings_its_permissions() -> None:
    granted = allowed(pipeline(Provision(name="Provision", product="p")))
    [arn] = granted["servicecatalog:CreateProvisioningArtifact"]
    assert f"catalog:{HERE}:product/p-orders" in arn


RULES = {
    "CloudWatchAlarm": Rule(
        name="R", provider="CloudWatchAlarm", configuration={"AlarmName": "orders"}
    ),
    "CodeBuild": Rule(
        name="R", provider="CodeBuild", configuration={"ProjectName": "smoke"}, inputs=[APP]
    ),
    "Commands": Rule(name="R", provider="Commands", commands=["make smoke"], inputs=[APP]),
    "DeploymentWindow": Rule(
        name="R", provider="DeploymentWindow", configuration={"Cron": "* * 9-17 ? * MON-FRI *"}
    ),
    "LambdaInvoke": Rule(name="R", provider="LambdaInvoke", configuration={"FunctionName": "ask"}),
    "VariableCheck": Rule(
        name="R",
        provider="VariableCheck",
        configuration={"Variable": "#{variables.A}", "Value": "1", "Operator": "EQ"},
    ),
}


@pytest.mark.parametrize(
    ("provider", "call"),
    [
        ("CloudWatchAlarm", "cloudwatch:DescribeAlarms"),
        ("CodeBuild", "codebuild:StartBuild"),
        ("Commands", "logs:PutLogEvents"),
        ("DeploymentWindow", None),
        ("LambdaInvoke", "lambda:InvokeFunction"),
        ("VariableCheck", None),
    ],
)
def test_rules_bring_theirs(provider: str, call: str | None) -> None:
    described = replace(
        pipeline(
            Approve(name="Approve"), before_entry=Condition(rules=[RULES[provider]], result="FAIL")
        ),
        variables=[Variable("A", default="1")],
    )
    plain = allowed(pipeline(Approve(name="Approve")))
    assert call is None or call in allowed(described)
    assert (allowed(described) == plain) is (call is None)
    assert check_system(read_texts(files_of(described))) == []
    rule = rendered(described)["Stages"][1]["BeforeEntry"]["Conditions"][0]["Rules"][0]
    assert rule.get("Commands") == (["make smoke"] if provider == "Commands" else None)


def test_variables_of_a_pipeline() -> None:
    described = replace(
        pipeline(Approve(name="Approve", note="#{variables.TARGET}")),
        variables=[Variable("TARGET", default="blue", description="Where tests run")],
    )
    assert rendered(described)["Variables"] == [
        {"Name": "TARGET", "DefaultValue": "blue", "Description": "Where tests run"}
    ]


def test_an_environment_has_actions_around_its_deployment() -> None:
    [application] = read_config(
        """
        applications:
          - name: orders
            source: acme/orders
            container: {name: orders, cpu: 256, memory: 512, port: 8080}
            compute: {type: fargate}
            pipeline_variables: [{name: TARGET, default: blue, description: Where tests run}]
            environments:
              - name: prod
                approval: true
                vpc_id: vpc-1a
                subnets: [subnet-1a, subnet-2b]
                before:
                  - {type: lambda_invoke, name: Freeze, function: freeze}
                  - type: stack_set
                    name: Base
                    stack_set: base
                    template: {artifact: DeploymentRepository, path: base.yml}
                    parameters: {artifact: DeploymentRepository, path: base.json}
                after:
                  - type: stack_instances
                    name: Europe
                    stack_set: base
                    targets: ["111122223333"]
                    regions: [eu-west-1]
                  - type: commands
                    name: Smoke
                    input: MyApp
                    commands: [make smoke]
                    environment: {TARGET: "#{variables.TARGET}"}
                  - {type: codebuild_test, name: Load, input: MyApp, project: orders}
        """
    )
    made = rendering(application)
    described = made.templates["pipeline.yml"]["Resources"]["Pipeline"]["Properties"]
    assert described["Variables"] == [
        {"Name": "TARGET", "DefaultValue": "blue", "Description": "Where tests run"}
    ]
    stage = described["Stages"][2]
    assert [(action["Name"], action["RunOrder"]) for action in stage["Actions"]] == [
        ("Freeze", 1),
        ("Base", 2),
        ("ChangeSet", 3),
        ("ApproveChangeSet", 4),
        ("DeployChangeSet", 5),
        ("Europe", 6),
        ("Smoke", 7),
        ("Load", 8),
    ]
    assert check_system(read_texts(made.files, parsed=made.templates)) == []


TWICE = CodeBuild(name="Deploy", input=APP, project="smoke")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: replace(COMMANDS, commands=[]), "commands must have 1 to 50 (got 0)"),
        (lambda: replace(COMMANDS, commands=["a\nb"]), "a command must be one line"),
        (lambda: replace(COMMANDS, namespace=None), "variables need a namespace"),
        (lambda: replace(COMMANDS, output=None), "output is absent; add output="),
        (lambda: S3Deploy(name="A", input=APP, bucket="b", extract=False), "key is required"),
        (
            lambda: InspectorScan(name="A", output="Sbom"),
            "input or repository is required (got neither)",
        ),
        (
            lambda: StackInstances(name="A", stack_set="b", targets=["1"]),
            "regions is empty; use targets and regions, or neither",
        ),
        (
            lambda: ECSDeploy(name="A", input=APP, cluster="c", service="s", timeout_minutes=90),
            "timeout_minutes must be 1 to 60 (got 90)",
        ),
        (
            lambda: replace(pipeline(COMMANDS), pipeline_type="V1"),
            "actions of Commands need pipeline_type V2",
        ),
        (lambda: Variable("a b"), "'a b'"),
        (
            lambda: LambdaDeploy(name="A", function="f"),
            "input or version is required (got neither); use one of them",
        ),
        (
            lambda: LambdaDeploy(name="A", function="f", input=APP, strategy="AllAtOnce"),
            "strategy needs an alias; add alias=",
        ),
        (
            lambda: LambdaDeploy(name="A", function="f", input=APP, alias="a", strategy="Canary5"),
            "invalid strategy 'Canary5'",
        ),
        (
            lambda: LambdaDeploy(
                name="A",
                function="f",
                input=APP,
                alias="a",
                strategy="Linear1PercentEvery60Minutes",
            ),
            "takes 5,940 minutes; CodePipeline allows 2,880",
        ),
        (
            lambda: EC2Deploy(name="A", input=APP, tag_key="a"),
            "spec or script is required (got neither)",
        ),
        (
            lambda: EC2Deploy(name="A", input=APP, tag_key="a", script="s.sh"),
            "directory is required with script",
        ),
        (
            lambda: EC2Deploy(name="A", input=APP, tag_key="a", spec="s", most_errors="few"),
            "invalid most_errors 'few'",
        ),
        (
            lambda: EKSDeploy(name="A", input=APP, cluster="c"),
            "manifests or chart is required (got neither)",
        ),
        (lambda: replace(CHART, release=None), "release is absent"),
        (lambda: replace(CHART, subnets=[]), "security_groups need subnets"),
        (lambda: replace(CHART, security_groups=["main"]), "invalid security group 'main'"),
        (
            lambda: Allow("sqs:SendMessage", on="*", condition={"Equals": {"a": "b"}}),
            "invalid operator 'Equals' in condition",
        ),
        (
            lambda: Allow("sqs:SendMessage", on="*", condition={"Bool": {"a": "${B}"}}),
            "unknown parameter 'B' in condition",
        ),
        (
            lambda: replace(pipeline(COMMANDS), variables=[Variable("A"), Variable("A")]),
            "variable 'A' is used twice",
        ),
        (
            lambda: replace(RULES["CodeBuild"], configuration={}),
            "CodeBuild needs ProjectName; add it to configuration",
        ),
        (lambda: replace(RULES["LambdaInvoke"], commands=["x"]), "LambdaInvoke runs no commands"),
        (lambda: replace(RULES["VariableCheck"], inputs=[APP]), "VariableCheck reads no artifacts"),
        (lambda: replace(RULES["Commands"], commands=[]), "commands must have 1 to 50 (got 0)"),
        (
            lambda: rendering(replace(ORDERS, environments=[Environment("dev", after=[TWICE])])),
            "'Deploy' is used twice",
        ),
    ],
)
def test_mistakes_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        make()
    assert message in str(caught.value)
