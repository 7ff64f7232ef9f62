"""The service: the application's containers behind the load balancer."""

from dataclasses import dataclass

from troposphere import GetAtt, Parameter, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value, given
from cfn_pipeline.resources import ecs
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.containers import Define, MakeRoles, log_group_name
from cfn_pipeline.stacks.document import add_resources
from cfn_pipeline.stacks.log_groups import log_group

__all__ = ["Rollout", "service"]

TASK_DEFINITION = "ApplicationTaskDefinition"


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """How the service is brought out.

    Args:
        after: logical ids of what must be there before the service.
        listener: the one that forwards to the service, which must be there before, too; it
            becomes a tag, since nothing may depend on what a condition may leave out. Absent: what
            must be there is said in ``after``.
        role: with which ECS registers targets; absent: the service-linked role.
        capacity_provider: on whose instances tasks run; absent: any of the cluster's.
        execution_role: with which ECS starts containers; absent: the instance's role.
        circuit_breaker: whether a deployment whose tasks keep failing is rolled back.
        grace_seconds: how long a new task may fail health checks; absent: not at all.
        count_description: how the parameter for the number of tasks is described.
        counted: whether each deployment sets the number of tasks; otherwise scaling alone does.
        default_tag: the image's tag where none is said; absent: it must be said.
        count_may_be_absent: whether the number of tasks is the application's where none is said.
        encrypted_logs: whether the log group is encrypted with the application's key and says
            that it is deleted with the stack.

    """

    after: tuple[str, ...]
    listener: Value | None = None
    role: Value | None = None
    capacity_provider: Value | None = None
    execution_role: Value | None = None
    circuit_breaker: bool = False
    grace_seconds: int | None = None
    count_description: str = "Fewest tasks to which the service is scaled in"
    counted: bool = False
    default_tag: str | None = None
    count_may_be_absent: bool = False
    encrypted_logs: bool = False


def service(
    template: Template,
    application: Application,
    *,
    define: Define,
    roles: MakeRoles,
    rollout: Rollout,
) -> None:
    """Add the service, its task, the task's roles and the log group.

    Args:
        template: to which they are added.
        application: what runs.
        define: how a container is run.
        roles: makes the roles of the tasks.
        rollout: how the service is brought out.

    """
    template.add_parameter(
        [
            Parameter(
                ids.DESIRED_COUNT,
                Type="Number",
                Description=rollout.count_description,
                **given(Default=application.minimum_tasks if rollout.count_may_be_absent else None),
            ),
            Parameter(
                ids.IMAGE_TAG,
                Type="String",
                Description="Application Docker Image Tag",
                **given(Default=rollout.default_tag),
            ),
        ]
    )
    migration = [] if application.migration is None else [ids.MIGRATE_TASK]
    add_resources(
        template,
        ecs.service(
            ids.SERVICE,
            depends_on=[*rollout.after, ids.LOG_GROUP, *migration],
            cluster=Ref(ids.CLUSTER),
            task_definition=Ref(TASK_DEFINITION),
            desired_count=Ref(ids.DESIRED_COUNT) if rollout.counted else None,
            container=application.container,
            target_group=Ref(ids.TARGET_GROUP),
            tags=given(Listener=rollout.listener),
            role=rollout.role,
            capacity_provider=rollout.capacity_provider,
            circuit_breaker=rollout.circuit_breaker,
            grace_seconds=rollout.grace_seconds,
        ),
        ecs.task_definition(
            TASK_DEFINITION,
            family=Ref("AWS::StackName"),
            task_role=GetAtt(ids.TASK_ROLE, "Arn"),
            execution_role=rollout.execution_role,
            containers=[define(application, c) for c in application.containers],
            volumes=application.volumes,
        ),
        *roles(application),
        log_group(
            ids.LOG_GROUP,
            application,
            name=Sub(log_group_name(application)),
            encrypted=rollout.encrypted_logs,
        ),
    )
