"""The migration: a task that runs before each deployment, and whose failure stops it."""

from collections.abc import Sequence
from typing import Any

from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub
from troposphere.cloudformation import CustomResource
from troposphere.ecs import NetworkConfiguration

from cfn_pipeline.model.aspects import Migration
from cfn_pipeline.model.values import present
from cfn_pipeline.policies.application import pass_roles, run_task, run_tasks
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.containers import mounts_of, task_definition
from cfn_pipeline.stacks.application.inline_function import InlineFunction
from cfn_pipeline.stacks.application.interfaces import Backend, Preparation
from cfn_pipeline.stacks.application.stack import ApplicationStack

TASK_DEFINITION = "MigrateTaskDefinition"
FUNCTION = "EcsTaskRunner"

_FAMILY = "${AWS::StackName}-migrate"


def migration_of_any_task(stack: ApplicationStack, migration: Migration) -> Preparation:
    """Add the migration; its function may run every task of the cluster."""
    _add_custom_resource(stack, migration)
    _add_task(stack, migration)
    return _add_function(stack, [run_tasks(GetAtt(ids.CLUSTER, "Arn"))], "ecs_tasks_of_2018")


def migration(stack: ApplicationStack, migration: Migration) -> Preparation:
    """Add the migration; its function may run that task only, and pass its two roles to ECS."""
    roles = [GetAtt(ids.TASK_ROLE, "Arn"), GetAtt(ids.EXECUTION_ROLE, "Arn")]
    network = stack.capacity.network
    _add_custom_resource(
        stack,
        migration,
        ServiceTimeout="960",
        **present(NetworkConfiguration=None if network is None else _of_api(network)),
    )
    _add_task(stack, migration, ExecutionRoleArn=GetAtt(ids.EXECUTION_ROLE, "Arn"))
    return _add_function(
        stack,
        [
            *run_task(
                stack.arns.regional("ecs", f"task-definition/{_FAMILY}:*"),
                tasks=stack.arns.regional("ecs", f"task/${{{ids.CLUSTER}}}/*"),
                cluster=GetAtt(ids.CLUSTER, "Arn"),
            ),
            pass_roles(roles, service="ecs-tasks.amazonaws.com", sid="PassTaskRoles"),
        ],
        "ecs_tasks",
    )


def _add_custom_resource(stack: ApplicationStack, migration: Migration, **properties: Any) -> None:
    """Add what runs the task; a new revision of it, as for a new image tag, runs it again."""
    backends = [title for backend in stack.all(Backend) for title in backend.depends_on]
    mounts = mounts_of(stack, [migration.container])
    targets = [title for mount in mounts for title in mount.depends_on]
    stack.add(
        CustomResource(
            ids.MIGRATE_TASK,
            DependsOn=[*stack.capacity.depends_on, *backends, *targets],
            ServiceToken=GetAtt(FUNCTION, "Arn"),
            **properties,
            Cluster=Ref(ids.CLUSTER),
            TaskDefinition=Ref(TASK_DEFINITION),
        )
    )


def _of_api(network: NetworkConfiguration) -> dict[str, Any]:
    """Return a network configuration in the form of ECS's API, whose keys begin in lower case."""
    vpc = network.AwsvpcConfiguration
    return {
        "awsvpcConfiguration": {
            "assignPublicIp": vpc.AssignPublicIp,
            "securityGroups": vpc.SecurityGroups,
            "subnets": vpc.Subnets,
        }
    }


def _add_task(stack: ApplicationStack, migration: Migration, **properties: Any) -> None:
    stack.add(
        task_definition(
            stack,
            TASK_DEFINITION,
            Sub(_FAMILY),
            [migration.container],
            **properties,
        )
    )


def _add_function(
    stack: ApplicationStack, permissions: Sequence[Statement], module: str
) -> Preparation:
    stack.build(
        InlineFunction(
            title=FUNCTION,
            role="EcsTaskRunnerRole",
            log_group="EcsTaskRunnerLogGroup",
            name="ecsTasks",
            description="ECS Task Runner",
            module=module,
            policy="EcsTaskRunnerPermissions",
            permissions=permissions,
        )
    )
    return Preparation(depends_on=[ids.MIGRATE_TASK])
