"""The permissions of builds: logs, artifacts, and what a build may have besides.

https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
"""

from collections.abc import Iterator, Sequence

from awacs import ec2, logs, s3
from awacs.aws import Action, ArnEquals, Condition, Statement, StringEquals

from cfn_pipeline.aws.codebuild import COVERAGE_CALL, NETWORK_READING_CALLS, REPORT_CALLS
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.delivery import find_bucket
from cfn_pipeline.policies.documents import allow


def use_artifacts_of_builds(
    bucket: Value, inputs: Sequence[Value], outputs: Sequence[Value]
) -> Iterator[Statement]:
    """Read what builds are given and write what they make, and no other artifact of a pipeline.

    Args:
        bucket: the artifact bucket.
        inputs: the objects of the artifacts that builds read.
        outputs: the objects of those that they make.

    """
    yield find_bucket(bucket)
    if inputs:
        yield allow(s3.GetObject, s3.GetObjectVersion, on=inputs, sid="ReadArtifacts")
    if outputs:
        yield allow(s3.PutObject, on=outputs, sid="WriteArtifacts")


def make_build_logs(groups: Value) -> Statement:
    """Make a build's log group and write to it; ``groups`` covers the group and its streams."""
    return allow(
        logs.CreateLogGroup,
        logs.CreateLogStream,
        logs.PutLogEvents,
        on=groups,
        sid="WriteBuildLogs",
    )


def write_build_logs(group: Sequence[Value]) -> Statement:
    """Write to a build's log group; ``group``: the group and its streams."""
    return allow(logs.CreateLogStream, logs.PutLogEvents, on=group, sid="WriteBuildLogs")


def use_cache(bucket: Value, objects: Value) -> list[Statement]:
    """Keep files of a build in a bucket for the next one.

    https://docs.aws.amazon.com/codebuild/latest/userguide/caching-s3.html
    """
    return [
        allow(
            s3.GetBucketAcl,
            s3.GetBucketLocation,
            s3.ListBucket,
            on=bucket,
            sid="FindCache",
        ),
        allow(s3.GetObject, s3.GetObjectVersion, s3.PutObject, on=objects, sid="UseCache"),
    ]


def write_reports(groups: Sequence[Value], *, coverage: bool) -> Statement:
    """Make report groups and write to them; ``coverage``: also reports of code coverage."""
    calls = (*REPORT_CALLS, COVERAGE_CALL) if coverage else REPORT_CALLS
    return allow(*map(_action, calls), on=groups, sid="WriteReports")


def join_vpc(
    *, interfaces: Value, subnets: Sequence[Value], security_groups: Sequence[Value]
) -> list[Statement]:
    """Make the network interfaces of builds in certain subnets, and let CodeBuild use them.

    https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html

    Args:
        interfaces: every network interface.
        subnets: in which builds run.
        security_groups: of their interfaces.

    """
    in_subnets = ArnEquals({"ec2:Subnet": list(subnets)})
    for_codebuild = StringEquals({"ec2:AuthorizedService": "codebuild.amazonaws.com"})
    return [
        # EC2 binds these to no resource.
        allow(*map(_action, NETWORK_READING_CALLS), sid="FindNetworks"),
        allow(
            ec2.CreateNetworkInterface,
            on=[interfaces, *subnets, *security_groups],
            sid="CreateNetworkInterfaces",
        ),
        allow(
            ec2.DeleteNetworkInterface,
            on=interfaces,
            sid="DeleteNetworkInterfaces",
            condition=Condition(in_subnets),
        ),
        allow(
            ec2.CreateNetworkInterfacePermission,
            on=interfaces,
            sid="LendNetworkInterfaces",
            condition=Condition([for_codebuild, in_subnets]),
        ),
    ]


def _action(call: str) -> Action:
    return Action(*call.split(":"))
