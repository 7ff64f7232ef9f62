"""EC2 instances that ECS scales and drains, through a capacity provider."""

from troposphere import Base64, GetAtt, Parameter, Ref, Sub, ec2
from troposphere.autoscaling import (
    AutoScalingGroup,
    LaunchTemplateSpecification,
    LifecycleHook,
)
from troposphere.ecs import (
    AutoScalingGroupProvider,
    CapacityProvider,
    CapacityProviderStrategy,
    CapacityProviderStrategyItem,
    ClusterCapacityProviderAssociations,
    ManagedScaling,
)
from troposphere.iam import InstanceProfile
from troposphere.policies import AutoScalingRollingUpdate, UpdatePolicy

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.compute import Ec2
from cfn_pipeline.model.volumes import host_folders
from cfn_pipeline.policies.application import join_one_cluster
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.cluster import observed_cluster
from cfn_pipeline.stacks.application.interfaces import Capacity
from cfn_pipeline.stacks.application.network import egress
from cfn_pipeline.stacks.application.stack import ApplicationStack

LAUNCH_TEMPLATE = "ApplicationAutoscalingLaunchTemplate"
PROVIDER = "ApplicationCapacityProvider"
PROVIDER_OF_CLUSTER = "ApplicationClusterCapacity"
DRAINING_HOOK = "ApplicationAutoscalingDrainingHook"

#: What an update of the group must not meet while it replaces instances.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
_SUSPENDED = (
    *("HealthCheck", "ReplaceUnhealthy", "AZRebalance", "AlarmNotification", "ScheduledActions"),
    "InstanceRefresh",
)
#: How long ECS may drain an instance: two minutes for a task to stop, and some for its requests.
_DRAINING_SECONDS = 900


