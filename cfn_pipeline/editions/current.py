"""The current edition: the same system as it is deployed today."""

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from troposphere import Template

from cfn_pipeline.aws.lambda_functions import PYTHON
from cfn_pipeline.editions.edition import APPLICATION_STACK, Edition, StackFile
from cfn_pipeline.editions.todobackend import todobackend
from cfn_pipeline.errors import ModelError
from cfn_pipeline.files.buildspec import buildspec
from cfn_pipeline.files.configuration import protected_configuration
from cfn_pipeline.files.dockerfile import installing_by_apk, shared_installing_by_apk
from cfn_pipeline.files.makefile import makefile
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.aspects import (
    ExistingSecret,
    GeneratedSecret,
    Migration,
    Network,
    Service,
    Tasks,
)
from cfn_pipeline.model.aurora import AuroraMySql, AuroraPostgreSql
from cfn_pipeline.model.compute import Ec2, Fargate
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.database import MySql, PostgreSql
from cfn_pipeline.model.delivery import continuous_delivery
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.existing_database import ExistingMySql, ExistingPostgreSql
from cfn_pipeline.model.load_balancers import LoadBalancer, SharedLoadBalancer
from cfn_pipeline.model.managed_instances import ManagedInstances
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.scaling import ScalableTarget
from cfn_pipeline.model.scheduled_tasks import ScheduledTasks
from cfn_pipeline.model.sources import Source
from cfn_pipeline.model.strategies import BlueGreen, Canary, Linear, Rolling
from cfn_pipeline.model.volumes import EfsVolume, ExistingEfsVolume, HostVolume
from cfn_pipeline.permissions import stored_parameters
from cfn_pipeline.stacks.application.aurora import aurora_serverless
from cfn_pipeline.stacks.application.capacity_provider import capacity_provider
from cfn_pipeline.stacks.application.containers import confined_container
from cfn_pipeline.stacks.application.database import Engine, protected_database
from cfn_pipeline.stacks.application.existing_database import existing_database
from cfn_pipeline.stacks.application.fargate import fargate
from cfn_pipeline.stacks.application.inline_function import InlineFunction, inline_function
from cfn_pipeline.stacks.application.listener_rule import listener_rule
from cfn_pipeline.stacks.application.load_balancer import https_load_balancer
from cfn_pipeline.stacks.application.managed_instances import managed_instances
from cfn_pipeline.stacks.application.migration import migration
from cfn_pipeline.stacks.application.network import network
from cfn_pipeline.stacks.application.passes import (
    encrypt_log_groups,
    in_path_of_stack,
    within_boundary,
)
from cfn_pipeline.stacks.application.scaling import target_tracking
from cfn_pipeline.stacks.application.scheduled_tasks import scheduled_tasks
from cfn_pipeline.stacks.application.secrets import existing_secret, generated_secret
from cfn_pipeline.stacks.application.service import scaled_service, tasks_alone
from cfn_pipeline.stacks.application.strategies import (
    blue_green,
    canary,
    linear,
    rolling_or_back,
)
from cfn_pipeline.stacks.application.volumes import (
    efs_volume,
    existing_efs_volume,
    host_volume,
)
from cfn_pipeline.stacks.delivery.codebuild import codebuild_template
from cfn_pipeline.stacks.delivery.ecr import ecr_template
from cfn_pipeline.stacks.delivery.iam import iam_template
from cfn_pipeline.stacks.delivery.kms import key_template
from cfn_pipeline.stacks.delivery.pipeline import pipeline_template
from cfn_pipeline.stacks.delivery.regions import artifacts_template, key_parameter
from cfn_pipeline.stacks.environment.home import Home, home_parameters, images_of
from cfn_pipeline.stacks.environment.names import (
    action_role,
    deployment_role,
    environment_stack,
    reader_role,
)
from cfn_pipeline.stacks.environment.separation import separation_problems
from cfn_pipeline.stacks.environment.template import environment_template
from cfn_pipeline.stacks.exemptions import EXEMPTIONS
from cfn_pipeline.stacks.fleet.boundary import within_fleet
from cfn_pipeline.stacks.fleet.delivery import (
    Delivered,
    delivery_template,
    environment_delivery_template,
)
from cfn_pipeline.stacks.key import KEY
from cfn_pipeline.stacks.own import capabilities, own_template
from cfn_pipeline.stacks.shared.templates import shared_templates


