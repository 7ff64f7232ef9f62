"""What looks wrong and is not: small pieces of real pipelines."""

from typing import Any

import pytest

from cfn_pipeline import emit, load
from cfn_pipeline.analysis.system import Artifact, System, Template
from cfn_pipeline.checks import check_system
from tests.checks.examples import ROOT, action, findings, good, ids, pipeline


def _with_buildspec(template: dict[str, Any], **files: str) -> list[str]:
    named = {name.replace("_", "."): text for name, text in files.items()}
    artifact = Artifact(name="Sources", files=named)
    return ids(check_system(System(templates=[Template("t.yml", template)], artifacts=[artifact])))


def test_a_policy_that_names_its_role() -> None:
    template = good("E9701")
    [policy] = template["Resources"]["PipelineRole"]["Properties"].pop("Policies")
    template["Resources"]["Policy"] = {
        "Type": "AWS::IAM::RolePolicy",
        "Properties": {"RoleName": {"Ref": "PipelineRole"}, **policy},
    }
    assert findings(template) == []


def test_a_role_whose_name_is_exported_may_get_policies_elsewhere() -> None:
    template = good("E9701")
    del template["Resources"]["PipelineRole"]["Properties"]["Policies"]
    template["Outputs"] = {"Role": {"Value": {"Ref": "PipelineRole"}, "Export": {"Name": "role"}}}
    assert findings(template) == []


def test_resources_that_functions_make_cannot_be_seen() -> None:
    template = good("E9701")
    del template["Resources"]["PipelineRole"]["Properties"]["Policies"]
    template["Resources"]["Fn::ForEach::Policies"] = ["Name", ["a"], {}]
    assert findings(template) == []


@pytest.mark.parametrize("effect", ["Allow", {"Fn::If": ["C", "Allow", "Deny"]}])
def test_an_effect_that_may_be_allow(effect: object) -> None:
    template = good("E9701")
    [policy] = template["Resources"]["PipelineRole"]["Properties"]["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        statement["Effect"] = effect
    assert findings(template) == []


def test_what_is_denied_is_not_allowed() -> None:
    template = good("E9701")
    [policy] = template["Resources"]["PipelineRole"]["Properties"]["Policies"]
    deny = {"Effect": "Deny", "Action": "codebuild:Start*", "Resource": "*"}
    policy["PolicyDocument"]["Statement"].append(deny)
    assert ids(findings(template)) == ["E9701"]
    deny["Condition"] = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}  # type: ignore[assignment]
    assert findings(template) == []


