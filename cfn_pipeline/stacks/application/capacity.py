"""The cluster and the instances that it runs on."""

from collections.abc import Mapping
from typing import Any

from troposphere import Base64, GetAtt, Parameter, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.policies import application as duties
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources import autoscaling, ec2, ecs, iam
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.document import add_resources

__all__ = ["capacity_provider", "launch_configuration"]

LAUNCH_TEMPLATE = "ApplicationAutoscalingLaunchTemplate"
LAUNCH_CONFIGURATION = "ApplicationAutoscalingLaunchConfiguration"
INSTANCE_PROFILE = "ApplicationAutoscalingInstanceProfile"
INSTANCE_ROLE = "ApplicationAutoscalingInstanceRole"

_SIGNAL_TIMEOUT = "PT15M"
_SUSPENDED = (
    "HealthCheck",
    "ReplaceUnhealthy",
    "AZRebalance",
    "AlarmNotification",
    "ScheduledActions",
)
_CONTAINER_USER = "1000:1000"

_USER_DATA = f"""\
#!/bin/bash
/opt/aws/bin/cfn-init -v --stack ${{AWS::StackName}} \\
  --resource {LAUNCH_CONFIGURATION} \\
  --region ${{AWS::Region}}
/opt/aws/bin/cfn-signal -e $? --stack ${{AWS::StackName}} \\
  --resource {ids.INSTANCES} \\
  --region ${{AWS::Region}}
"""


def launch_configuration(
    template: Template,
    application: Application,
    *,
    arns: Arns,
    instance_type: str,
    key_name: str | None = None,
) -> None:
    """Add the cluster, an Auto Scaling group with a launch configuration, and their role.

    The AMI is one that has the CloudFormation helper scripts and a ``firstrun.sh`` which joins
    the cluster.

    Args:
        template: to which they are added.
        application: what runs there.
        arns: how ARNs are written.
        instance_type: holds where the application names none.
        key_name: the key pair for SSH; absent: none.

    """
    template.add_parameter(
        Parameter(ids.IMAGE_ID, Type="String", Description="ECS Amazon Machine Image (AMI) ID")
    )
    size = application.instances
    add_resources(
        template,
        ecs.cluster(ids.CLUSTER, name=Sub("${AWS::StackName}-cluster")),
        autoscaling.group(
            ids.INSTANCES,
            launch_configuration=Ref(LAUNCH_CONFIGURATION),
            minimum=size.minimum,
            maximum=size.maximum,
            desired=size.desired,
            subnets=Ref(ids.SUBNETS),
            name_tag=Sub(f"${{AWS::StackName}}-{ids.INSTANCES}-instance"),
            signal_timeout=_SIGNAL_TIMEOUT,
            suspended_processes=_SUSPENDED,
        ),
        autoscaling.launch_configuration(
            LAUNCH_CONFIGURATION,
            image=Ref(ids.IMAGE_ID),
            instance_type=size.instance_type or instance_type,
            key_name=key_name,
            instance_profile=Ref(INSTANCE_PROFILE),
            security_groups=[Ref(ids.INSTANCES_SECURITY_GROUP)],
            commands=_first_commands(application),
            user_data=Base64(Sub(_USER_DATA)),
        ),
        iam.instance_profile(INSTANCE_PROFILE, role=Ref(INSTANCE_ROLE)),
        iam.role(
            INSTANCE_ROLE,
            trust=trust("ec2.amazonaws.com"),
            policies={
                "ECSContainerInstancePermissions": document(
                    *duties.join_cluster(GetAtt(ids.CLUSTER, "Arn")),
                    duties.pull_any_image(),
                    duties.write_instance_logs(
                        arns.regional("logs", "log-group:/${AWS::StackName}*")
                    ),
                )
            },
        ),
    )


