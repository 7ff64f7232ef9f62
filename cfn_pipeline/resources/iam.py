"""AWS IAM: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html."""

from collections.abc import Mapping, Sequence

from awacs.aws import PolicyDocument
from troposphere.iam import Policy, Role

from cfn_pipeline.model.values import Value, present


def role(
    title: str,
    *,
    trust: PolicyDocument,
    name: Value | None = None,
    path: str | None = None,
    description: str | None = None,
    managed_policies: Sequence[Value] = (),
    policies: Mapping[str, PolicyDocument] | None = None,
) -> Role:
    """Make a role.

    Args:
        title: the logical id.
        trust: who may assume it.
        name: absent: CloudFormation makes one.
        path: absent: ``/``.
        description: what it is for; absent: none.
        managed_policies: the ARNs of managed policies that it has.
        policies: the policies that are its own, by name.

    """
    own = [Policy(PolicyName=n, PolicyDocument=p) for n, p in (policies or {}).items()]
    return Role(
        title,
        **present(RoleName=name, Path=path, Description=description),
        AssumeRolePolicyDocument=trust,
        **present(ManagedPolicyArns=list(managed_policies) or None, Policies=own or None),
    )