@pytest.mark.parametrize(
    "service, fine",
    [
        ("cloudformation.amazonaws.com", True),
        ("cloudformation.eu-west-1.amazonaws.com", True),
        ("cloudformation.amazonaws.com.cn", True),
        ({"Fn::Sub": "cloudformation.${AWS::URLSuffix}"}, True),
        ("cloudformation.amazon.com", False),
    ],
)
def test_names_of_services(service: object, fine: bool) -> None:
    template = good("E9707")
    [statement] = template["Resources"]["DeploymentRole"]["Properties"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    statement["Principal"] = {"Service": service}
    assert ids(findings(template)) == ([] if fine else ["E9707"])


@pytest.mark.parametrize(
    "type_, fine",
    [("AWS::CodeConnections::Connection", True), ("AWS::CodeStarConnections::Connection", False)],
)
def test_a_connection_of_the_template_has_its_type_s_prefix(type_: str, fine: bool) -> None:
    template = good("E9702")
    template["Resources"]["Connection"] = {"Type": type_}
    action(template, 0)["Configuration"]["ConnectionArn"] = {"Ref": "Connection"}
    [policy] = template["Resources"]["PipelineRole"]["Properties"]["Policies"]
    [statement] = [s for s in policy["PolicyDocument"]["Statement"] if s["Sid"] == "Connect"]
    statement["Resource"] = {"Ref": "Connection"}
    assert ids(findings(template)) == ([] if fine else ["E9702"])


def test_a_role_with_a_path_that_is_a_function() -> None:
    template = good("E9703")
    template["Resources"]["DeploymentRole"] = {
        "Type": "AWS::IAM::Role",
        "Properties": {"Path": {"Fn::Sub": "/${AWS::StackName}/"}},
    }
    action(template, 1)["Configuration"]["RoleArn"] = {"Fn::GetAtt": ["DeploymentRole", "Arn"]}
    [policy] = template["Resources"]["PipelineRole"]["Properties"]["Policies"]
    [statement] = [s for s in policy["PolicyDocument"]["Statement"] if s["Sid"] == "PassRole"]
    role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${AWS::StackName}/*"
    statement["Resource"] = {"Fn::Sub": role}
    assert "E9703" not in ids(findings(template))


def test_an_override_is_the_buildspec_that_counts() -> None:
    template = load((ROOT / "W9811" / "bad" / "pipeline.yml").read_text())
    bad = (ROOT / "W9811" / "bad" / "Sources" / "buildspec.yml").read_text()
    fine = (ROOT / "W9811" / "good" / "Sources" / "buildspec.yml").read_text()
    assert _with_buildspec(template, buildspec_yml=bad, other_yml=fine) == ["W9811"]
    action(template, 1)["Configuration"]["BuildspecOverride"] = "other.yml"
    assert _with_buildspec(template, buildspec_yml=bad, other_yml=fine) == []
    action(template, 1)["Configuration"]["BuildspecOverride"] = fine
    assert _with_buildspec(template, buildspec_yml=bad) == []


@pytest.mark.parametrize(
    "change",
    [
        {"EnvironmentVariables": [{"Name": "DOCKER_HOST", "Value": "tcp://builder"}]},
        {"DockerServer": {"ComputeType": "BUILD_GENERAL1_SMALL"}},
    ],
)
def test_docker_that_runs_elsewhere(change: dict[str, object]) -> None:
    template = good("E9711")
    environment = template["Resources"]["Project"]["Properties"]["Environment"]
    environment |= {"PrivilegedMode": False, "Image": "aws/codebuild/standard:7.0"}
    text = "version: 0.2\nphases:\n  build:\n    commands:\n      - docker build .\n"
    assert _with_buildspec(template, buildspec_yml=text) == ["E9711"]
    environment |= change
    assert _with_buildspec(template, buildspec_yml=text) == []


@pytest.mark.parametrize(
    "command, fine",
    [
        ('ssh builder "docker build ."', True),
        ("aws ssm send-command --parameters 'commands=[docker pull x]'", True),
        ("docker --context remote build .", True),
        ("docker info || true", True),
        ("docker --debug build .", False),
        ("docker-compose -f a.yml up", False),
        ("A=1 docker run x", False),
        ("sudo docker ps && docker push x", False),
    ],
)
def test_where_a_command_begins(command: str, fine: bool) -> None:
    template = good("E9711")
    environment = template["Resources"]["Project"]["Properties"]["Environment"]
    environment |= {"PrivilegedMode": False, "Image": "aws/codebuild/standard:7.0"}
    text = emit({"version": 0.2, "phases": {"build": {"commands": [command]}}})
    assert _with_buildspec(template, buildspec_yml=text) == ([] if fine else ["E9711"])


def test_an_image_to_build_upon_is_not_where_the_build_pushes() -> None:
    template = good("E9710")
    variables = template["Resources"]["Project"]["Properties"]["Environment"][
        "EnvironmentVariables"
    ]
    registry = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
    variables.append({"Name": "BASE", "Value": f"{registry}/base:20"})
    assert findings(template) == []
    variables[:] = [{"Name": "REPOSITORY", "Value": f"{registry}/elsewhere"}]
    del template["Resources"]["BuildRole"]["Properties"]["Policies"][0]["PolicyDocument"][
        "Statement"
    ][1]
    assert ids(findings(template)) == ["E9710"]


@pytest.mark.parametrize(
    "name, rules", [("Project", ["E9708"]), ("orders-elsewhere", []), ("orders-biuld", ["E9708"])]
)
def test_names_of_projects(name: str, rules: list[str]) -> None:
    template = good("E9708")
    action(template, 1)["Configuration"]["ProjectName"] = name
    assert ids(findings(template)) == rules


def test_what_a_scenario_says_of_a_parameter() -> None:
    template = good("E9501")
    template["Parameters"] = {"Type": {"Type": "String", "Default": "V1"}}
    template["Conditions"] = {"IsV2": {"Fn::Equals": [{"Ref": "Type"}, "V2"]}}
    pipeline(template)["PipelineType"] = {"Ref": "Type"}
    triggers = pipeline(template)["Triggers"]
    pipeline(template)["Triggers"] = {"Fn::If": ["IsV2", triggers, {"Ref": "AWS::NoValue"}]}
    assert findings(template) == []
    pipeline(template)["Triggers"] = {"Fn::If": ["IsV2", {"Ref": "AWS::NoValue"}, triggers]}
    assert ids(findings(template)) == [], "what is not V2 may be anything, also nothing"
    template["Parameters"]["Type"]["AllowedValues"] = ["V1", "V2"]
    assert ids(findings(template)) == ["E9501"]


def test_a_change_set_that_is_never_executed_beside_one_that_is() -> None:
    template = good("E9305")
    stage = pipeline(template)["Stages"][1]
    make = stage["Actions"][0]
    other = {**make["Configuration"], "StackName": "bookings"}
    stage["Actions"].append({**make, "Name": "Forgotten", "Configuration": other})
    [finding] = findings(template)
    assert finding.rule == "E9305"
    assert "of stack 'bookings'" in finding.message


def test_made_again_only_after_it_was_executed_twice() -> None:
    template = good("E9303")
    actions = pipeline(template)["Stages"][1]["Actions"]
    make, execute = actions
    make["RunOrder"], execute["RunOrder"] = 1, 2
    actions += [
        {**execute, "Name": "Again", "RunOrder": 3},
        {**make, "Name": "Late", "RunOrder": 4},
    ]
    assert "E9303" in ids(findings(template))


@pytest.mark.parametrize(
    "name, fine", [("SignOff", True), ("Verified", True), ("Approve", False), ("Review", False)]
)
def test_a_last_look_is_no_late_approval(name: str, fine: bool) -> None:
    template = good("E9304")
    template_actions = pipeline(template)["Stages"][1]["Actions"]
    template_actions[1].update(Name=name, RunOrder=4)
    assert ids(findings(template)) == ([] if fine else ["E9304"])
    pipeline(template)["Stages"][1]["OnFailure"] = {"Result": "ROLLBACK"}
    assert findings(template) == []


def test_partly_known_names_and_texts() -> None:
    template = good("E9201")
    pipeline(template)["Stages"][1]["Name"] = {"Fn::Sub": "Deploy ${AWS::Region}"}
    assert ids(findings(template)) == ["E9201"]
    pipeline(template)["Stages"][1]["Name"] = {"Fn::Sub": "Deploy-${AWS::Region}"}
    assert findings(template) == []
    template = good("E9405")
    overrides = {"Fn::Sub": '{"Region": "${AWS::Region}",}'}
    action(template, 1)["Configuration"]["ParameterOverrides"] = overrides
    assert ids(findings(template)) == ["E9405"]


def test_two_regions_want_two_stores() -> None:
    template = good("E9105")
    first = pipeline(template)["Stages"][1]["Actions"][0]
    stage = pipeline(template)["Stages"][1]["Actions"]
    stage[:] = [
        {**first, "Name": region, "Region": region} for region in ("eu-west-1", "us-east-1")
    ]
    assert ids(findings(template)) == ["E9209"]
    template = good("E9209")
    pipeline(template)["ArtifactStores"] *= 2
    assert ids(findings(template)) == ["E9209", "E9209"]


def test_an_arn_where_a_name_belongs() -> None:
    template = good("E9704")
    location = {"Fn::GetAtt": ["Artifacts", "Arn"]}
    pipeline(template)["ArtifactStore"]["Location"] = location
    assert "E9209" in ids(findings(template))
    template = good("E9711")
    action(template, 1)["Configuration"]["ProjectName"] = {"Fn::GetAtt": ["Project", "Arn"]}
    assert "E9708" in ids(findings(template))


def test_every_artifact_of_a_build_is_filled() -> None:
    template = load((ROOT / "E9810" / "good" / "pipeline.yml").read_text())
    action(template, 1)["OutputArtifacts"].append({"Name": "Report"})
    text = (
        "version: 0.2\nphases: {build: {commands: [make]}}\nartifacts:\n  secondary-artifacts:\n"
        "    Version: {files: [version.json]}\n"
    )
    stack = "Parameters: {ImageTag: {Type: String}}\nResources: {C: {Type: AWS::ECS::Cluster}}\n"
    assert _with_buildspec(template, buildspec_yml=text, stack_yml=stack) == ["E9810"]


def test_a_role_given_to_all_functions_is_no_role_made() -> None:
    template = load((ROOT / "E9806" / "good" / "pipeline.yml").read_text())
    action(template, 1)["Configuration"]["Capabilities"] = "CAPABILITY_AUTO_EXPAND"
    stack: dict[str, Any] = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {}}},
    }
    assert _with_buildspec(template, stack_yml=emit(stack)) == ["E9806"]
    stack["Globals"] = {"Function": {"Role": "arn:aws:iam::111122223333:role/functions"}}
    assert _with_buildspec(template, stack_yml=emit(stack)) == []


@pytest.mark.parametrize(
    "text",
    [
        "version: 0.2\nphases: {build: {steps: [{uses: actions/checkout@v4}]}}\n",
        (
            "version: 0.1\nenvironment_variables: {plaintext: {A: b}}\n"
            "phases: {build: {commands: [a]}}\n"
        ),
    ],
)
def test_rarer_buildspecs(text: str) -> None:
    template = load((ROOT / "E9809" / "good" / "pipeline.yml").read_text())
    assert _with_buildspec(template, buildspec_yml=text) == []


def test_variables_of_commands() -> None:
    template = good("E9601")
    speaker = {
        "Name": "Version",
        "Namespace": "Version",
        "ActionTypeId": {
            "Category": "Compute",
            "Owner": "AWS",
            "Provider": "Commands",
            "Version": "1",
        },
        "Commands": ["export TAG=1"],
        "OutputVariables": ["TAG"],
        "InputArtifacts": [{"Name": "Sources"}],
    }
    pipeline(template)["Stages"].insert(1, {"Name": "Version", "Actions": [speaker]})
    build = action(template, 2)["Configuration"]
    build["EnvironmentVariables"] = '[{"name": "T", "value": "#{Version.TAG}"}]'
    assert findings(template) == []
    build["EnvironmentVariables"] = '[{"name": "T", "value": "#{Version.VERSION}"}]'
    assert ids(findings(template)) == ["E9605"]


def test_stack_sets_read_templates_too() -> None:
    template = good("E9105")
    action(template, 1)["ActionTypeId"]["Provider"] = "CloudFormationStackSet"
    settings = {"StackSetName": "orders", "TemplatePath": "Sources::stack.yml"}
    action(template, 1)["Configuration"] = settings
    assert findings(template) == []
    settings["TemplatePath"] = "Templates::stack.yml"
    assert ids(findings(template)) == ["E9105"]
    settings["TemplatePath"] = "stack.yml"
    assert ids(findings(template)) == ["E9109"]


def test_events_of_pull_requests() -> None:
    template = good("E9504")
    git = pipeline(template)["Triggers"][0]["GitConfiguration"]
    git["PullRequest"] = [{"Events": ["OPEN", "CLOSED"]}]
    assert findings(template) == []
    git["PullRequest"] = [{"Events": ["OPENED"]}]
    assert ids(findings(template)) == ["E9506"]
