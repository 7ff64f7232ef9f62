"""EC2 instances with a launch configuration, as before launch templates and capacity providers."""

from typing import Any

from troposphere import Base64, GetAtt, Parameter, Ref, Sub
from troposphere.autoscaling import AutoScalingGroup, LaunchConfiguration
from troposphere.ec2 import SecurityGroup
from troposphere.ecs import Cluster
from troposphere.iam import InstanceProfile
from troposphere.policies import (
    AutoScalingRollingUpdate,
    CreationPolicy,
    ResourceSignal,
    UpdatePolicy,
)

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.compute import Ec2
from cfn_pipeline.model.volumes import host_folders
from cfn_pipeline.policies.application import join_cluster, pull_any_image, write_instance_logs
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Capacity
from cfn_pipeline.stacks.application.network import anywhere, further_egress
from cfn_pipeline.stacks.application.stack import ApplicationStack

LAUNCH_CONFIGURATION = "ApplicationAutoscalingLaunchConfiguration"

_SIGNAL_TIMEOUT = "PT15M"
_SUSPENDED = (
    "HealthCheck",
    "ReplaceUnhealthy",
    "AZRebalance",
    "AlarmNotification",
    "ScheduledActions",
)
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
    stack: ApplicationStack, compute: Ec2, *, instance_type: str, key_name: str
) -> Capacity:
    """Add the cluster, an Auto Scaling group with a launch configuration, and their role.

    The AMI is one that has the CloudFormation helper scripts and a ``firstrun.sh`` which joins
    the cluster. Accounts created since October 2024 cannot use launch configurations.

    Args:
        stack: to which they are added.
        compute: what the application sets.
        instance_type: the default.
        key_name: the key pair for SSH.

    """
    image = stack.parameter(
        Parameter(ids.IMAGE_ID, Type="String", Description="ECS Amazon Machine Image (AMI) ID")
    )
    stack.add(
        Cluster(ids.CLUSTER, ClusterName=Sub("${AWS::StackName}-cluster")),
        AutoScalingGroup(
            ids.INSTANCES,
            CreationPolicy=CreationPolicy(
                ResourceSignal=ResourceSignal(Count=compute.desired, Timeout=_SIGNAL_TIMEOUT)
            ),
            UpdatePolicy=UpdatePolicy(
                AutoScalingRollingUpdate=AutoScalingRollingUpdate(
                    MinInstancesInService=min(1, compute.maximum - 1),
                    MinSuccessfulInstancesPercent=100,
                    WaitOnResourceSignals=True,
                    PauseTime=_SIGNAL_TIMEOUT,
                    SuspendProcesses=list(_SUSPENDED),
                )
            ),
            LaunchConfigurationName=Ref(LAUNCH_CONFIGURATION),
            MinSize=compute.minimum,
            MaxSize=compute.maximum,
            DesiredCapacity=str(compute.desired),
            VPCZoneIdentifier=Ref(ids.SUBNETS),
            Tags=[
                {
                    "Key": "Name",
                    "Value": Sub(f"${{AWS::StackName}}-{ids.INSTANCES}-instance"),
                    "PropagateAtLaunch": True,
                }
            ],
        ),
        LaunchConfiguration(
            LAUNCH_CONFIGURATION,
            Metadata={
                "AWS::CloudFormation::Init": {
                    "config": {"commands": _first_commands(stack.application)}
                }
            },
            ImageId=image,
            InstanceType=compute.instance_type or instance_type,
            KeyName=key_name,
            IamInstanceProfile=Ref(ids.INSTANCE_PROFILE),
            SecurityGroups=[Ref(ids.INSTANCES_SECURITY_GROUP)],
            UserData=Base64(Sub(_USER_DATA)),
        ),
        InstanceProfile(ids.INSTANCE_PROFILE, Roles=[Ref(ids.INSTANCE_ROLE)]),
        role(
            ids.INSTANCE_ROLE,
            trust=trust("ec2.amazonaws.com"),
            policies={
                "ECSContainerInstancePermissions": document(
                    *join_cluster(GetAtt(ids.CLUSTER, "Arn")),
                    pull_any_image(),
                    write_instance_logs(
                        stack.arns.regional("logs", "log-group:/${AWS::StackName}*")
                    ),
                )
            },
        ),
    )
    return Capacity(
        security_group=SecurityGroup(
            ids.INSTANCES_SECURITY_GROUP,
            GroupDescription=Sub("${AWS::StackName} Application Autoscaling Security Group"),
            VpcId=Ref(ids.VPC),
            SecurityGroupIngress=[anywhere("tcp", 22)],
            SecurityGroupEgress=[
                anywhere("udp", 53),
                anywhere("tcp", 80),
                anywhere("tcp", 443),
                *further_egress(compute),
            ],
        ),
        ports=ids.DYNAMIC_PORTS,
        host_port=0,
        depends_on=[ids.INSTANCES],
    )


def _first_commands(application: Application) -> dict[str, dict[str, Any]]:
    """Return what cfn-init runs: make the folders of the volumes, then join the cluster."""
    commands: dict[str, dict[str, Any]] = {}
    step = 5
    for volume, path in host_folders(application.volumes).items():
        commands[f"{step:02}_{volume}_volume"] = {"command": f"mkdir -p {path}"}
        commands[f"{step + 1:02}_{volume}_volume_permissions"] = {
            "command": f"chown -R {ids.CONTAINER_USER} {path}"
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
