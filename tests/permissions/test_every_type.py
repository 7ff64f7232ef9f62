"""Gaps that a type may have, looked for in every type of the derivation."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.permissions import catalogue, derive
from cfn_pipeline.permissions.names import GENERATED_NAMES, LONGEST_NAMES
from cfn_pipeline.permissions.scoping import own_kinds

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000"
TYPES = catalogue.types()

#: The types of which CloudFormation takes a snapshot when it deletes them, by a call of its own,
#: each with the kind of resource that it makes.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
SNAPSHOTS = {
    "AWS::EC2::Volume": ("ec2:CreateTags", "snapshot/"),
    "AWS::ElastiCache::ReplicationGroup": ("elasticache:AddTagsToResource", "snapshot:"),
    "AWS::Neptune::DBCluster": ("rds:AddTagsToResource", "cluster-snapshot:"),
    "AWS::RDS::DBCluster": ("rds:AddTagsToResource", "cluster-snapshot:"),
    "AWS::RDS::DBInstance": ("rds:AddTagsToResource", "snapshot:"),
}


def _derived(type_: str, properties: Any, stack: str = "orders-*") -> dict[str, list[str]]:
    template = {"Resources": {"It": {"Type": type_, "Properties": properties}}}
    return derive([template], stacks=[stack], boundary="arn:aws:iam::1:policy/x").actions


def test_whoever_names_a_key_looks_it_up() -> None:
    """AWS's page for logs has it for CreateLogGroup; others do it with the caller's permissions."""
    lacking = [
        type_
        for type_ in TYPES
        if not type_.startswith("AWS::KMS::")
        and _derived(type_, {"KmsKeyId": KEY}).get("kms:DescribeKey") != [KEY]
    ]
    assert lacking == []


def test_an_encrypted_log_group_alone() -> None:
    found = _derived("AWS::Logs::LogGroup", {"KmsKeyId": {"Fn::ImportValue": "orders-key"}})
    assert found["kms:DescribeKey"] == ['{"Fn::ImportValue": "orders-key"}']


@pytest.mark.parametrize("type_", SNAPSHOTS)
def test_final_snapshots_can_be_tagged(type_: str) -> None:
    action, kind = SNAPSHOTS[type_]
    assert [arn for arn in _derived(type_, {})[action] if f":{kind}" in arn]


def test_what_is_made_beside_can_be_tagged() -> None:
    """A call that makes another kind of resource is followed by one that tags it."""
    lacking = []
    for type_ in TYPES:
        listed = catalogue.handlers(type_) or {}
        calls = {action for actions in listed.values() for action in actions}
        tagging = [a for a in calls if catalogue.access(a) == "Tagging" and "Untag" not in a]
        derived = None
        for call in calls:
            service, _, name = call.partition(":")
            for kind in catalogue.resources_of(call) if name.startswith("Create") else ():
                if re.sub("[^a-z]", "", kind.lower()) != name.removeprefix("Create").lower():
                    continue
                form = re.split(r"[{]", catalogue.arn(service, kind).split(":", 5)[5])[0]
                for tag in tagging:
                    if tag.split(":")[0] == service and kind in catalogue.resources_of(tag):
                        derived = derived or _derived(type_, {})
                        on = derived.get(tag, [f":{form}"])
                        if not [arn for arn in on if f":{form}" in arn]:
                            lacking.append((type_, tag, kind))
    assert lacking == []


def _name(stack: str, logical_id: str, longest: int) -> str:
    """Name a resource as CloudFormation does: what is too long is cut, the longer half first."""
    room = longest - 14
    if len(stack) + len(logical_id) > room:
        of_stack = max(room - room // 2, room - len(logical_id))
        stack = stack[:of_stack]
        logical_id = logical_id[: room - len(stack)]
    return f"{stack}-{logical_id}-a1B2c3D4e5F6"


@pytest.mark.thorough
@pytest.mark.parametrize("service", sorted({type_.split("::")[1] for type_ in TYPES}))
def test_names_of_every_length_are_matched(service: str) -> None:
    for type_ in TYPES:
        if type_.split("::")[1] == service and catalogue.name_property(type_):
            _is_matched(type_)


def _is_matched(type_: str) -> None:
    form = GENERATED_NAMES.get(type_, "{stack}-*")
    if "{stack" not in form or not own_kinds(type_):
        return
    longest = LONGEST_NAMES.get(type_, 400)
    for size in (3, 15, 16, 24, 25, 26, 40, 64, 128):
        stack = ("todobackend-prod-" * 8)[:size]
        for logical_id in ("X", "ApplicationAutoscalingInstanceRole", "L" * 100):
            template = {"Resources": {logical_id: {"Type": type_, "Properties": {}}}}
            name = _name(stack, logical_id, longest)
            name = name.lower() if "lower" in form else name
            for pattern in (stack, f"{stack[:3]}*"):
                found = derive([template], stacks=[pattern], boundary="arn:aws:iam::1:policy/x")
                own = [
                    arn[arn.index(pattern[:3].lower() if "lower" in form else pattern[:3]) :]
                    for action, arns in found.actions.items()
                    if any(kind in catalogue.resources_of(action) for _, kind in own_kinds(type_))
                    for arn in arns
                    if pattern[:3] in arn
                ]
                # ARNs without the stack's name have ids, which AWS makes up.
                assert not own or any(_holds(name, arn) for arn in own), (type_, pattern, name, own)


def _holds(name: str, pattern: str) -> bool:
    """Tell whether a pattern, from the stack's name on, stands for a name and what may follow."""
    regex = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    ends = ("", "/", "/x", ":x", "/x/y", ":x:y", "/x/y/z", "/table/x")
    return any(re.fullmatch(regex, f"{name}{end}", re.DOTALL) for end in ends)


@given(size=st.integers(1, 128), logical=st.integers(1, 255))
def test_roles_of_any_length_are_matched(size: int, logical: int) -> None:
    stack, logical_id = ("a-stack-of-many-names-" * 6)[:size], "R" * logical
    template = {"Resources": {logical_id: {"Type": "AWS::IAM::Role", "Properties": {}}}}
    found = derive([template], stacks=[stack], boundary="arn:aws:iam::1:policy/x").actions
    name = _name(stack, logical_id, 64)
    assert any(_holds(name, arn.split("role/")[1]) for arn in found["iam:CreateRole"])
