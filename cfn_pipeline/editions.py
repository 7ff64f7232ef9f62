"""The editions: one system, built in one way or another. How they differ is all here.

An edition names, for each template, the parts that make it and the data that they are given. What
differs in the example that each renders stands in ``model/todobackend.py``.
"""

from collections.abc import Callable
from functools import partial

from troposphere import GetAtt, Ref, Sub, Template

from cfn_pipeline.errors import EditionError
from cfn_pipeline.files.buildspec import buildspec
from cfn_pipeline.files.configuration import configuration, protected_configuration
from cfn_pipeline.files.dockerfile import installing_by_apk, installing_by_pip
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.delivery import (
    continuous_delivery,
    continuous_deployment,
    continuous_integration,
)
from cfn_pipeline.model.edition import Edition, StackFile
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import GitHubOAuth
from cfn_pipeline.model.todobackend import todobackend, todobackend_of_the_book
from cfn_pipeline.resources import ec2
from cfn_pipeline.resources.rds import Engine
from cfn_pipeline.stacks import iam
from cfn_pipeline.stacks.application import Part, application_template, ids
from cfn_pipeline.stacks.application.boundary import within_boundary
from cfn_pipeline.stacks.application.capacity import capacity_provider, launch_configuration
from cfn_pipeline.stacks.application.capacity_scaling import by_container_capacity
from cfn_pipeline.stacks.application.containers import (
    handed_the_secret,
    reading_the_secret,
    secret_reader,
    task_and_execution_roles,
)
from cfn_pipeline.stacks.application.database import Protection, database
from cfn_pipeline.stacks.application.draining import by_lifecycle_hook
from cfn_pipeline.stacks.application.inline_function import FunctionSettings
from cfn_pipeline.stacks.application.load_balancer import (
    forwarding_listener,
    http_load_balancer,
    https_load_balancer,
)
from cfn_pipeline.stacks.application.migration import (
    migration,
    running_any_task,
    running_the_migration,
)
from cfn_pipeline.stacks.application.network import ANYWHERE, network, nowhere
from cfn_pipeline.stacks.application.scaling import step_scaling, target_tracking
from cfn_pipeline.stacks.application.secrets import (
    custom_resource,
    dynamic_reference,
    from_custom_resource,
    generated,
)
from cfn_pipeline.stacks.application.service import Rollout, service
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.codebuild import codebuild_template, wizard_codebuild_template
from cfn_pipeline.stacks.ecr import ecr_template, open_ecr_template
from cfn_pipeline.stacks.exemptions import exempted
from cfn_pipeline.stacks.kms import key_template, secrets_key_template
from cfn_pipeline.stacks.pipeline import pipeline_template, plain_pipeline_template

__all__ = ["BOOK", "CURRENT", "EDITIONS", "edition"]


def _of(
    describe: Callable[[Application], Pipeline], build: Callable[[Pipeline], Template]
) -> Callable[[Application], Template]:
    """Build a template from the pipeline that delivers an application."""
    return lambda application: build(describe(application))


# The book -----------------------------------------------------------------------------------

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
            build=_of(
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
            build=_of(_BOOK_INTEGRATION, plain_pipeline_template),
        ),
        StackFile(
            file="pipeline-deployment.yml",
            stack="{application}-pipeline",
            build=_of(_BOOK_DEPLOYMENT, plain_pipeline_template),
        ),
        StackFile(
            file="pipeline.yml",
            stack="{application}-pipeline",
            build=_of(_BOOK_DELIVERY, plain_pipeline_template),
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


# Current ------------------------------------------------------------------------------------

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
            build=exempted(
                lambda app: iam.iam_template(
                    continuous_delivery(app),
                    arns=_ARNS,
                    pull=app.build_image_repository_name,
                    push=app.image_repository_name,
                    deploys=[application_template(app, parts=_PARTS)],
                )
            ),
        ),
        StackFile(
            file="codebuild.yml",
            stack="{application}-codebuild",
            build=exempted(partial(codebuild_template, arns=_ARNS)),
        ),
        StackFile(
            file="pipeline.yml",
            stack="{application}-pipeline",
            build=exempted(_of(continuous_delivery, partial(pipeline_template, arns=_ARNS))),
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

EDITIONS = {edition.name: edition for edition in (CURRENT, BOOK)}


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
