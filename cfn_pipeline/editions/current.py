"""The current edition: the same system as it is deployed today."""

from functools import partial

from troposphere import Template

from cfn_pipeline.aws.lambda_functions import PYTHON
from cfn_pipeline.editions.delivery_stacks import DELIVERY
from cfn_pipeline.editions.edition import Edition
from cfn_pipeline.editions.todobackend import todobackend
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
from cfn_pipeline.model.existing_database import ExistingMySql, ExistingPostgreSql
from cfn_pipeline.model.load_balancers import LoadBalancer, SharedLoadBalancer
from cfn_pipeline.model.managed_instances import ManagedInstances
from cfn_pipeline.model.scaling import ScalableTarget
from cfn_pipeline.model.scheduled_tasks import ScheduledTasks
from cfn_pipeline.model.strategies import BlueGreen, Canary, Linear, Rolling
from cfn_pipeline.model.volumes import EfsVolume, ExistingEfsVolume, HostVolume
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
from cfn_pipeline.stacks.exemptions import EXEMPTIONS
from cfn_pipeline.stacks.fleet.boundary import within_fleet
from cfn_pipeline.stacks.own import own_template
from cfn_pipeline.stacks.shared.templates import shared_templates


def _within_fleet(template: Template, application: Application) -> None:
    if application.fleet is not None:
        within_fleet(template, application.fleet)


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
    delivery=DELIVERY,
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
