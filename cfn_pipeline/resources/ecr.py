"""Amazon ECR: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html."""

import json

from awacs.aws import PolicyDocument
from troposphere.ecr import LifecyclePolicy, Repository

from cfn_pipeline.model.values import Value, given

__all__ = ["repository"]


def repository(
    title: str,
    *,
    name: Value,
    policy: PolicyDocument | None = None,
    expire_untagged_after_days: int | None = None,
) -> Repository:
    """Make a repository of images.

    Args:
        title: the logical id.
        name: the repository's name.
        policy: who else may use it; absent: only who has it in a policy of their own.
        expire_untagged_after_days: when images without a tag are removed; absent: never.

    """
    lifecycle = None
    if expire_untagged_after_days is not None:
        lifecycle = LifecyclePolicy(LifecyclePolicyText=_lifecycle_text(expire_untagged_after_days))
    return Repository(
        title,
        RepositoryName=name,
        **given(RepositoryPolicyText=policy, LifecyclePolicy=lifecycle),
    )


def _lifecycle_text(days: int) -> str:
    rule = {
        "rulePriority": 10,
        "description": "Untagged images",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]}, indent=2) + "\n"
