"""A correct system, changed: what still obeys the rules is fine, what does not is caught."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_pipeline.checks import Finding
from tests.checks.edition import Files, action, files, findings, properties, stage, statement

Draw = Callable[[st.SearchStrategy[Any]], Any]
NAMES = st.from_regex(r"[A-Z][A-Za-z0-9]{3,12}X", fullmatch=True)
DEPLOYING = st.sampled_from(["Deploy", "ChangeSet"])
STACKS = st.sampled_from(["todobackend-dev", "todobackend-prod"])


def _pipeline(changed: Files) -> Any:
    return properties(changed, "pipeline.yml", "Pipeline")


def _say(changed: Files, file: str) -> str:
    return json.dumps(changed[file])


# What changes nothing that matters -----------------------------------------------------------


def _rename_artifact(draw: Draw, changed: Files) -> None:
    old = draw(st.sampled_from(["MyApp", "DeploymentRepository", "ApplicationVersion"]))
    text = _say(changed, "pipeline.yml")
    changed["pipeline.yml"] = json.loads(re.sub(rf"\b{old}\b", draw(NAMES), text))


def _rename_project(draw: Draw, changed: Files) -> None:
    new = "project-" + draw(NAMES)
    properties(changed, "codebuild.yml", "BuildProject")["Name"] = new
    text = _say(changed, "iam.yml")
    changed["iam.yml"] = json.loads(text.replace("project/todobackend", f"project/{new}"))


def _rename_stages(draw: Draw, changed: Files) -> None:
    for number, entry in enumerate(_pipeline(changed)["Stages"]):
        entry["Name"] = f"{draw(NAMES)}{number}"
    # A rule waits for the last one.
    pattern = properties(changed, "pipeline.yml", "StageSucceeded")["EventPattern"]
    pattern["detail"]["stage"] = [_pipeline(changed)["Stages"][-1]["Name"]]


def _renumber(draw: Draw, changed: Files) -> None:
    factor, offset = draw(st.integers(1, 300)), draw(st.integers(0, 90))
    for entry in _pipeline(changed)["Stages"]:
        for act in entry["Actions"]:
            act["RunOrder"] = act["RunOrder"] * factor + offset


def _shuffle_actions(draw: Draw, changed: Files) -> None:
    for entry in _pipeline(changed)["Stages"]:
        entry["Actions"] = draw(st.permutations(entry["Actions"]))


def _shuffle_resources(draw: Draw, changed: Files) -> None:
    for name in ("pipeline.yml", "iam.yml"):
        resources = changed[name]["Resources"]
        changed[name]["Resources"] = {
            key: resources[key] for key in draw(st.permutations(list(resources)))
        }


def _add_condition(draw: Draw, changed: Files) -> None:
    template = changed["pipeline.yml"]
    template["Parameters"]["Extra"] = {"Type": "String", "Default": draw(st.sampled_from("yn"))}
    template["Conditions"]["HasExtra"] = {"Fn::Equals": [{"Ref": "Extra"}, "y"]}
    for entry in _pipeline(changed)["Stages"]:
        number = draw(st.integers(0, len(entry["Actions"]) - 1))
        act = entry["Actions"][number]
        where = draw(st.sampled_from(["action", "configuration", "mode"]))
        if where == "action":
            entry["Actions"][number] = {"Fn::If": ["HasExtra", act, act]}
        elif where == "configuration" and "Configuration" in act:
            act["Configuration"] = {
                "Fn::If": ["HasExtra", act["Configuration"], act["Configuration"]]
            }
        elif "ActionMode" in act.get("Configuration", {}):
            mode = act["Configuration"]["ActionMode"]
            act["Configuration"]["ActionMode"] = {"Fn::If": ["HasExtra", mode, mode]}


def _leave_out_stage(draw: Draw, changed: Files) -> None:
    template = changed["pipeline.yml"]
    template["Parameters"]["Production"] = {"Type": "String", "AllowedValues": ["yes", "no"]}
    template["Conditions"]["Production"] = {"Fn::Equals": [{"Ref": "Production"}, "yes"]}
    stages = _pipeline(changed)["Stages"]
    name = draw(st.sampled_from(["Dev", "Production"]))
    number = next((n for n, entry in enumerate(stages) if entry.get("Name") == name), None)
    if number is not None:
        stages[number] = {"Fn::If": ["Production", stages[number], {"Ref": "AWS::NoValue"}]}


def _join_instead_of_sub(draw: Draw, changed: Files) -> None:
    name = draw(st.sampled_from(["iam.yml", "codebuild.yml", "pipeline.yml"]))

    def joined(value: Any) -> Any:
        match value:
            case {"Fn::Sub": str(text)} if "${!" not in text and "." not in "".join(
                re.findall(r"\$\{[^}]*\}", text)
            ):
                parts: list[Any] = re.split(r"\$\{([^}]*)\}", text)
                parts[1::2] = [{"Ref": part} for part in parts[1::2]]
                return {"Fn::Join": ["", [part for part in parts if part != ""]]}
            case dict():
                return {key: joined(inside) for key, inside in value.items()}
            case list():
                return [joined(inside) for inside in value]
            case _:
                return value

    changed[name] = joined(changed[name])


def _split_statements(draw: Draw, changed: Files) -> None:
    role = draw(st.sampled_from(["CodePipelineRole", "CodeBuildRole"]))
    for policy in properties(changed, "iam.yml", role).get("Policies", []):
        statements = [
            {**{k: v for k, v in entry.items() if k != "Sid"}, "Action": one}
            for entry in policy["PolicyDocument"]["Statement"]
            for one in entry["Action"]
        ]
        policy["PolicyDocument"]["Statement"] = draw(st.permutations(statements))


def _policies_of_their_own(draw: Draw, changed: Files) -> None:
    role = draw(st.sampled_from(["CodePipelineRole", "CodeBuildRole"]))
    policies = properties(changed, "iam.yml", role).pop("Policies", [])
    for number, policy in enumerate(policies):
        changed["iam.yml"]["Resources"][f"{role}Policy{number}"] = {
            "Type": draw(st.sampled_from(["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"])),
            "Properties": {"PolicyDocument": policy["PolicyDocument"], "Roles": [{"Ref": role}]},
        }


def _wildcards(draw: Draw, changed: Files) -> None:
    role = draw(st.sampled_from(["CodePipelineRole", "CodeBuildRole"]))
    for policy in properties(changed, "iam.yml", role).get("Policies", []):
        for entry in policy["PolicyDocument"]["Statement"]:
            if draw(st.booleans()):
                entry["Resource"] = draw(st.sampled_from(["*", ["*"]]))
            elif isinstance(entry["Action"], list):
                entry["Action"] = sorted({f"{a.split(':')[0]}:*" for a in entry["Action"]})


def _more_of_everything(draw: Draw, changed: Files) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": draw(NAMES)}}
    changed[draw(st.sampled_from(["pipeline.yml", "iam.yml"]))]["Resources"]["More"] = topic
    _pipeline(changed)["Tags"] = [{"Key": "team", "Value": draw(NAMES)}]


def _parameter_for_stack(draw: Draw, changed: Files) -> None:
    name = draw(STACKS)
    changed["pipeline.yml"]["Parameters"]["Stack"] = {"Type": "String", "Default": name}
    text = _say(changed, "pipeline.yml").replace(
        f'"StackName": "{name}"', '"StackName": {"Ref": "Stack"}'
    )
    changed["pipeline.yml"] = json.loads(text)


HARMLESS = [
    _rename_artifact,
    _rename_project,
    _rename_stages,
    _renumber,
    _shuffle_actions,
    _shuffle_resources,
    _join_instead_of_sub,
    _split_statements,
    _policies_of_their_own,
    _wildcards,
    _more_of_everything,
    _parameter_for_stack,
]
#: After these, actions and stages are no longer where the others look for them.
LAST = [_add_condition, _leave_out_stage]


@given(st.data())
def test_what_still_obeys_the_rules_is_fine(data: st.DataObject) -> None:
    changed = files()
    chosen = data.draw(st.lists(st.sampled_from(HARMLESS), unique=True, max_size=5))
    for change in [*chosen, *data.draw(st.lists(st.sampled_from(LAST), max_size=1))]:
        change(data.draw, changed)
    assert findings(changed) == []


# What breaks a rule --------------------------------------------------------------------------


def _break(*steps: Any) -> Callable[[Draw, Files], None]:
    """Set or remove a value: the last but one step is the key, the last the value or DROP."""
    *path, key, value = steps

    def change(draw: Draw, changed: Files) -> None:
        place: Any = changed
        for step in path:
            place = place[draw(step) if isinstance(step, st.SearchStrategy) else step]
        if value is DROP:
            del place[key]
        else:
            place[key] = draw(value) if isinstance(value, st.SearchStrategy) else value

    return change


DROP = object()


def _on(act: st.SearchStrategy[str] | str, key: str, value: Any) -> Callable[[Draw, Files], None]:
    """Change a setting of one of the actions."""

    def change(draw: Draw, changed: Files) -> None:
        name = act if isinstance(act, str) else draw(act)
        settings = action(changed, name)["Configuration"]
        if value is DROP:
            del settings[key]
        else:
            settings[key] = draw(value) if isinstance(value, st.SearchStrategy) else value

    return change


def _without_input(artifact: str) -> Callable[[Draw, Files], None]:
    def change(draw: Draw, changed: Files) -> None:
        inputs = action(changed, draw(DEPLOYING))["InputArtifacts"]
        inputs[:] = [entry for entry in inputs if entry["Name"] != artifact]

    return change


def _may_not(role: str, sid: str) -> Callable[[Draw, Files], None]:
    """Take an action from a statement, or give it another resource."""

    def change(draw: Draw, changed: Files) -> None:
        entry = statement(changed, role, sid)
        # A login is on no resource, and the connection's ARN is only known when it is deployed.
        if sid not in ("LogInToEcr", "UseConnection") and draw(st.booleans()):
            service = entry["Action"][0].split(":")[0]
            entry["Resource"] = [f"arn:aws:{service}:eu-west-1:111122223333:other/{draw(NAMES)}"]
            if sid == "EncryptArtifacts":
                entry["Resource"] = ["arn:aws:s3:::no-key"]
        elif sid == "UseConnection":
            entry["Action"].remove(draw(st.sampled_from(entry["Action"])))
        else:
            needed = NEEDED[sid]
            taken = draw(st.sampled_from(needed))
            entry["Action"] = [a for a in entry["Action"] if not a.startswith(taken)] or ["x:Y"]

    return change


NEEDED = {
    "RunBuilds": ["codebuild:StartBuild", "codebuild:BatchGetBuilds"],
    "ReadWriteArtifacts": ["s3:GetObject", "s3:PutObject"],
    "ReadArtifacts": ["s3:GetObject"],
    "WriteArtifacts": ["s3:PutObject"],
    "EncryptArtifacts": ["kms:Decrypt", "kms:GenerateDataKey"],
    "PassDeploymentRole": ["iam:PassRole"],
    "DeployTodobackendDev": ["cloudformation:CreateStack", "cloudformation:DescribeStacks"],
    "DeployTodobackendProd": ["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"],
    "LogInToEcr": ["ecr:GetAuthorizationToken"],
    "PushImages": ["ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:CompleteLayerUpload"],
    "PullBuildImage": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    "WriteBuildLogs": ["logs:CreateLogStream", "logs:PutLogEvents"],
}


def _misspell(draw: Draw, changed: Files) -> None:
    """Double a letter of a provider's name, or leave one out."""
    kind = action(changed, draw(st.sampled_from(["CodeBuild", "Deploy", "ChangeSet"])))
    name = kind["ActionTypeId"]["Provider"]
    place = draw(st.integers(1, len(name) - 2))
    longer = name[:place] + name[place] + name[place:]
    kind["ActionTypeId"]["Provider"] = draw(
        st.sampled_from([longer, name[:place] + name[place + 1 :]])
    )


