"""The current edition: the same system as it is deployed today."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from troposphere import GetAtt, Ref, Template

from cfn_pipeline.editions.edition import Edition, StackFile, from_pipeline
from cfn_pipeline.editions.todobackend import todobackend
from cfn_pipeline.files.buildspec import buildspec
from cfn_pipeline.files.configuration import protected_configuration
from cfn_pipeline.files.dockerfile import installing_by_apk
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.delivery import (
    continuous_delivery,
)
from cfn_pipeline.resources import ec2
from cfn_pipeline.resources.rds import Engine
from cfn_pipeline.stacks.application import Part, application_template, ids
from cfn_pipeline.stacks.application.boundary import within_boundary
from cfn_pipeline.stacks.application.capacity import capacity_provider
from cfn_pipeline.stacks.application.containers import (
    handed_the_secret,
    task_and_execution_roles,
)
from cfn_pipeline.stacks.application.database import Protection, database
from cfn_pipeline.stacks.application.inline_function import FunctionSettings
from cfn_pipeline.stacks.application.load_balancer import (
    forwarding_listener,
    https_load_balancer,
)
from cfn_pipeline.stacks.application.migration import (
    migration,
    running_the_migration,
)
from cfn_pipeline.stacks.application.network import ANYWHERE, network, nowhere
from cfn_pipeline.stacks.application.scaling import target_tracking
from cfn_pipeline.stacks.application.secrets import (
    dynamic_reference,
    generated,
)
from cfn_pipeline.stacks.application.service import Rollout, service
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.delivery import iam
from cfn_pipeline.stacks.delivery.codebuild import codebuild_template
from cfn_pipeline.stacks.delivery.ecr import ecr_template
from cfn_pipeline.stacks.delivery.kms import key_template
from cfn_pipeline.stacks.delivery.pipeline import pipeline_template
from cfn_pipeline.stacks.exemptions import exempted

__all__ = ["CURRENT"]


_ARNS = Arns()
_DEFINE = partial(handed_the_secret, arns=_ARNS)
_FUNCTIONS = FunctionSettings(runtime="python3.14", timeout_seconds=900, encrypted_logs=True)

_PARTS: list[Part] = [
    partial(
        network,
        load_balancer_ingress=[
            ec2.rule(
                description="HTTP, redirected where there is a certificate",
                protocol="tcp",
                port=80,
                cidr=ANYWHERE,
            ),
            ec2.rule(description="HTTPS", protocol="tcp", port=443, cidr=ANYWHERE),
        ],
        load_balancer_egress=[nowhere("The load balancer calls containers alone")],
        instance_egress=[
            ec2.rule(
                description="AWS's services",
                protocol="tcp",
                port=443,
                cidr=ANYWHERE,
            )
        ],
    ),
    https_load_balancer,
    partial(
        service,
        define=_DEFINE,
        roles=partial(task_and_execution_roles, arns=_ARNS),
        rollout=Rollout(
            after=(ids.CLUSTER_CAPACITY,),
            listener=forwarding_listener(),
            capacity_provider=Ref(ids.CAPACITY_PROVIDER),
            execution_role=GetAtt(ids.EXECUTION_ROLE, "Arn"),
            circuit_breaker=True,
            grace_seconds=60,
            count_may_be_absent=True,
            encrypted_logs=True,
        ),
    ),
    partial(
        migration,
        settings=_FUNCTIONS,
        define=_DEFINE,
        permissions=partial(running_the_migration, arns=_ARNS),
        after=[ids.CLUSTER_CAPACITY],
        execution_role=GetAtt(ids.EXECUTION_ROLE, "Arn"),
        timeout_seconds=960,
    ),
    partial(
        database,
        engine=Engine(
            name="mysql",
            version="8.4.11",
            instance_class="db.t4g.micro",
            storage_type="gp3",
            allocated_storage=20,
        ),
        password=dynamic_reference,
        protection=Protection(backup_days=7, logs=("error",), arns=_ARNS),
    ),
    generated,
    partial(
        capacity_provider,
        arns=_ARNS,
        instance_type="t3.micro",
        image_parameter=("/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
        volume_gib=30,
    ),
    partial(target_tracking, cpu_percent=50),
    within_boundary,
]


def _iam_template(application: Application, stack: Mapping[str, Any]) -> Template:
    return iam.iam_template(
        continuous_delivery(application),
        arns=_ARNS,
        pull=application.build_image_repository_name,
        push=application.image_repository_name,
        deploys=[stack],
    )


CURRENT = Edition(
    name="current",
    summary="the same system as it is deployed today",
    application=todobackend,
    stacks=[
        StackFile(
            file="kms.yml",
            stack="{application}-kms",
            build=exempted(partial(key_template, arns=_ARNS)),
        ),
        StackFile(
            file="ecr.yml",
            stack="{application}-ecr",
            build=exempted(partial(ecr_template, arns=_ARNS)),
        ),
        StackFile(
            file="iam.yml",
            stack="{application}-iam",
            capabilities=["CAPABILITY_IAM"],
            build=exempted(_iam_template),
            deploys=["stack.yml"],
        ),
        StackFile(
            file="codebuild.yml",
            stack="{application}-codebuild",
            build=exempted(partial(codebuild_template, arns=_ARNS)),
        ),
        StackFile(
            file="pipeline.yml",
            stack="{application}-pipeline",
            build=exempted(
                from_pipeline(continuous_delivery, partial(pipeline_template, arns=_ARNS))
            ),
        ),
        StackFile(
            file="stack.yml",
            stack="{application}-{environment}",
            capabilities=["CAPABILITY_IAM"],
            build=exempted(partial(application_template, parts=_PARTS)),
        ),
    ],
    files={
        "buildspec.yml": partial(
            buildspec, wait="timeout 15", daemon="--host=unix:///var/run/docker.sock"
        ),
        "Dockerfile.codebuild": partial(installing_by_apk, base="docker:29-dind"),
    },
    configuration=protected_configuration,
)
