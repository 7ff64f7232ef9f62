"""The role of a CodeBuild project."""

from collections.abc import Iterator, Sequence

from awacs.aws import Statement
from troposphere import Ref
from troposphere.iam import Role

from cfn_pipeline.model.build import Build
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.application import get_secrets, log_in_to_ecr, pull_images, push_images
from cfn_pipeline.policies.builds import (
    join_vpc,
    use_artifacts_of_builds,
    use_cache,
    write_build_logs,
    write_reports,
)
from cfn_pipeline.policies.documents import document, from_account, trust
from cfn_pipeline.policies.keys import encrypt_artifacts, encrypt_logs
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.delivery.artifacts import cache_bucket_name


def build_role(
    project: str,
    *,
    bucket: str,
    title: str = "BuildRole",
    reads: Sequence[str] = ("*",),
    writes: Sequence[str] = ("*",),
    key: Value | None = None,
    pull: str | None = None,
    push: str | None = None,
    build: Build | None = None,
    arns: Arns = ARNS,
) -> Role:
    """Make the role of the builds of one project, which only this project can have.

    It can log, use the artifacts of a pipeline, pull one image and push to one repository. The log
    group ``/aws/codebuild/<project>`` must exist.

    >>> from troposphere import Template
    >>> from cfn_pipeline import Build, Report, build_role
    >>> template = Template()
    >>> build = Build(secrets={"TOKEN": "orders/token"}, reports={"unit": Report("*.xml")})
    >>> role = build_role("orders", bucket="acme-artifacts", push="acme/orders", build=build)
    >>> template.add_resource(role).title
    'BuildRole'

    Args:
        project: its name.
        bucket: the name of the artifact bucket, which may have pseudo parameters.
        title: the logical id.
        reads: patterns of the objects that builds read; absent: all.
        writes: patterns of those that they write; absent: all. A build that may write what another
            action uses, such as a template, can change it.
        key: the ARN of the key of artifacts and logs; absent: S3's and CloudWatch's own.
        pull: the repository of the image in which it builds; absent: one of CodeBuild's images.
        push: the repository of the images that it builds; absent: it makes none.
        build: whose secrets, cache, reports and VPC the role can use; absent: it has none.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    """
    logs = f"log-group:/aws/codebuild/{project}"
    objects = [[arns.bucket(f"{bucket}/{pattern}") for pattern in p] for p in (reads, writes)]
    through = arns.service("s3"), arns.service("logs")
    images = []
    if pull is not None:
        repository = arns.regional("ecr", f"repository/{pull}")
        images += pull_images(repository, sid="PullBuildImage")
    if push is not None:
        images += [] if images else [log_in_to_ecr()]
        images.append(push_images(arns.regional("ecr", f"repository/{push}")))
    return role(
        title,
        description=f"CodeBuild, building {project}",
        trust=trust(
            "codebuild.amazonaws.com",
            from_account(Ref("AWS::AccountId"), arns.regional("codebuild", f"project/{project}")),
        ),
        policies={
            "BuildPermissions": document(
                write_build_logs(
                    [arns.regional("logs", logs), arns.regional("logs", f"{logs}:log-stream:*")]
                ),
                *use_artifacts_of_builds(arns.bucket(bucket), *objects),
                *(() if key is None else encrypt_artifacts(key, through=through[0])),
                *(() if key is None else [encrypt_logs(key, through=through[1])]),
                *images,
                *(() if build is None else _of_build(build, project, arns)),
            )
        },
    )


def _of_build(build: Build, project: str, arns: Arns) -> Iterator[Statement]:
    """Return what a build uses besides: secrets, cache, reports, VPC."""
    if build.secret_names:
        secrets = [f"secret:{secret}-??????" for secret in build.secret_names]
        yield get_secrets([arns.regional("secretsmanager", secret) for secret in secrets])
    if build.has_cache_bucket:
        cache = cache_bucket_name(project)
        yield from use_cache(arns.bucket(cache), arns.bucket(f"{cache}/*"))
    if build.reports:
        groups = [f"report-group/{project}-{name}" for name in build.reports]
        yield write_reports(
            [arns.regional("codebuild", group) for group in groups],
            coverage=any(report.is_coverage for report in build.reports.values()),
        )
    if build.vpc is not None:
        yield from join_vpc(
            interfaces=arns.regional("ec2", "network-interface/*"),
            subnets=[arns.regional("ec2", f"subnet/{subnet}") for subnet in build.vpc.subnets],
            security_groups=[
                arns.regional("ec2", f"security-group/{group}")
                for group in build.vpc.security_groups
            ],
        )
