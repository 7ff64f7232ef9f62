"""AWS's own policies: actions that exist, found by their ARNs, in checks and in permissions."""

import pytest

from cfn_pipeline.aws.managed_policies import MANAGED_POLICIES, managed_policy
from cfn_pipeline.permissions.catalogue import access
from cfn_pipeline.permissions.roles import Roles
from cfn_pipeline.permissions.scoping import Scope


@pytest.mark.parametrize("name", MANAGED_POLICIES)
def test_actions_exist(name: str) -> None:
    known = {action for action in MANAGED_POLICIES[name] if "*" not in action}
    # The data of permissions has the services that make resources.
    assert not [a for a in known if access(a) is None and not a.startswith("cloudtrail:")]


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "${AWS::Partition}", "*"])
@pytest.mark.parametrize("name", MANAGED_POLICIES)
def test_found_by_arn(name: str, partition: str) -> None:
    assert managed_policy(f"arn:{partition}:iam::aws:policy/{name}") == MANAGED_POLICIES[name]


@pytest.mark.parametrize(
    "arn",
    [
        "AdministratorAccess",
        "arn:aws:iam::111111111111:policy/AdministratorAccess",
        "arn:aws:iam::aws:policy/AmazonKinesisFullAccess",
        "arn:aws:iam::aws:policy/other/AdministratorAccess",
    ],
)
def test_of_others_it_is_not_known(arn: str) -> None:
    assert managed_policy(arn) is None


def _with(name: str) -> dict[str, object]:
    arn = {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::aws:policy/{name}"}
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = {"AssumeRolePolicyDocument": {"Statement": [trust]}, "ManagedPolicyArns": [arn]}
    return {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": role}}}


def test_a_boundary_allows_what_they_allow() -> None:
    roles = Roles(Scope(_with("AmazonEC2ContainerRegistryReadOnly"), {}))
    [found] = roles.allowed
    assert set(found.actions) == set(MANAGED_POLICIES["AmazonEC2ContainerRegistryReadOnly"])
    assert not roles.unknown(["orders"])


def test_a_boundary_never_allows_everything() -> None:
    roles = Roles(Scope(_with("AdministratorAccess"), {}))
    assert not roles.allowed
    assert [found.resource for found in roles.unknown(["orders"])] == ["Role"]
