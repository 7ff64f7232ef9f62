"""Typical changes of a rendered deployment folder, and which files they change."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cfn_pipeline import load
from cfn_pipeline.aws.data_stores import DATA
from cfn_pipeline.aws.resource_names import NAME_PROPERTIES
from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.difference import Difference

#: Texts by file name.
Files = Mapping[str, str]

#: Changes a template in long form; False: it has nothing of the kind.
Change = Callable[[dict[str, Any]], bool]


def _of(template: dict[str, Any], *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in template["Resources"].items():
        if resource["Type"] in types:
            yield name, resource.setdefault("Properties", {})


def a_variable(template: dict[str, Any]) -> bool:
    """A container gets one more variable."""
    for _, task in _of(template, "AWS::ECS::TaskDefinition"):
        container = task["ContainerDefinitions"][0]
        container.setdefault("Environment", []).append({"Name": "LOG_LEVEL", "Value": "debug"})
        return True
    for _, project in _of(template, "AWS::CodeBuild::Project"):
        variables = project["Environment"].setdefault("EnvironmentVariables", [])
        variables.append({"Name": "LOG_LEVEL", "Value": "debug"})
        return True
    return False


def a_permission(template: dict[str, Any]) -> bool:
    """A role may read a bucket."""
    return _allow(template, "s3:GetObject", "arn:aws:s3:::reports/*")


def a_way_to_rights(template: dict[str, Any]) -> bool:
    """A role may pass any role to a service."""
    return _allow(template, "iam:PassRole", "*")


def _allow(template: dict[str, Any], action: str, resource: str) -> bool:
    for _, role in _of(template, "AWS::IAM::Role"):
        for policy in role.get("Policies", []):
            if isinstance(policy.get("PolicyDocument", {}).get("Statement"), list):
                statement = {"Effect": "Allow", "Action": action, "Resource": resource}
                policy["PolicyDocument"]["Statement"].append(statement)
                return True
    return False


def a_trust(template: dict[str, Any]) -> bool:
    """A role may be assumed from another account."""
    for _, role in _of(template, "AWS::IAM::Role"):
        statements = role["AssumeRolePolicyDocument"]["Statement"]
        statements.append(
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
                "Action": "sts:AssumeRole",
            }
        )
        return True
    return False


def another_logical_id(template: dict[str, Any]) -> bool:
    """A role, or else a queue, gets another logical id."""
    for name, _ in _of(template, "AWS::IAM::Role", "AWS::SQS::Queue"):
        text = json.dumps(template).replace(f'"{name}"', f'"Other{name}"')
        text = text.replace(f"${{{name}", f"${{Other{name}")
        template.clear()
        template.update(json.loads(text))
        return True
    return False


def another_name(template: dict[str, Any]) -> bool:
    """What holds data gets another name, or its first one."""
    for _, resource in template["Resources"].items():
        key = NAME_PROPERTIES.get(resource["Type"])
        if resource["Type"] in DATA and key is not None:
            resource.setdefault("Properties", {})[key] = "another-name"
            return True
    return False


def what_is_removed(template: dict[str, Any]) -> bool:
    """What holds data is removed."""
    for name, resource in template["Resources"].items():
        if resource["Type"] in DATA:
            del template["Resources"][name]
            return True
    return False


def no_approval(template: dict[str, Any]) -> bool:
    """A stage goes without its approval."""
    for _, pipeline in _of(template, "AWS::CodePipeline::Pipeline"):
        for stage in pipeline["Stages"]:
            for action in stage["Actions"]:
                if action["ActionTypeId"]["Category"] == "Approval":
                    stage["Actions"].remove(action)
                    return True
    return False


def another_branch(template: dict[str, Any]) -> bool:
    """A source is read from another branch."""
    for _, pipeline in _of(template, "AWS::CodePipeline::Pipeline"):
        for action in pipeline["Stages"][0]["Actions"]:
            if "BranchName" in action.get("Configuration", {}):
                action["Configuration"]["BranchName"] = "release"
                return True
    return False


def an_open_port(template: dict[str, Any]) -> bool:
    """A security group lets everyone in."""
    for _, group in _of(template, "AWS::EC2::SecurityGroup"):
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
        group.setdefault("SecurityGroupIngress", []).append(rule)
        return True
    return False


def no_export(template: dict[str, Any]) -> bool:
    """An output is no longer exported."""
    return any(output.pop("Export", None) for output in template.get("Outputs", {}).values())


def a_parameter(template: dict[str, Any]) -> bool:
    """A template needs one more value."""
    template.setdefault("Parameters", {})["CostCenter"] = {"Type": "String"}
    return True


CHANGES: tuple[Change, ...] = (
    *(a_variable, a_permission, a_way_to_rights, a_trust, another_logical_id, another_name),
    *(what_is_removed, no_approval, another_branch, an_open_port, no_export, a_parameter),
)


def changed(files: Files, change: Change) -> Difference | None:
    """Return what a change makes of the first template that has what it changes.

    None: none of them has.
    """
    for name in sorted(files, key=lambda name: ("stack" not in name, name)):
        if not name.endswith((".yml", ".yaml")) or "\nResources:" not in files[name]:
            continue
        template = load(files[name])
        new = copy.deepcopy(template)
        if change(new):
            # A folder is compared whole where templates depend on each other.
            rest = files if change is no_export else {}
            old = {**rest, name: json.dumps(template)}
            return compare(
                State(name="old", files=old),
                State(name="new", files={**rest, name: json.dumps(new)}),
            )
    return None