def _delivery(application: Application, stack: Mapping[str, Any] | None = None) -> Pipeline:
    needed = capabilities({} if stack is None else stack)
    for latest, with_capabilities, pipeline in _LATEST:
        if latest is application and with_capabilities == needed:
            return pipeline
    pipeline = continuous_delivery(
        application,
        role=deployment_role,
        action_role=action_role,
        reader_role=reader_role,
        capabilities=needed,
    )
    _LATEST.append((application, needed, pipeline))
    return pipeline


#: The pipelines of the latest application: most of its templates are made from them.
_LATEST: deque[tuple[Application, list[str], Pipeline]] = deque(maxlen=2)


def _environment_template(
    application: Application, stack: Mapping[str, Any], *, environment: Environment
) -> Template:
    if environment is application.environments[0]:
        others = [
            entry.stack_name(application)
            for entries in _DELIVERY
            for entry in entries.of(application)
        ]
        ModelError.raise_for(separation_problems(application, stack, others))
    own = application.stack
    stored = _stored_parameters(environment, stack)
    return environment_template(
        application.stack_name(environment),
        deploys=stack,
        boundary=own is None or own.boundary,
        permissions=() if own is None else own.permissions,
        parameters={**environment.parameters, **stored},
        home=_home(application, environment, list(stored.values())),
    )


def _home(
    application: Application, environment: Environment, parameters: Sequence[str]
) -> Home | None:
    """Return where the pipeline is, unless all environments are in its account and region."""
    places = application.places
    if places.is_home_only:
        return None
    role = action_role(application, environment)
    return Home(
        pipeline=application.name,
        actions=[a for a in _delivery(application).actions if a.action_role == role],
        images=images_of(application),
        is_account_other=places.account(environment) is not None,
        is_region_other=places.region(environment) is not None,
        account=application.account,
        region=application.region,
        parameters=parameters,
    )


def _has_own_key(application: Application) -> bool:
    return application.shared is None or not application.shared.key


def _key_template(application: Application) -> Template:
    return key_template(application, pipeline=_delivery(application))


def _artifacts_template(application: Application, *, region: str) -> Template:
    return artifacts_template(_delivery(application), region=region)


def _iam_template(application: Application, stack: Mapping[str, Any]) -> Template:
    return iam_template(
        _delivery(application, stack),
        pull=application.build_image_repository_name if application.has_build_image else None,
        push=application.image_repository_name if application.has_images else None,
        build=application.project,
        parameters=_all_stored_parameters(application, stack),
    )


def _all_stored_parameters(application: Application, stack: Mapping[str, Any]) -> list[str]:
    """Return the names in Systems Manager of stacks that the pipeline's own role deploys."""
    return [
        name
        for environment in application.environments
        if application.places.account(environment) is None
        for name in _stored_parameters(environment, stack).values()
    ]


def _stored_parameters(environment: Environment, stack: Mapping[str, Any]) -> dict[str, str]:
    """Return the names in Systems Manager for which parameters of an environment's stack stand."""
    values = {n: environment.parameters.get(n) or d for n, d in stored_parameters(stack).items()}
    return {parameter: name for parameter, name in values.items() if name is not None}


def _pipeline_template(application: Application, stack: Mapping[str, Any]) -> Template:
    stored = _all_stored_parameters(application, stack)
    return pipeline_template(_delivery(application, stack), parameters=stored)


def _pipeline_capabilities(application: Application) -> Sequence[str]:
    """Return what roles in the pipeline's template need: its own, or those of its events."""
    pipeline = _delivery(application)
    if pipeline.action_roles:
        return ["CAPABILITY_NAMED_IAM"]
    starts = any(isinstance(a, Source) and a.event_pattern for a in pipeline.actions)
    return ["CAPABILITY_IAM"] if starts or pipeline.described_approvals else []