def capacity_provider(
    stack: ApplicationStack,
    compute: Ec2,
    *,
    instance_type: str,
    image_parameter: str,
    volume_gib: int,
) -> Capacity:
    """Add the cluster, an Auto Scaling group with a launch template, and a capacity provider.

    ECS adds instances when tasks find no room, removes idle ones, and drains each before that.
    It does so through a lifecycle hook, which belongs to the stack: so it is deleted after the
    capacity provider and before the group. Otherwise each instance would wait in the hook for an
    hour when the stack is deleted, because nothing drains it any more.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteLifecycleHook.html

    Args:
        stack: to which they are added.
        compute: what the application sets.
        instance_type: the default.
        image_parameter: the public parameter with the newest ECS-optimized AMI.
        volume_gib: the size of an instance's volume.

    """
    image = stack.parameter(
        Parameter(
            ids.IMAGE_ID,
            Type="AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            Description="Public parameter with the ECS-optimized Amazon Machine Image (AMI) ID",
            Default=image_parameter,
        )
    )
    fewest = stack.parameter(
        Parameter(
            ids.MINIMUM_INSTANCES,
            Type="Number",
            Description="Minimum number of instances; 2 keep tasks apart in two availability zones",
            Default=compute.minimum,
            MinValue=0,
            MaxValue=compute.maximum,
        )
    )
    stack.add(
        observed_cluster(),
        ClusterCapacityProviderAssociations(
            PROVIDER_OF_CLUSTER,
            Cluster=Ref(ids.CLUSTER),
            CapacityProviders=[Ref(PROVIDER)],
            DefaultCapacityProviderStrategy=[
                CapacityProviderStrategy(CapacityProvider=Ref(PROVIDER), Weight=1)
            ],
        ),
        CapacityProvider(
            PROVIDER,
            DependsOn=[DRAINING_HOOK],
            AutoScalingGroupProvider=AutoScalingGroupProvider(
                AutoScalingGroupArn=Ref(ids.INSTANCES),
                ManagedScaling=ManagedScaling(
                    Status="ENABLED", TargetCapacity=100, InstanceWarmupPeriod=60
                ),
                ManagedDraining="ENABLED",
                ManagedTerminationProtection="DISABLED",
            ),
        ),
        AutoScalingGroup(
            ids.INSTANCES,
            UpdatePolicy=UpdatePolicy(
                AutoScalingRollingUpdate=AutoScalingRollingUpdate(
                    MinInstancesInService=min(1, compute.maximum - 1),
                    SuspendProcesses=list(_SUSPENDED),
                )
            ),
            LaunchTemplate=LaunchTemplateSpecification(
                LaunchTemplateId=Ref(LAUNCH_TEMPLATE),
                Version=GetAtt(LAUNCH_TEMPLATE, "LatestVersionNumber"),
            ),
            MinSize=fewest,
            MaxSize=compute.maximum,
            VPCZoneIdentifier=Ref(ids.SUBNETS),
            Tags=[
                {
                    "Key": "Name",
                    "Value": Sub(f"${{AWS::StackName}}-{ids.INSTANCES}-instance"),
                    "PropagateAtLaunch": True,
                },
                # ECS adds it to the groups that it scales, and needs it there.
                {"Key": "AmazonECSManaged", "Value": "true", "PropagateAtLaunch": True},
            ],
        ),
        LifecycleHook(
            DRAINING_HOOK,
            # The name that ECS gives its hook.
            LifecycleHookName="ecs-managed-draining-termination-hook",
            AutoScalingGroupName=Ref(ids.INSTANCES),
            LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
            DefaultResult="CONTINUE",
            HeartbeatTimeout=_DRAINING_SECONDS,
        ),
        ec2.LaunchTemplate(
            LAUNCH_TEMPLATE,
            LaunchTemplateData=ec2.LaunchTemplateData(
                ImageId=image,
                InstanceType=compute.instance_type or instance_type,
                IamInstanceProfile=ec2.IamInstanceProfile(Arn=GetAtt(ids.INSTANCE_PROFILE, "Arn")),
                SecurityGroupIds=[Ref(ids.INSTANCES_SECURITY_GROUP)],
                Monitoring=ec2.Monitoring(Enabled=True),
                MetadataOptions=ec2.MetadataOptions(
                    HttpTokens="required", HttpPutResponseHopLimit=1
                ),
                BlockDeviceMappings=[
                    ec2.LaunchTemplateBlockDeviceMapping(
                        DeviceName="/dev/xvda",
                        Ebs=ec2.EBSBlockDevice(
                            VolumeType="gp3", VolumeSize=volume_gib, Encrypted=True
                        ),
                    )
                ],
                UserData=Base64(Sub(_join_cluster(stack.application))),
            ),
        ),
        InstanceProfile(ids.INSTANCE_PROFILE, Roles=[Ref(ids.INSTANCE_ROLE)]),
        role(
            ids.INSTANCE_ROLE,
            description=f"Instances that run {stack.name}",
            # The only service whose principal has another suffix in China.
            trust=trust(Sub(f"ec2.{stack.arns.suffix}")),
            policies={
                "ECSContainerInstancePermissions": document(
                    *join_one_cluster(
                        GetAtt(ids.CLUSTER, "Arn"),
                        stack.arns.regional("ecs", f"container-instance/${{{ids.CLUSTER}}}/*"),
                    )
                )
            },
        ),
    )
    return Capacity(
        security_group=ec2.SecurityGroup(
            ids.INSTANCES_SECURITY_GROUP,
            GroupDescription="Application Autoscaling Security Group",
            VpcId=Ref(ids.VPC),
            SecurityGroupEgress=egress(compute),
        ),
        ports=ids.DYNAMIC_PORTS,
        host_port=0,
        depends_on=[PROVIDER_OF_CLUSTER],
        strategy=[CapacityProviderStrategyItem(CapacityProvider=Ref(PROVIDER), Weight=1)],
    )


def _join_cluster(application: Application) -> str:
    """Return what an instance runs first: make the folders of volumes, join the cluster."""
    lines = ["#!/bin/bash", f"echo ECS_CLUSTER=${{{ids.CLUSTER}}} >> /etc/ecs/ecs.config"]
    for path in host_folders(application.volumes).values():
        lines += [f"mkdir -p {path}", f"chown {ids.CONTAINER_USER} {path}"]
    return "".join(f"{line}\n" for line in lines)
