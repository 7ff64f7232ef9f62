"""Regions without connections, against the endpoints that botocore knows."""

import boto3
import pytest

from cfn_pipeline.aws.regions import WITHOUT_CONNECTIONS


def regions(service: str, partition: str) -> set[str]:
    return set(boto3.session.Session().get_available_regions(service, partition_name=partition))


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_regions_with_codepipeline_and_without_connections(partition: str) -> None:
    pipelines = regions("codepipeline", partition)
    assert pipelines
    lacking = pipelines - regions("codestar-connections", partition)
    # AWS's page says that it has none; some versions of botocore have an endpoint.
    assert lacking - {"us-gov-west-1"} == (WITHOUT_CONNECTIONS & pipelines) - {"us-gov-west-1"}


def test_every_region_exists() -> None:
    partitions = ("aws", "aws-cn", "aws-us-gov")
    assert set().union(*(regions("codepipeline", p) for p in partitions)) >= WITHOUT_CONNECTIONS