def _own_role(draw: Draw, changed: Files) -> None:
    """Let the deployment role do nothing for one of the services that it deploys."""
    service = draw(st.sampled_from(["ecs", "logs", "elasticloadbalancing", "rds", "lambda"]))
    file = draw(st.sampled_from(["environment-dev.yml", "environment-prod.yml"]))
    changed[file] = json.loads(re.sub(rf'"{service}:Create\w+"', '"x:Y"', _say(changed, file)))


def _run_order(act: str, order: int) -> Callable[[Draw, Files], None]:
    return lambda _, changed: action(changed, act).update(RunOrder=order)


def _move_build_behind(_: Draw, changed: Files) -> None:
    stages = _pipeline(changed)["Stages"]
    stages.append(stages.pop(1))


def _twice(_: Draw, changed: Files) -> None:
    action(changed, "Source")["OutputArtifacts"] = [{"Name": "DeploymentRepository"}]


def _untrusted(role: str, file: str = "iam.yml") -> Callable[[Draw, Files], None]:
    def change(draw: Draw, changed: Files) -> None:
        [entry] = properties(changed, file, role)["AssumeRolePolicyDocument"]["Statement"]
        entry["Principal"] = {"Service": [draw(st.sampled_from(["ec2.amazonaws.com", "x.y"]))]}

    return change