def capacity_provider(
    template: Template,
    application: Application,
    *,
    arns: Arns,
    instance_type: str,
    image_parameter: str,
    volume_gib: int,
) -> None:
    """Add the cluster, an Auto Scaling group with a launch template, and a capacity provider.

    ECS adds instances when tasks find no room, takes idle ones, and drains each before it goes.

    Args:
        template: to which they are added.
        application: what runs there.
        arns: how ARNs are written.
        instance_type: holds where the application names none.
        image_parameter: the public parameter with the newest ECS-optimized AMI.
        volume_gib: the size of an instance's volume.

    """
    template.add_parameter(
        Parameter(
            ids.IMAGE_ID,
            Type="AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            Description="Public parameter with the ECS-optimized Amazon Machine Image (AMI) ID",
            Default=image_parameter,
        )
    )
    size = application.instances
    group = autoscaling.group(
        ids.INSTANCES,
        launch_template=autoscaling.latest(LAUNCH_TEMPLATE),
        minimum=size.minimum,
        maximum=size.maximum,
        subnets=Ref(ids.SUBNETS),
        name_tag=Sub(f"${{AWS::StackName}}-{ids.INSTANCES}-instance"),
    )
    add_resources(
        template,
        ecs.cluster(ids.CLUSTER, container_insights="enabled"),
        ecs.cluster_capacity_providers(
            ids.CLUSTER_CAPACITY, cluster=Ref(ids.CLUSTER), provider=Ref(ids.CAPACITY_PROVIDER)
        ),
        ecs.capacity_provider(
            ids.CAPACITY_PROVIDER,
            group=Ref(ids.INSTANCES),
            target_capacity=100,
            warmup_seconds=60,
        ),
        group,
        ec2.launch_template(
            LAUNCH_TEMPLATE,
            image=Ref(ids.IMAGE_ID),
            instance_type=size.instance_type or instance_type,
            instance_profile=GetAtt(INSTANCE_PROFILE, "Arn"),
            security_groups=[Ref(ids.INSTANCES_SECURITY_GROUP)],
            volume_gib=volume_gib,
            user_data=Base64(Sub(_join_cluster(application))),
        ),
        iam.instance_profile(INSTANCE_PROFILE, role=Ref(INSTANCE_ROLE)),
        iam.role(
            INSTANCE_ROLE,
            description=f"Instances that run {application.name}",
            trust=trust("ec2.amazonaws.com"),
            policies={
                "ECSContainerInstancePermissions": document(
                    *duties.join_one_cluster(
                        GetAtt(ids.CLUSTER, "Arn"),
                        arns.regional("ecs", f"container-instance/${{{ids.CLUSTER}}}/*"),
                    )
                )
            },
        ),
    )


def _join_cluster(application: Application) -> str:
    """Write what an instance runs first: make the folders of the volumes, join the cluster."""
    lines = ["#!/bin/bash", f"echo ECS_CLUSTER=${{{ids.CLUSTER}}} >> /etc/ecs/ecs.config"]
    for path in application.volumes.values():
        lines += [f"mkdir -p {path}", f"chown {_CONTAINER_USER} {path}"]
    return "".join(f"{line}\n" for line in lines)


def _first_commands(application: Application) -> Mapping[str, Mapping[str, Any]]:
    """Make the folders of the volumes, then join the cluster."""
    commands: dict[str, dict[str, Any]] = {}
    step = 5
    for volume, path in application.volumes.items():
        commands[f"{step:02}_{volume}_volume"] = {"command": f"mkdir -p {path}"}
        commands[f"{step + 1:02}_{volume}_volume_permissions"] = {
            "command": f"chown -R {_CONTAINER_USER} {path}"
        }
        step += 2
    commands[f"{max(step, 10)}_first_run"] = {
        "command": "sh firstrun.sh",
        "cwd": "/home/ec2-user",
        "env": {
            "ECS_CLUSTER": Ref(ids.CLUSTER),
            "STACK_NAME": Ref("AWS::StackName"),
            "AUTOSCALING_GROUP": ids.INSTANCES,
            "AWS_DEFAULT_REGION": Ref("AWS::Region"),
        },
    }
    return commands
