"""The aspects of which an application's stack is made."""

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.aspects import (
    ExistingSecret,
    GeneratedSecret,
    Migration,
    Network,
    Service,
    Tasks,
)
from cfn_pipeline.model.database import OwnDatabase
from cfn_pipeline.model.load_balancers import LoadBalancer, SharedLoadBalancer
from cfn_pipeline.model.scaling import ScalableTarget
from cfn_pipeline.model.scheduled_tasks import ScheduledTasks
from cfn_pipeline.model.validated import Validated
from cfn_pipeline.model.volumes import volume_of


def aspects(application: Application) -> tuple[Validated, ...]:
    """Return what an application's stack is made of, each after those on which it builds."""
    parts = (
        application.compute,
        *(volume_of(name, value) for name, value in application.volumes.items()),
        _frontend(application.load_balancer),
        _secret(application),
        application.database,
        _migration(application),
        *_service(application),
        _scheduled_tasks(application),
        Network(),
        _scalable_target(application),
    )
    return tuple(part for part in parts if part is not None)


def _service(application: Application) -> tuple[Validated, ...]:
    if not application.containers:
        return (Tasks(),)
    service = Service(containers=application.containers, minimum_tasks=application.minimum_tasks)
    return application.deployment, service


def _scalable_target(application: Application) -> ScalableTarget | None:
    if not application.containers:
        return None
    return ScalableTarget(
        minimum_tasks=application.minimum_tasks,
        maximum_tasks=application.maximum_tasks,
        scaling=application.scaling,
    )


def _frontend(load_balancer: LoadBalancer | None) -> LoadBalancer | SharedLoadBalancer | None:
    if load_balancer is None or load_balancer.listener_rule is None:
        return load_balancer
    return SharedLoadBalancer(load_balancer=load_balancer, rule=load_balancer.listener_rule)


def _secret(application: Application) -> ExistingSecret | GeneratedSecret | None:
    database = application.database
    if not isinstance(database, OwnDatabase):
        return None
    if application.secret is None:
        return GeneratedSecret(key=database.password_key)
    return ExistingSecret(name=application.secret, key=database.password_key)


def _migration(application: Application) -> Migration | None:
    return None if application.migration is None else Migration(container=application.migration)


def _scheduled_tasks(application: Application) -> ScheduledTasks | None:
    if not application.scheduled_tasks:
        return None
    return ScheduledTasks(tasks=application.scheduled_tasks)