def _codebuild_pulls(draw: Draw, changed: Files) -> None:
    environment = properties(changed, "codebuild.yml", "BuildProject")["Environment"]
    if draw(st.booleans()):
        environment["ImagePullCredentialsType"] = "CODEBUILD"
    else:
        del environment["ImagePullCredentialsType"]


def _export(draw: Draw, changed: Files) -> None:
    file, output = draw(
        st.sampled_from(
            [
                ("kms.yml", "KmsKey"),
                ("iam.yml", "PipelineRole"),
                ("iam.yml", "BuildRole"),
                ("codebuild.yml", "BuildProject"),
                ("environment-dev.yml", "KmsKey"),
                ("environment-dev.yml", "LogBucket"),
                ("environment-prod.yml", "PermissionsBoundary"),
            ]
        )
    )
    if draw(st.booleans()):
        del changed[file]["Outputs"][output]
    else:
        changed[file]["Outputs"][output]["Export"]["Name"] += draw(NAMES)


def _fixed_name(draw: Draw, changed: Files) -> None:
    name = {"ClusterName": draw(NAMES)}
    changed["stack.yml"]["Resources"]["ApplicationCluster"].setdefault("Properties", {}).update(
        name
    )


def _unprivileged_in_a_vpc(_: Draw, files: Files) -> None:
    project = properties(files, "codebuild.yml", "BuildProject")
    project["Environment"]["PrivilegedMode"] = False
    project["VpcConfig"] = {"VpcId": "vpc-0a1b", "Subnets": ["subnet-0a1b"]}


