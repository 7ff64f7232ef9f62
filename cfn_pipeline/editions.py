"""The editions: one system, built in one way or another. All differences between them are here.

An edition names, for each template, the parts that make it and the data that they are given.
"""

from collections.abc import Callable
from functools import partial

from troposphere import Sub, Template

from cfn_pipeline.errors import EditionError
from cfn_pipeline.files.buildspec import buildspec
from cfn_pipeline.files.configuration import configuration
from cfn_pipeline.files.dockerfile import installing_by_pip
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.delivery import (
    continuous_delivery,
    continuous_deployment,
    continuous_integration,
)
from cfn_pipeline.model.edition import Edition, StackFile
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import GitHubOAuth
from cfn_pipeline.model.todobackend import todobackend_of_the_book
from cfn_pipeline.resources import ec2
from cfn_pipeline.stacks.application import application_template
from cfn_pipeline.stacks.application.capacity import launch_configuration
from cfn_pipeline.stacks.application.capacity_scaling import by_container_capacity
from cfn_pipeline.stacks.application.containers import reading_the_secret
from cfn_pipeline.stacks.application.database import database
from cfn_pipeline.stacks.application.draining import by_lifecycle_hook
from cfn_pipeline.stacks.application.load_balancer import load_balancer
from cfn_pipeline.stacks.application.migration import migration
from cfn_pipeline.stacks.application.network import network
from cfn_pipeline.stacks.application.scaling import step_scaling
from cfn_pipeline.stacks.application.secrets import custom_resource
from cfn_pipeline.stacks.application.service import service
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.codebuild import codebuild_template
from cfn_pipeline.stacks.ecr import ecr_template
from cfn_pipeline.stacks.iam import iam_template
from cfn_pipeline.stacks.kms import secrets_key_template
from cfn_pipeline.stacks.pipeline import pipeline_template

__all__ = ["BOOK", "EDITIONS", "edition"]

_NAMED_IAM = ("CAPABILITY_NAMED_IAM",)


def _iam(described: Callable[[Application], Pipeline], arns: Arns) -> Callable[..., Template]:
    return lambda app: iam_template(described(app), arns=arns)


def _pipeline(described: Callable[[Application], Pipeline]) -> Callable[..., Template]:
    return lambda app: pipeline_template(described(app))


_BOOK_ARNS = Arns("aws")
_BOOK_RUNTIME = "python3.6"
_BOOK_DELIVERY = partial(continuous_delivery, source=GitHubOAuth, pipeline_type="V1")

BOOK = Edition(
    name="book",
    summary='what chapter 13 of "Docker in AWS" deploys, as of 2018',
    application=todobackend_of_the_book,
    stacks=[
        StackFile(file="kms.yml", stack="kms", build=secrets_key_template),
        StackFile(
            file="ecr.yml",
            stack="ecr-repositories",
            build=partial(ecr_template, policy_version="2008-10-17"),
        ),
        StackFile(
            file="iam.yml",
            stack="{application}-iam",
            build=_iam(_BOOK_DELIVERY, _BOOK_ARNS),
            capabilities=_NAMED_IAM,
        ),
        StackFile(file="codebuild.yml", stack="{application}-codebuild", build=codebuild_template),
        StackFile(
            file="pipeline-integration.yml",
            stack="{application}-pipeline",
            build=_pipeline(
                partial(continuous_integration, source=GitHubOAuth, pipeline_type="V1")
            ),
        ),
        StackFile(
            file="pipeline-deployment.yml",
            stack="{application}-pipeline",
            build=_pipeline(partial(continuous_deployment, source=GitHubOAuth, pipeline_type="V1")),
        ),
        StackFile(
            file="pipeline.yml",
            stack="{application}-pipeline",
            build=_pipeline(_BOOK_DELIVERY),
        ),
        StackFile(
            file="stack.yml",
            stack="{application}-{environment}",
            capabilities=_NAMED_IAM,
            build=partial(
                application_template,
                parts=[
                    partial(
                        network,
                        instance_ingress=[ec2.rule(protocol="tcp", port=22, cidr="0.0.0.0/0")],
                    ),
                    load_balancer,
                    partial(
                        service,
                        arns=_BOOK_ARNS,
                        define=reading_the_secret,
                        role=Sub(
                            "arn:aws:iam::${AWS::AccountId}:role/aws-service-role/"
                            "ecs.amazonaws.com/AWSServiceRoleForECS"
                        ),
                    ),
                    partial(migration, runtime=_BOOK_RUNTIME, define=reading_the_secret),
                    partial(
                        database,
                        engine="MySQL",
                        engine_version="5.7",
                        instance_class="db.t2.micro",
                        storage_type="gp2",
                        availability_zone=Sub("${AWS::Region}a"),
                    ),
                    partial(custom_resource, runtime=_BOOK_RUNTIME, arns=_BOOK_ARNS),
                    partial(
                        launch_configuration,
                        arns=_BOOK_ARNS,
                        instance_type="t2.micro",
                        key_name="admin",
                    ),
                    partial(by_lifecycle_hook, runtime=_BOOK_RUNTIME, arns=_BOOK_ARNS),
                    partial(by_container_capacity, runtime=_BOOK_RUNTIME),
                    step_scaling,
                ],
            ),
        ),
    ],
    files={
        "buildspec.yml": partial(
            buildspec, timeout="timeout -t 15", daemon_options="--storage-driver=overlay"
        ),
        "Dockerfile.codebuild": partial(installing_by_pip, base="docker:dind"),
    },
    configuration=configuration,
)

EDITIONS = {edition.name: edition for edition in (BOOK,)}


def edition(name: str) -> Edition:
    """Return the edition of that name.

    Raises:
        EditionError: there is none.

    """
    try:
        return EDITIONS[name]
    except KeyError:
        known = ", ".join(EDITIONS)
        raise EditionError(f"there is no edition {name!r}; there is {known}") from None
