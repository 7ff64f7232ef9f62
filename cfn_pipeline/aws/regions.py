"""The partitions of regions, and regions that lack a service which others have.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

Through a connection, CodePipeline reads GitHub, GitLab, Bitbucket and Azure DevOps. One connection
serves all regions that have the service.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
"""

#: Regions with CodePipeline, and without connections: the page's list, and those of which botocore
#: (1.43) knows no endpoint, as in China. About us-gov-west-1 botocore's versions differ.
WITHOUT_CONNECTIONS = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-northeast-3",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "cn-north-1",
        "cn-northwest-1",
        "eu-central-2",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "us-gov-west-1",
    }
)

#: What the names of regions begin with, by partition; all others are in ``aws``.
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}


def partition_of(region: str) -> str:
    """Return the partition of a region, as ARNs begin with it."""
    return next((p for begin, p in _PARTITIONS.items() if region.startswith(begin)), "aws")
