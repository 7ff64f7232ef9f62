"""The migration: a task that runs before each deployment, and whose failure stops it."""

from troposphere import GetAtt, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.policies import application as duties
from cfn_pipeline.resources import cloudformation, ecs
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.containers import Define
from cfn_pipeline.stacks.application.inline_function import InlineFunction
from cfn_pipeline.stacks.document import add_resources

__all__ = ["migration"]

TASK_DEFINITION = "MigrateTaskDefinition"
FUNCTION = "EcsTaskRunner"


def migration(
    template: Template, application: Application, *, runtime: str, define: Define
) -> None:
    """Add the task, a custom resource that runs it, and the function behind that.

    A new revision of the task, as a new image tag makes one, runs the task again.

    Args:
        template: to which they are added.
        application: what is migrated; without a migration nothing is added.
        runtime: of the function.
        define: how a container is run.

    """
    if application.migration is None:
        return
    database = [] if application.database is None else [ids.DATABASE]
    add_resources(
        template,
        cloudformation.custom_resource(
            ids.MIGRATE_TASK,
            depends_on=[ids.INSTANCES, *database],
            function=GetAtt(FUNCTION, "Arn"),
            Cluster=Ref(ids.CLUSTER),
            TaskDefinition=Ref(TASK_DEFINITION),
        ),
        ecs.task_definition(
            TASK_DEFINITION,
            family=Sub("${AWS::StackName}-migrate"),
            task_role=GetAtt(ids.TASK_ROLE, "Arn"),
            containers=[define(application, application.migration)],
        ),
    )
    InlineFunction(
        function=FUNCTION,
        role="EcsTaskRunnerRole",
        log_group="EcsTaskRunnerLogGroup",
        name="ecsTasks",
        description="ECS Task Runner",
        module="ecs_tasks",
        policy="EcsTaskRunnerPermissions",
        permissions=[duties.run_tasks(GetAtt(ids.CLUSTER, "Arn"))],
    ).add(template, application, runtime=runtime)
