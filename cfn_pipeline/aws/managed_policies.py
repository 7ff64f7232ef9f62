"""What AWS's own policies allow, on all resources, by the end of their ARNs.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from collections.abc import Mapping

_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_ECR_READ = (
    *("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability"),
    *("ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy", "ecr:DescribeRepositories"),
    *("ecr:ListImages", "ecr:DescribeImages", "ecr:BatchGetImage", "ecr:GetLifecyclePolicy"),
    *("ecr:GetLifecyclePolicyPreview", "ecr:ListTagsForResource"),
    "ecr:DescribeImageScanFindings",
)

#: Those that roles of pipelines, builds and applications often have. Each has a page of its name,
#: such as https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
MANAGED_POLICIES: Mapping[str, tuple[str, ...]] = {
    "AWSXRayDaemonWriteAccess": (
        *("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules"),
        *("xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"),
    ),
    "AdministratorAccess": ("*",),
    "AmazonEC2ContainerRegistryFullAccess": ("ecr:*", "cloudtrail:LookupEvents"),
    "AmazonEC2ContainerRegistryPowerUser": (
        *_ECR_READ,
        *("ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"),
        "ecr:PutImage",
    ),
    "AmazonEC2ContainerRegistryReadOnly": _ECR_READ,
    "service-role/AWSLambdaBasicExecutionRole": _LOGS,
    "service-role/AWSLambdaVPCAccessExecutionRole": (
        *_LOGS,
        *("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
        *("ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses"),
        "ec2:UnassignPrivateIpAddresses",
    ),
    "service-role/AmazonECSTaskExecutionRolePolicy": (
        *("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability"),
        *("ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"),
        *("logs:CreateLogStream", "logs:PutLogEvents"),
    ),
}


def managed_policy(arn: str) -> tuple[str, ...] | None:
    """Return the actions that a policy of AWS's own allows; None: not known here.

    Args:
        arn: the policy's ARN, of which the partition may be anything.

    """
    _, own, name = arn.partition(":iam::aws:policy/")
    return MANAGED_POLICIES.get(name) if own else None
