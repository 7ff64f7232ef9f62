"""Scheduled tasks: EventBridge Scheduler runs them in the application's cluster."""

from collections.abc import Iterator
from typing import Any

from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub, scheduler

from cfn_pipeline.model.scheduled_tasks import ScheduledTask, ScheduledTasks
from cfn_pipeline.model.values import present
from cfn_pipeline.policies.application import pass_roles, start_task
from cfn_pipeline.policies.documents import document, from_account, pascal_case, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.containers import mounts_of, task_definition
from cfn_pipeline.stacks.application.stack import ApplicationStack

ROLE = "ScheduledTasksRole"

#: A task that cannot be started for an hour, as for lack of capacity, waits for its next time.
_RETRY_SECONDS = 3600


def scheduled_tasks(stack: ApplicationStack, scheduled: ScheduledTasks) -> None:
    """Add a schedule and a task definition for each task, and the scheduler's role."""
    for task in scheduled.tasks:
        definition = task_definition(
            stack,
            f"Scheduled{pascal_case(task.name)}TaskDefinition",
            Sub(_family(task)),
            [task.container],
            ExecutionRoleArn=GetAtt(ids.EXECUTION_ROLE, "Arn"),
        )
        stack.add(_schedule(stack, task, Ref(definition)), definition)
    group = stack.arns.regional("scheduler", "schedule-group/default")
    stack.add(
        role(
            ROLE,
            description=f"EventBridge Scheduler, starting tasks of {stack.application.name}",
            trust=trust("scheduler.amazonaws.com", from_account(Ref("AWS::AccountId"), group)),
            policies={"SchedulerPermissions": document(*_permissions(stack, scheduled))},
        )
    )


def _family(task: ScheduledTask) -> str:
    return f"${{AWS::StackName}}-scheduled-{task.name}"


def _schedule(stack: ApplicationStack, task: ScheduledTask, definition: Ref) -> scheduler.Schedule:
    capacity = stack.capacity
    return scheduler.Schedule(
        f"Scheduled{pascal_case(task.name)}",
        DependsOn=[
            *capacity.depends_on,
            *(title for m in mounts_of(stack, [task.container]) for title in m.depends_on),
        ],
        Description=Sub(f"Task {task.name} of ${{AWS::StackName}}"),
        ScheduleExpression=task.schedule,
        ScheduleExpressionTimezone=task.timezone,
        FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="OFF"),
        Target=scheduler.Target(
            Arn=GetAtt(ids.CLUSTER, "Arn"),
            RoleArn=GetAtt(ROLE, "Arn"),
            RetryPolicy=scheduler.RetryPolicy(MaximumEventAgeInSeconds=_RETRY_SECONDS),
            EcsParameters=scheduler.EcsParameters(
                TaskDefinitionArn=definition,
                TaskCount=1,
                **present(NetworkConfiguration=_network(stack)),
                CapacityProviderStrategy=[
                    scheduler.CapacityProviderStrategyItem(
                        CapacityProvider=item.CapacityProvider, Weight=item.Weight
                    )
                    for item in capacity.strategy
                ],
            ),
        ),
    )


def _network(stack: ApplicationStack) -> scheduler.NetworkConfiguration | None:
    network: Any = stack.capacity.network
    if network is None:
        return None
    vpc = network.AwsvpcConfiguration
    return scheduler.NetworkConfiguration(
        AwsvpcConfiguration=scheduler.AwsVpcConfiguration(
            AssignPublicIp=vpc.AssignPublicIp,
            SecurityGroups=vpc.SecurityGroups,
            Subnets=vpc.Subnets,
        )
    )


def _permissions(stack: ApplicationStack, scheduled: ScheduledTasks) -> Iterator[Statement]:
    definitions = [
        stack.arns.regional("ecs", f"task-definition/{_family(task)}:*") for task in scheduled.tasks
    ]
    roles = [GetAtt(ids.TASK_ROLE, "Arn"), GetAtt(ids.EXECUTION_ROLE, "Arn")]
    yield start_task(definitions, cluster=GetAtt(ids.CLUSTER, "Arn"))
    yield pass_roles(roles, service="ecs-tasks.amazonaws.com", sid="PassTaskRoles")
