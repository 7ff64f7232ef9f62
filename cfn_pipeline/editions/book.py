"""The book edition: what chapter 13 of "Docker in AWS" deploys, as of 2018."""

from functools import partial

from troposphere import Sub

from cfn_pipeline.editions.edition import Edition, StackFile, from_pipeline
from cfn_pipeline.editions.todobackend import todobackend_of_the_book
from cfn_pipeline.files.buildspec import buildspec
from cfn_pipeline.files.configuration import configuration
from cfn_pipeline.files.dockerfile import installing_by_pip
from cfn_pipeline.model.delivery import (
    continuous_delivery,
    continuous_deployment,
    continuous_integration,
)
from cfn_pipeline.model.sources import GitHubOAuth
from cfn_pipeline.resources import ec2
from cfn_pipeline.resources.rds import Engine
from cfn_pipeline.stacks.application import Part, application_template, ids
from cfn_pipeline.stacks.application.capacity import launch_configuration
from cfn_pipeline.stacks.application.capacity_scaling import by_container_capacity
from cfn_pipeline.stacks.application.containers import (
    reading_the_secret,
    secret_reader,
)
from cfn_pipeline.stacks.application.database import database
from cfn_pipeline.stacks.application.draining import by_lifecycle_hook
from cfn_pipeline.stacks.application.inline_function import FunctionSettings
from cfn_pipeline.stacks.application.load_balancer import (
    http_load_balancer,
)
from cfn_pipeline.stacks.application.migration import (
    migration,
    running_any_task,
)
from cfn_pipeline.stacks.application.network import ANYWHERE, network
from cfn_pipeline.stacks.application.scaling import step_scaling
from cfn_pipeline.stacks.application.secrets import (
    custom_resource,
    from_custom_resource,
)
from cfn_pipeline.stacks.application.service import Rollout, service
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.delivery import iam
from cfn_pipeline.stacks.delivery.codebuild import wizard_codebuild_template
from cfn_pipeline.stacks.delivery.ecr import open_ecr_template
from cfn_pipeline.stacks.delivery.kms import secrets_key_template
from cfn_pipeline.stacks.delivery.pipeline import plain_pipeline_template

__all__ = ["BOOK"]


_BOOK_ARNS = Arns("aws", "amazonaws.com")
_BOOK_FUNCTIONS = FunctionSettings(runtime="python3.6")
_BOOK_DEFINE = partial(reading_the_secret, arns=_BOOK_ARNS)
_BOOK_INTEGRATION = partial(continuous_integration, source=GitHubOAuth, pipeline_type="V1")
_BOOK_DEPLOYMENT = partial(
    continuous_deployment,
    source=GitHubOAuth,
    pipeline_type="V1",
    capabilities=["CAPABILITY_NAMED_IAM"],
)
_BOOK_DELIVERY = partial(
    continuous_delivery,
    source=GitHubOAuth,
    pipeline_type="V1",
    capabilities=["CAPABILITY_NAMED_IAM"],
)

_BOOK_PARTS: list[Part] = [
    partial(
        network,
        load_balancer_ingress=[ec2.rule(protocol="tcp", port=80, cidr=ANYWHERE)],
        instance_ingress=[ec2.rule(protocol="tcp", port=22, cidr=ANYWHERE)],
        instance_egress=[
            ec2.rule(protocol="udp", port=53, cidr=ANYWHERE),
            ec2.rule(protocol="tcp", port=80, cidr=ANYWHERE),
            ec2.rule(protocol="tcp", port=443, cidr=ANYWHERE),
        ],
        subnets_description="Target subnets for EC2 instances",
        described=False,
    ),
    http_load_balancer,
    partial(
        service,
        define=_BOOK_DEFINE,
        roles=partial(secret_reader, arns=_BOOK_ARNS),
        rollout=Rollout(
            after=(ids.INSTANCES, ids.LISTENER),
            role=Sub(
                "arn:aws:iam::${AWS::AccountId}:role/aws-service-role/"
                "ecs.amazonaws.com/AWSServiceRoleForECS"
            ),
            count_description="Desired EC2 instance count",
            counted=True,
            default_tag="latest",
        ),
    ),
    partial(
        migration,
        settings=_BOOK_FUNCTIONS,
        define=_BOOK_DEFINE,
        permissions=running_any_task,
        after=[ids.INSTANCES],
    ),
    partial(
        database,
        engine=Engine(
            name="MySQL",
            version="5.7",
            instance_class="db.t2.micro",
            storage_type="gp2",
            allocated_storage=10,
        ),
        password=from_custom_resource,
        availability_zone=Sub("${AWS::Region}a"),
    ),
    partial(custom_resource, settings=_BOOK_FUNCTIONS, arns=_BOOK_ARNS),
    partial(
        launch_configuration,
        arns=_BOOK_ARNS,
        instance_type="t2.micro",
        key_name="admin",
    ),
    partial(by_lifecycle_hook, settings=_BOOK_FUNCTIONS, arns=_BOOK_ARNS),
    partial(by_container_capacity, settings=_BOOK_FUNCTIONS),
    step_scaling,
]

BOOK = Edition(
    name="book",
    summary='what chapter 13 of "Docker in AWS" deploys, as of 2018',
    application=todobackend_of_the_book,
    stacks=[
        StackFile(file="kms.yml", stack="kms", build=secrets_key_template),
        StackFile(
            file="ecr.yml",
            stack="ecr-repositories",
            build=partial(open_ecr_template, policy_version="2008-10-17"),
        ),
        StackFile(
            file="iam.yml",
            stack="{application}-iam",
            capabilities=["CAPABILITY_NAMED_IAM"],
            build=from_pipeline(
                _BOOK_DELIVERY,
                partial(
                    iam.roles_template,
                    pipeline_role=partial(
                        iam.pipeline_role, arns=_BOOK_ARNS, name="code-pipeline-{}-service-role"
                    ),
                    build_role=partial(
                        iam.power_user_build_role,
                        arns=_BOOK_ARNS,
                        name="code-build-{}-service-role",
                    ),
                    deployment_role=partial(
                        iam.administrator_role, arns=_BOOK_ARNS, name="cloudformation-deploy"
                    ),
                ),
            ),
        ),
        StackFile(
            file="codebuild.yml",
            stack="{application}-codebuild",
            build=partial(wizard_codebuild_template, arns=_BOOK_ARNS),
        ),
        StackFile(
            file="pipeline-integration.yml",
            stack="{application}-pipeline",
            build=from_pipeline(_BOOK_INTEGRATION, plain_pipeline_template),
        ),
        StackFile(
            file="pipeline-deployment.yml",
            stack="{application}-pipeline",
            build=from_pipeline(_BOOK_DEPLOYMENT, plain_pipeline_template),
        ),
        StackFile(
            file="pipeline.yml",
            stack="{application}-pipeline",
            build=from_pipeline(_BOOK_DELIVERY, plain_pipeline_template),
        ),
        StackFile(
            file="stack.yml",
            stack="{application}-{environment}",
            capabilities=["CAPABILITY_NAMED_IAM"],
            build=partial(application_template, parts=_BOOK_PARTS),
        ),
    ],
    files={
        "buildspec.yml": partial(
            buildspec,
            wait="timeout -t 15",
            daemon="--host=unix:///var/run/docker.sock --storage-driver=overlay",
        ),
        "Dockerfile.codebuild": partial(installing_by_pip, base="docker:dind"),
    },
    configuration=configuration,
)