def _regional_keys(application: Application) -> dict[str, tuple[str, str]]:
    """Return the parameters for the keys of other regions, and the outputs that give them."""
    return {
        str(key_parameter(region).title): (f"artifacts-{region}", KEY)
        for region in application.places.regions
    }


def _has_roles(application: Application) -> bool:
    return _has_project(application) or not _delivery(application).action_roles


def _has_project(application: Application) -> bool:
    return application.project is not None


def _has_repositories(application: Application) -> bool:
    return application.has_images or application.makes_build_image


def _has_fleet(application: Application) -> bool:
    return application.fleet is not None


def _delivered(application: Application) -> list[StackFile]:
    """Return the stacks that deliver an application in the account of its pipeline."""
    return [
        stack
        for entry in (*_DELIVERY, _ENVIRONMENTS)
        for stack in entry.of(application)
        if stack.environment is None or application.places.account(stack.environment) is None
    ]


def _delivery_template(application: Application, *templates: Mapping[str, Any]) -> Template:
    places = application.places
    return delivery_template(
        application,
        [
            Delivered(
                stack=stack.stack_name(application),
                region=stack.region
                or (None if stack.environment is None else places.region(stack.environment)),
                template=template,
            )
            for stack, template in zip(_delivered(application), templates, strict=True)
        ],
    )


def _environment_delivery_template(
    application: Application, template: Mapping[str, Any], *, environment: Environment
) -> Template:
    assert application.fleet is not None
    stack = application.stack_name(environment)
    delivered = Delivered(stack=environment_stack(stack), region=None, template=template)
    return environment_delivery_template(application.fleet, stack, delivered)


def _environments_elsewhere(application: Application) -> list[Environment]:
    """Return the environments in other accounts than the pipeline's."""
    places = application.places
    return [e for e in application.environments if places.account(e) is not None]


def _within_fleet(template: Template, application: Application) -> None:
    if application.fleet is not None:
        within_fleet(template, application.fleet)


_ROLE = StackFile(
    file="delivery.yml",
    stack="{application}-delivery",
    capabilities=["CAPABILITY_NAMED_IAM"],
    build=_delivery_template,
    deploys=lambda a: [stack.file for stack in _delivered(a)],
    when=_has_fleet,
)
_ROLES_ELSEWHERE = StackFile(
    file="delivery-{environment}.yml",
    stack="{stack}-delivery",
    capabilities=["CAPABILITY_NAMED_IAM"],
    build=_environment_delivery_template,
    deploys=["environment-{environment}.yml"],
    when=_has_fleet,
    environments=_environments_elsewhere,
)
_BEFORE = (
    StackFile(file="kms.yml", stack="{application}-kms", build=_key_template, when=_has_own_key),
    StackFile(
        file="ecr.yml", stack="{application}-ecr", build=ecr_template, when=_has_repositories
    ),
)
_ENVIRONMENTS = StackFile(
    file="environment-{environment}.yml",
    stack=environment_stack("{stack}"),
    capabilities=["CAPABILITY_NAMED_IAM"],
    build=_environment_template,
    deploys=[APPLICATION_STACK],
    home_parameters=home_parameters,
)
_AFTER = (
    StackFile(
        file="artifacts-{region}.yml",
        stack="{application}-artifacts-{region}",
        build=_artifacts_template,
    ),
    StackFile(
        file="iam.yml",
        stack="{application}-iam",
        capabilities=["CAPABILITY_IAM"],
        build=_iam_template,
        deploys=[APPLICATION_STACK],
        outputs=lambda a: {} if _delivery(a).action_roles else _regional_keys(a),
        when=_has_roles,
    ),
    StackFile(
        file="codebuild.yml",
        stack="{application}-codebuild",
        build=codebuild_template,
        when=_has_project,
    ),
    StackFile(
        file="pipeline.yml",
        stack="{application}-pipeline",
        capabilities=_pipeline_capabilities,
        build=_pipeline_template,
        deploys=[APPLICATION_STACK],
        outputs=_regional_keys,
    ),
)
_DELIVERY = (*_BEFORE, *_AFTER)


