"""The book edition: what chapter 13 of "Docker in AWS" deploys, as of 2018."""

from collections.abc import Callable
from functools import partial
from typing import Any

from cfn_pipeline.editions.edition import Edition, StackFile, from_pipeline
from cfn_pipeline.editions.todobackend import ContainerOf2018, todobackend_of_the_book
from cfn_pipeline.errors import EditionError
from cfn_pipeline.files.buildspec import buildspec
from cfn_pipeline.files.configuration import configuration
from cfn_pipeline.files.dockerfile import installing_by_pip
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.approval import Approval
from cfn_pipeline.model.aspects import (
    ExistingSecret,
    GeneratedSecret,
    Migration,
    Network,
    Service,
)
from cfn_pipeline.model.compute import Ec2
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.database import MySql
from cfn_pipeline.model.delivery import (
    continuous_delivery,
    continuous_deployment,
    continuous_integration,
)
from cfn_pipeline.model.load_balancers import LoadBalancer
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.scaling import ScalableTarget
from cfn_pipeline.model.sources import GitHubOAuth
from cfn_pipeline.model.strategies import Rolling
from cfn_pipeline.model.volumes import HostVolume
from cfn_pipeline.stacks.application.container_capacity import add_container_capacity
from cfn_pipeline.stacks.application.containers import container
from cfn_pipeline.stacks.application.database import Engine, database
from cfn_pipeline.stacks.application.draining import add_draining
from cfn_pipeline.stacks.application.inline_function import InlineFunction, inline_function
from cfn_pipeline.stacks.application.interfaces import Capacity
from cfn_pipeline.stacks.application.launch_configuration import launch_configuration
from cfn_pipeline.stacks.application.load_balancer import http_load_balancer
from cfn_pipeline.stacks.application.migration import migration_of_any_task
from cfn_pipeline.stacks.application.network import network
from cfn_pipeline.stacks.application.scaling import step_scaling
from cfn_pipeline.stacks.application.secrets import custom_resource
from cfn_pipeline.stacks.application.service import service
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.application.strategies import rolling
from cfn_pipeline.stacks.application.volumes import host_volume
from cfn_pipeline.stacks.arns import LITERAL_ARNS
from cfn_pipeline.stacks.delivery.broad_iam import broad_iam_template
from cfn_pipeline.stacks.delivery.codebuild import wizard_codebuild_template
from cfn_pipeline.stacks.delivery.ecr import open_ecr_template
from cfn_pipeline.stacks.delivery.kms import secrets_key_template
from cfn_pipeline.stacks.delivery.pipeline import plain_pipeline_template

_NAMED_IAM = ["CAPABILITY_NAMED_IAM"]


def _in_one_account(
    describe: Callable[..., Pipeline], **options: Any
) -> Callable[[Application], Pipeline]:
    """Return what describes the pipeline of an application that is in one account and region."""

    def described(application: Application) -> Pipeline:
        places = application.places
        around = (a for e in application.environments for a in (*e.before, *e.after))
        if not places.is_home_only or places.regions or any(a.action_role for a in around):
            raise EditionError(
                f"{application.where}: the book edition deploys to the account and region of the "
                "pipeline; remove account, region and action_role, or use the edition current"
            )
        for environment in application.environments:
            approval = environment.approval
            # It has no notifications, and so none that could describe changes.
            if isinstance(approval, Approval) and approval.approve_empty:
                raise EditionError(
                    f"{application.where}, {environment.where}: the book edition has no "
                    "approve_empty; remove it, or use the edition current"
                )
        return describe(application, source=GitHubOAuth, pipeline_type="V1", **options)

    return described


_INTEGRATION = _in_one_account(continuous_integration)
_DEPLOYMENT, _DELIVERY = (
    _in_one_account(pipeline, capabilities=_NAMED_IAM)
    for pipeline in (continuous_deployment, continuous_delivery)
)


def _instances(stack: ApplicationStack, compute: Ec2) -> Capacity:
    capacity = launch_configuration(stack, compute, instance_type="t2.micro", key_name="admin")
    add_draining(stack)
    add_container_capacity(stack)
    return capacity


BOOK = Edition(
    name="book",
    summary='what chapter 13 of "Docker in AWS" deploys, as of 2018',
    application=todobackend_of_the_book,
    arns=LITERAL_ARNS,
    parts={
        Network: partial(network, subnets="Target subnets for EC2 instances"),
        LoadBalancer: http_load_balancer,
        Rolling: rolling,
        Service: service,
        Container: container,
        ContainerOf2018: container,
        Migration: migration_of_any_task,
        HostVolume: host_volume,
        InlineFunction: partial(inline_function, runtime="python3.6", timeout=300),
        MySql: partial(
            database,
            engine=Engine(
                name="MySQL",
                version="5.7",
                instance_class="db.t2.micro",
                storage_type="gp2",
                allocated_storage=10,
            ),
        ),
        GeneratedSecret: custom_resource,
        ExistingSecret: custom_resource,
        Ec2: _instances,
        ScalableTarget: step_scaling,
    },
    capabilities=_NAMED_IAM,
    delivery=[
        StackFile(file="kms.yml", stack="kms", build=secrets_key_template),
        StackFile(file="ecr.yml", stack="ecr-repositories", build=open_ecr_template),
        StackFile(
            file="iam.yml",
            stack="{application}-iam",
            capabilities=_NAMED_IAM,
            build=from_pipeline(_DELIVERY, broad_iam_template),
        ),
        StackFile(
            file="codebuild.yml",
            stack="{application}-codebuild",
            build=wizard_codebuild_template,
        ),
        StackFile(
            file="pipeline-integration.yml",
            stack="{application}-pipeline",
            build=from_pipeline(_INTEGRATION, plain_pipeline_template),
        ),
        StackFile(
            file="pipeline-deployment.yml",
            stack="{application}-pipeline",
            build=from_pipeline(_DEPLOYMENT, plain_pipeline_template),
        ),
        StackFile(
            file="pipeline.yml",
            stack="{application}-pipeline",
            build=from_pipeline(_DELIVERY, plain_pipeline_template),
        ),
    ],
    files={
        "buildspec.yml": partial(
            buildspec,
            docker=[
                (
                    "nohup /usr/local/bin/dockerd --host=unix:///var/run/docker.sock "
                    "--storage-driver=overlay &"
                ),
                'timeout -t 15 sh -c "until docker info; do echo .; sleep 1; done"',
            ],
        ),
        "Dockerfile.codebuild": partial(installing_by_pip, base="docker:dind"),
    },
    configuration=configuration,
)
