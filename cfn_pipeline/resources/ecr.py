"""Amazon ECR: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html."""

import json
from collections.abc import Sequence

from awacs.aws import PolicyDocument
from troposphere.ecr import (
    EncryptionConfiguration,
    ImageScanningConfiguration,
    ImageTagMutabilityExclusionFilter,
    LifecyclePolicy,
    Repository,
)

from cfn_pipeline.model.values import Value, given

__all__ = ["repository"]


def repository(
    title: str,
    *,
    name: Value,
    policy: PolicyDocument | None = None,
    expire_untagged_after_days: int | None = None,
    scan_on_push: bool | None = None,
    immutable_tags: bool = False,
    mutable_tags: Sequence[str] = (),
    key: Value | None = None,
) -> Repository:
    """Make a repository of images.

    Args:
        title: the logical id.
        name: the repository's name.
        policy: who else may use it; absent: only who has it in a policy of their own.
        expire_untagged_after_days: when images without a tag are removed; absent: never.
        scan_on_push: whether each image is scanned for vulnerabilities; absent: it is not.
        immutable_tags: whether a tag stays with its image for ever.
        mutable_tags: the tags, as wildcards, that are exempt from that.
        key: the ARN of the key that encrypts images; absent: S3's own.

    """
    lifecycle = scanning = encryption = exempt = None
    if expire_untagged_after_days is not None:
        text = _lifecycle_text(expire_untagged_after_days)
        lifecycle = LifecyclePolicy(LifecyclePolicyText=text)
    if scan_on_push is not None:
        scanning = ImageScanningConfiguration(ScanOnPush=scan_on_push)
    if key is not None:
        encryption = EncryptionConfiguration(EncryptionType="KMS", KmsKey=key)
    if mutable_tags:
        exempt = [
            ImageTagMutabilityExclusionFilter(
                ImageTagMutabilityExclusionFilterType="WILDCARD",
                ImageTagMutabilityExclusionFilterValue=tag,
            )
            for tag in mutable_tags
        ]
    immutable = "IMMUTABLE_WITH_EXCLUSION" if mutable_tags else "IMMUTABLE"
    return Repository(
        title,
        RepositoryName=name,
        **given(
            RepositoryPolicyText=policy,
            ImageTagMutability=immutable if immutable_tags else None,
            ImageTagMutabilityExclusionFilters=exempt,
            ImageScanningConfiguration=scanning,
            EncryptionConfiguration=encryption,
            LifecyclePolicy=lifecycle,
        ),
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
