"""Quotas of an account, or of a region of it, that many applications reach; all can be raised."""

from dataclasses import dataclass

from cfn_pipeline.aws.guides import CLOUDFORMATION, CODEBUILD, CODEPIPELINE


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many of something there may be.

    Args:
        name: of what, in the plural.
        types: CloudFormation's types of it; empty: stacks.
        default: how many, in a new account.
        automatic: up to how many a request is granted at once; None: it is looked at.
        is_regional: whether each region has its own.
        url: the page of AWS.

    """

    name: str
    types: tuple[str, ...]
    default: int
    automatic: int | None = None
    is_regional: bool = True
    url: str


QUOTAS = (
    Quota(
        name="event rules",
        types=("AWS::Events::Rule",),
        default=300,  # 100 in af-south-1 and eu-south-1
        url="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
    ),
    Quota(
        name="IAM roles",
        types=("AWS::IAM::Role",),
        default=1_000,
        automatic=5_000,
        is_regional=False,
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    Quota(
        name="stacks",
        types=(),
        default=2_000,
        url=f"{CLOUDFORMATION}/cloudformation-limits.html",
    ),
    Quota(
        name="customer managed policies",
        types=("AWS::IAM::ManagedPolicy",),
        default=1_500,
        automatic=5_000,
        is_regional=False,
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    Quota(
        name="pipelines",
        types=("AWS::CodePipeline::Pipeline",),
        default=1_000,
        url=f"{CODEPIPELINE}/limits.html",
    ),
    Quota(
        name="buckets",
        types=("AWS::S3::Bucket",),
        default=10_000,
        is_regional=False,
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html",
    ),
    Quota(
        name="build projects",
        types=("AWS::CodeBuild::Project",),
        default=5_000,
        url=f"{CODEBUILD}/limits.html",
    ),
    Quota(
        name="keys",
        types=("AWS::KMS::Key",),
        default=100_000,
        url="https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
    ),
)
