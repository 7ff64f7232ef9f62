"""The service: the application's containers behind the load balancer."""

from troposphere import GetAtt, Parameter, Ref, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.resources import ecs, logs
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.containers import Define, log_group_name, secret_reader
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.document import add_resources

__all__ = ["service"]

TASK_DEFINITION = "ApplicationTaskDefinition"


def service(
    template: Template,
    application: Application,
    *,
    arns: Arns,
    define: Define,
    role: Value | None = None,
) -> None:
    """Add the service, its task, the task's role and the log group.

    Args:
        template: to which they are added.
        application: what runs.
        arns: how ARNs are written.
        define: how a container is run.
        role: with which ECS registers targets; absent: the service-linked role.

    """
    template.add_parameter(
        [
            Parameter(ids.DESIRED_COUNT, Type="Number", Description="Desired EC2 instance count"),
            Parameter(
                ids.IMAGE_TAG,
                Type="String",
                Description="Application Docker Image Tag",
                Default="latest",
            ),
        ]
    )
    migration = [] if application.migration is None else [ids.MIGRATE_TASK]
    add_resources(
        template,
        ecs.service(
            ids.SERVICE,
            depends_on=[ids.INSTANCES, ids.LOG_GROUP, ids.LISTENER, *migration],
            cluster=Ref(ids.CLUSTER),
            task_definition=Ref(TASK_DEFINITION),
            desired_count=Ref(ids.DESIRED_COUNT),
            container=application.container,
            target_group=Ref(ids.TARGET_GROUP),
            role=role,
        ),
        ecs.task_definition(
            TASK_DEFINITION,
            family=Ref("AWS::StackName"),
            task_role=GetAtt(ids.TASK_ROLE, "Arn"),
            containers=[define(application, c) for c in application.containers],
            volumes=application.volumes,
        ),
        secret_reader(application, arns=arns),
        logs.log_group(
            ids.LOG_GROUP,
            name=log_group_name(application),
            retention_days=application.log_retention_days,
        ),
    )