def _roll_back_in_parallel(draw: Draw, changed: Files) -> None:
    _pipeline(changed)["ExecutionMode"] = "PARALLEL"
    rolling = stage(changed, draw(st.sampled_from(["Dev", "Production"])))
    rolling["OnFailure"] = {"Result": "ROLLBACK"}


BUILDSPEC = "buildspec.yml"
MODES = st.sampled_from(["CREATE", "CHANGE_SET_CREATE", "create_update", "UPDATE"])
BREAKING: list[tuple[str, Callable[[Draw, Files], None]]] = [
    ("E9101", lambda draw, f: action(f, "CodeBuild")["InputArtifacts"][0].update(Name=draw(NAMES))),
    ("E9102", _move_build_behind),
    ("E9103", _twice),
    ("E9105", _without_input("DeploymentRepository")),
    ("E9106", _without_input("DeploymentRepository")),
    ("E9107", _without_input("ApplicationVersion")),
    ("E9109", _on(DEPLOYING, "TemplatePath", st.sampled_from(["stack.yml", "::stack.yml", "A::"]))),
    ("E9206", _run_order("ApproveChangeSet", 1000)),
    ("E9206", _run_order("ChangeSet", 0)),
    ("E9301", _on("DeployChangeSet", "ChangeSetName", NAMES)),
    ("E9301", _on("DeployChangeSet", "StackName", NAMES)),
    ("E9302", _run_order("ChangeSet", 4)),
    ("E9302", _run_order("DeployChangeSet", 1)),
    ("E9304", _run_order("ApproveChangeSet", 3)),
    ("E9304", _run_order("ApproveChangeSet", 4)),
    ("E9304", _run_order("ApproveChangeSet", 1)),
    ("E9305", lambda _, f: stage(f, "Production")["Actions"].pop()),
    ("E9401", _on(DEPLOYING, "ActionMode", MODES)),
    ("E9402", _on(DEPLOYING, "TemplatePath", DROP)),
    ("E9403", _on(DEPLOYING, "RoleArn", DROP)),
    ("E9404", _on(DEPLOYING, "Capabilities", st.sampled_from(["IAM", "CAPABILITY_ALL", "A,B"]))),
    ("E9405", _on(DEPLOYING, "ParameterOverrides", st.sampled_from(["{", "[]", '{"A": 1}']))),
    ("E9406", _on(DEPLOYING, "ParameterOverrides", '{"A": "' + "x" * 1000 + '"}')),
    ("E9407", _on(DEPLOYING, "StackName", DROP)),
    ("E9407", _on("CodeBuild", "ProjectName", DROP)),
    ("E9409", lambda _, f: action(f, "CodeBuild")["ActionTypeId"].update(Category="Deploy")),
    ("E9501", lambda _, f: _pipeline(f).update(PipelineType="V1", ExecutionMode="QUEUED")),
    ("E9503", _roll_back_in_parallel),
    ("E9601", _on("CodeBuild", "EnvironmentVariables", '[{"name":"A","value":"#{Nobody.X}"}]')),
    ("E9701", _may_not("CodePipelineRole", "RunBuilds")),
    ("E9702", _may_not("CodePipelineRole", "UseConnection")),
    ("E9703", _may_not("CodePipelineRole", "PassDeploymentRole")),
    ("E9704", _may_not("CodePipelineRole", "ReadWriteArtifacts")),
    ("E9705", _may_not("CodePipelineRole", "EncryptArtifacts")),
    ("E9706", _may_not("CodePipelineRole", "DeployTodobackendDev")),
    ("E9706", _may_not("CodePipelineRole", "DeployTodobackendProd")),
    ("E9707", _untrusted("CodePipelineRole")),
    ("E9707", _untrusted("CodeBuildRole")),
    ("E9707", _untrusted("CloudFormationRole", "environment-dev.yml")),
    ("E9707", _untrusted("CloudFormationRole", "environment-prod.yml")),
    ("E9708", _on("CodeBuild", "ProjectName", NAMES)),
    ("E9709", _codebuild_pulls),
    ("E9709", _may_not("CodeBuildRole", "PullBuildImage")),
    ("E9710", _may_not("CodeBuildRole", "LogInToEcr")),
    ("E9710", _may_not("CodeBuildRole", "PushImages")),
    (
        "E9711",
        _unprivileged_in_a_vpc,
    ),
    ("E9712", _export),
    ("E9717", _may_not("CodeBuildRole", "ReadArtifacts")),
    ("E9717", _may_not("CodeBuildRole", "WriteArtifacts")),
    ("E9718", _may_not("CodeBuildRole", "EncryptArtifacts")),
    ("E9719", _may_not("CodeBuildRole", "WriteBuildLogs")),
    ("E9412", _misspell),
    ("E9413", lambda _, f: action(f, "Deploy")["ActionTypeId"].update(Version="2")),
    ("E9414", _on(DEPLOYING, "StackName", st.sampled_from(["todo_backend", "1todo", "todo.dev"]))),
    ("E9415", _on(DEPLOYING, "StackName", "todobackend-${AWS::Region}")),
    ("E9817", _own_role),
    ("W9814", _on("ChangeSet", "TemplateConfiguration", "DeploymentRepository::dev.json")),
    ("W9814", _on("Deploy", "TemplateConfiguration", "DeploymentRepository::prod.json")),
    ("W9815", _on("ChangeSet", "StackName", "todobackend-dev")),
    ("W9816", _on("Deploy", "StackName", "todobackend-prod")),
    ("E9801", _on(DEPLOYING, "TemplatePath", "DeploymentRepository::stacks.yml")),
    ("E9801", _on(DEPLOYING, "TemplateConfiguration", "DeploymentRepository::test.json")),
    ("E9803", _break(st.sampled_from(["dev.json", "prod.json"]), "Parameters", "Tasks")),
    ("E9804", _break("dev.json", "Parameters", "Tasks", "2")),
    ("E9805", _on(DEPLOYING, "ParameterOverrides", "{}")),
    ("E9806", _on(DEPLOYING, "Capabilities", DROP)),
    ("E9807", _fixed_name),
    ("E9809", _break(BUILDSPEC, "phases", "test", {"commands": ["make test"]})),
    ("E9810", _break(BUILDSPEC, "artifacts", "files", ["image.json"])),
    ("W9811", _break(BUILDSPEC, "phases", "post_build", {"commands": ["make publish"]})),
    ("E9813", _break("prod.json", "Parameters", "DeletionProtection", "maybe")),
]


@pytest.mark.parametrize(
    "rule, change", BREAKING, ids=[f"{number}-{rule}" for number, (rule, _) in enumerate(BREAKING)]
)
@settings(max_examples=settings().max_examples // 8)
@given(data=st.data())
def test_what_breaks_a_rule_is_caught_by_it(
    rule: str, change: Callable[[Draw, Files], None], data: st.DataObject
) -> None:
    changed = files()
    change(data.draw, changed)
    found: list[Finding] = findings(changed)
    assert rule in {finding.rule for finding in found}, [f.message for f in found]
