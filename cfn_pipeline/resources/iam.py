"""AWS IAM: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html."""

from collections.abc import Mapping, Sequence
from typing import Any

from awacs.aws import PolicyDocument
from troposphere.iam import InstanceProfile, ManagedPolicy, Policy, Role

from cfn_pipeline.model.values import Value, given

__all__ = ["instance_profile", "managed_policy", "role"]


def role(
    title: str,
    *,
    trust: PolicyDocument,
    name: Value | None = None,
    description: str | None = None,
    managed_policies: Sequence[Value] = (),
    policies: Mapping[str, PolicyDocument] | None = None,
) -> Role:
    """Make a role.

    Args:
        title: the logical id.
        trust: who may assume it.
        name: absent: CloudFormation makes one.
        description: what it is for; absent: none.
        managed_policies: the ARNs of managed policies that it has.
        policies: the policies that are its own, by name.

    """
    own = [Policy(PolicyName=n, PolicyDocument=p) for n, p in (policies or {}).items()]
    return Role(
        title,
        **given(RoleName=name, Description=description),
        AssumeRolePolicyDocument=trust,
        **given(ManagedPolicyArns=list(managed_policies) or None, Policies=own or None),
    )


def instance_profile(title: str, *, role: Value) -> InstanceProfile:
    """Make what gives EC2 instances a role."""
    return InstanceProfile(title, Roles=[role])


def managed_policy(
    title: str,
    *,
    description: str,
    policy: PolicyDocument | Mapping[str, Any],
    roles: Sequence[Value] = (),
) -> ManagedPolicy:
    """Make a policy that stands by itself; it holds 6,144 characters without white space.

    Args:
        title: the logical id.
        description: what it is for.
        policy: what it says, as awacs' document or as a template has it.
        roles: the roles that have it.

    """
    return ManagedPolicy(
        title,
        Description=description,
        PolicyDocument=policy,
        **given(Roles=list(roles) or None),
    )
