"""EC2 Auto Scaling.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_AutoScaling.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import GetAtt, Ref
from troposphere.autoscaling import (
    AutoScalingGroup,
    LaunchConfiguration,
    LaunchTemplateSpecification,
    LifecycleHook,
    ScalingPolicy,
)
from troposphere.policies import (
    AutoScalingRollingUpdate,
    CreationPolicy,
    ResourceSignal,
    UpdatePolicy,
)

from cfn_pipeline.model.values import Value, given

__all__ = ["group", "latest", "launch_configuration", "lifecycle_hook", "simple_scaling_policy"]


def launch_configuration(
    title: str,
    *,
    image: Value,
    instance_type: str,
    instance_profile: Value,
    security_groups: Sequence[Value],
    user_data: Value,
    key_name: str | None = None,
    commands: Mapping[str, Mapping[str, Any]] | None = None,
) -> LaunchConfiguration:
    """Say what instances are made of, as it was done before launch templates.

    Accounts made since October 2024 cannot use it.

    Args:
        title: the logical id.
        image: the AMI.
        instance_type: such as t2.micro.
        instance_profile: what gives the instances a role.
        security_groups: what reaches them and what they reach.
        user_data: what an instance runs first.
        key_name: the key pair for SSH; absent: none.
        commands: what cfn-init runs, by name, in the names' order; absent: nothing.

    """
    init = None
    if commands is not None:
        init = {"AWS::CloudFormation::Init": {"config": {"commands": dict(commands)}}}
    return LaunchConfiguration(
        title,
        **given(Metadata=init),
        ImageId=image,
        InstanceType=instance_type,
        **given(KeyName=key_name),
        IamInstanceProfile=instance_profile,
        SecurityGroups=list(security_groups),
        UserData=user_data,
    )


def group(
    title: str,
    *,
    minimum: int,
    maximum: int,
    subnets: Value,
    name_tag: Value,
    desired: int | None = None,
    launch_configuration: Value | None = None,
    launch_template: LaunchTemplateSpecification | None = None,
    signal_timeout: str | None = None,
    suspended_processes: Sequence[str] = (),
) -> AutoScalingGroup:
    """Keep a number of instances running; updates replace them one by one.

    Args:
        title: the logical id.
        minimum: fewest instances.
        maximum: most instances.
        subnets: where they are.
        name_tag: how each instance is called.
        desired: how many at first; absent: as many as the minimum, or whoever scales it says.
        launch_configuration: what the instances are made of, in the old way.
        launch_template: what the instances are made of.
        signal_timeout: how long an instance may take until it signals that it is ready, as an
            ISO 8601 duration; absent: nobody waits for a signal.
        suspended_processes: what the group does not do during an update.

    """
    creation = waiting = None
    if signal_timeout is not None:
        signal = ResourceSignal(Count=desired or minimum, Timeout=signal_timeout)
        creation = CreationPolicy(ResourceSignal=signal)
        waiting = True
    return AutoScalingGroup(
        title,
        **given(CreationPolicy=creation),
        UpdatePolicy=UpdatePolicy(
            AutoScalingRollingUpdate=AutoScalingRollingUpdate(
                MinInstancesInService=min(1, maximum - 1),
                **given(
                    MinSuccessfulInstancesPercent=None if waiting is None else 100,
                    WaitOnResourceSignals=waiting,
                    PauseTime=signal_timeout,
                    SuspendProcesses=list(suspended_processes) or None,
                ),
            )
        ),
        **given(LaunchConfigurationName=launch_configuration, LaunchTemplate=launch_template),
        MinSize=minimum,
        MaxSize=maximum,
        **given(DesiredCapacity=None if desired is None else str(desired)),
        VPCZoneIdentifier=subnets,
        Tags=[{"Key": "Name", "Value": name_tag, "PropagateAtLaunch": True}],
    )


def latest(template: str) -> LaunchTemplateSpecification:
    """Refer to the newest version of the launch template with a logical id."""
    return LaunchTemplateSpecification(
        LaunchTemplateId=Ref(template), Version=GetAtt(template, "LatestVersionNumber")
    )


def simple_scaling_policy(
    title: str, *, group: Value, adjustment: int, cooldown_seconds: int
) -> ScalingPolicy:
    """Add (or, below zero, take) instances when an alarm says so."""
    return ScalingPolicy(
        title,
        PolicyType="SimpleScaling",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=adjustment,
        AutoScalingGroupName=group,
        Cooldown=str(cooldown_seconds),
    )


def lifecycle_hook(
    title: str, *, group: Value, topic: Value, role: Value, heartbeat_seconds: int
) -> LifecycleHook:
    """Hold up each termination and tell a topic, for ``heartbeat_seconds`` at most."""
    return LifecycleHook(
        title,
        AutoScalingGroupName=group,
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        DefaultResult="CONTINUE",
        HeartbeatTimeout=heartbeat_seconds,
        NotificationTargetARN=topic,
        RoleARN=role,
    )