def _makefile(application: Application) -> str:
    return makefile(application, CURRENT.targets(application))


#: Docker Hub limits anonymous pulls, and CodeBuild's builds share addresses.
_DOCKER = "public.ecr.aws/docker/library/docker:29-dind"

CURRENT = Edition(
    name="current",
    summary="the same system as it is deployed today",
    application=todobackend,
    parts={
        Network: partial(
            network,
            subnets="Public subnets in two availability zones, which assign public addresses",
        ),
        LoadBalancer: https_load_balancer,
        SharedLoadBalancer: listener_rule,
        Rolling: rolling_or_back,
        BlueGreen: blue_green,
        Linear: linear,
        Canary: canary,
        Service: scaled_service,
        Tasks: tasks_alone,
        Container: confined_container,
        Migration: migration,
        ScheduledTasks: scheduled_tasks,
        HostVolume: host_volume,
        EfsVolume: efs_volume,
        ExistingEfsVolume: existing_efs_volume,
        InlineFunction: partial(inline_function, runtime=PYTHON, timeout=900),
        MySql: partial(
            protected_database,
            engine=Engine(
                name="mysql",
                version="8.4",
                instance_class="db.t4g.micro",
                storage_type="gp3",
                allocated_storage=20,
                parameters={"require_secure_transport": "1"},
                logs=["error"],
            ),
        ),
        PostgreSql: partial(
            protected_database,
            engine=Engine(
                name="postgres",
                version="17",
                instance_class="db.t4g.micro",
                storage_type="gp3",
                allocated_storage=20,
                family_parts=1,
                parameters={"rds.force_ssl": "1"},
                logs=["postgresql"],
            ),
        ),
        AuroraMySql: partial(
            aurora_serverless,
            engine=Engine(
                name="aurora-mysql",
                version="8.0",
                instance_class="db.serverless",
                parameters={"require_secure_transport": "ON"},
                logs=["error"],
            ),
        ),
        AuroraPostgreSql: partial(
            aurora_serverless,
            engine=Engine(
                name="aurora-postgresql",
                version="17",
                instance_class="db.serverless",
                family_parts=1,
                parameters={"rds.force_ssl": "1"},
                logs=["postgresql"],
            ),
        ),
        ExistingMySql: existing_database,
        ExistingPostgreSql: existing_database,
        GeneratedSecret: generated_secret,
        ExistingSecret: existing_secret,
        Ec2: partial(
            capacity_provider,
            instance_type="t3.micro",
            image_parameter="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
            volume_gib=30,
        ),
        Fargate: fargate,
        ManagedInstances: managed_instances,
        ScalableTarget: partial(target_tracking, cpu_percent=50),
    },
    passes=[encrypt_log_groups, in_path_of_stack, within_boundary],
    capabilities=["CAPABILITY_IAM"],
    delivery=[_ROLE, _ROLES_ELSEWHERE, *_BEFORE, _ENVIRONMENTS, *_AFTER],
    files={
        "buildspec.yml": partial(
            buildspec,
            docker=[
                # The image's own entrypoint prepares iptables and cgroups for the daemon.
                (
                    "nohup dockerd-entrypoint.sh dockerd --host=unix:///var/run/docker.sock "
                    "> /tmp/dockerd.log 2>&1 &"
                ),
                (
                    'timeout 60 sh -c "until docker info > /dev/null 2>&1; do sleep 1; done" '
                    "|| { cat /tmp/dockerd.log; exit 1; }"
                ),
            ],
            # Without attestations, a tag is an image and not an index of several manifests.
            variables={"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"},
        ),
        "Dockerfile.codebuild": partial(installing_by_apk, base=_DOCKER),
        "Makefile": _makefile,
    },
    configuration=protected_configuration,
    own_stack=own_template,
    exemptions=EXEMPTIONS,
    shared=shared_templates,
    delivered=_within_fleet,
    shared_files={"Dockerfile.codebuild": partial(shared_installing_by_apk, base=_DOCKER)},
)
