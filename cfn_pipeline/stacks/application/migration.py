"""The migration: a task that runs before each deployment, and whose failure stops it."""

from collections.abc import Callable, Sequence

from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies import application as duties
from cfn_pipeline.resources import cloudformation, ecs
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.containers import Define
from cfn_pipeline.stacks.application.inline_function import FunctionSettings, InlineFunction
from cfn_pipeline.stacks.arns import Arns

__all__ = ["migration", "running_any_task", "running_the_migration"]

TASK_DEFINITION = "MigrateTaskDefinition"
FUNCTION = "EcsTaskRunner"

_FAMILY = "${AWS::StackName}-migrate"


def migration(
    template: Template,
    application: Application,
    *,
    settings: FunctionSettings,
    define: Define,
    permissions: Callable[[], Sequence[Statement]],
    after: Sequence[str],
    execution_role: Value | None = None,
    timeout_seconds: int | None = None,
) -> None:
    """Add the task, a custom resource that runs it, and the function behind that.

    A new revision of the task, as a new image tag makes one, runs the task again.

    Args:
        template: to which they are added.
        application: what is migrated; without a migration nothing is added.
        settings: of the function.
        define: how a container is run.
        permissions: what the function may do.
        after: logical ids of what must be there before the task runs, beside the database.
        execution_role: with which ECS starts the container; absent: the instance's role.
        timeout_seconds: how long CloudFormation waits for the function; absent: an hour.

    """
    if application.migration is None:
        return
    database = [] if application.database is None else [ids.DATABASE]
    template.add_resource(
        cloudformation.custom_resource(
            ids.MIGRATE_TASK,
            depends_on=[*after, *database],
            function=GetAtt(FUNCTION, "Arn"),
            timeout_seconds=timeout_seconds,
            Cluster=Ref(ids.CLUSTER),
            TaskDefinition=Ref(TASK_DEFINITION),
        )
    )
    template.add_resource(
        ecs.task_definition(
            TASK_DEFINITION,
            family=Sub(_FAMILY),
            task_role=GetAtt(ids.TASK_ROLE, "Arn"),
            execution_role=execution_role,
            containers=[define(application, application.migration)],
            volumes={name: application.volumes[name] for name in application.migration.mounts},
        )
    )
    InlineFunction(
        function=FUNCTION,
        role="EcsTaskRunnerRole",
        log_group="EcsTaskRunnerLogGroup",
        name="ecsTasks",
        description="ECS Task Runner",
        module="ecs_tasks",
        policy="EcsTaskRunnerPermissions",
        permissions=permissions(),
    ).add(template, application, settings=settings)


def running_any_task() -> list[Statement]:
    """Run whatever task in the cluster."""
    return [duties.run_tasks(GetAtt(ids.CLUSTER, "Arn"))]


def running_the_migration(*, arns: Arns) -> list[Statement]:
    """Run the migration's task alone, and hand its two roles to ECS."""
    return [
        *duties.run_task(
            arns.regional("ecs", f"task-definition/{_FAMILY}:*"),
            tasks=arns.regional("ecs", f"task/${{{ids.CLUSTER}}}/*"),
            cluster=GetAtt(ids.CLUSTER, "Arn"),
        ),
        duties.pass_roles(
            [GetAtt(ids.TASK_ROLE, "Arn"), GetAtt(ids.EXECUTION_ROLE, "Arn")],
            service="ecs-tasks.amazonaws.com",
            sid="PassTaskRoles",
        ),
    ]
