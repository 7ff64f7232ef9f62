"""ECS Managed Instances: instances that ECS chooses, starts, patches and ends."""

from typing import Any

from awacs.aws import Condition, StringEqualsIfExists
from troposphere import GetAtt, Ref, Sub, Tags
from troposphere.ec2 import SecurityGroup
from troposphere.ecs import (
    CapacityProvider,
    CapacityProviderStrategy,
    CapacityProviderStrategyItem,
    ClusterCapacityProviderAssociations,
    InstanceLaunchTemplate,
    InstanceRequirementsRequest,
    ManagedInstancesNetworkConfiguration,
    ManagedInstancesProvider,
    ManagedInstancesStorageConfiguration,
    MemoryMiBRequest,
    VCpuCountRangeRequest,
)
from troposphere.iam import InstanceProfile, Role

from cfn_pipeline.aws.ecs import CPU_MANUFACTURERS
from cfn_pipeline.model.managed_instances import InstanceRequirements, ManagedInstances
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.policies.managed_instances import join_as_managed, link_spot, manage_instances
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.cluster import observed_cluster
from cfn_pipeline.stacks.application.interfaces import Capacity
from cfn_pipeline.stacks.application.network import egress
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.application.task_network import task_capacity, task_subnets

PROVIDER = "ApplicationCapacityProvider"
PROVIDER_OF_CLUSTER = "ApplicationClusterCapacity"
INFRASTRUCTURE_ROLE = "ApplicationInfrastructureRole"
INSTANCE_ROLE = "ApplicationInstanceRole"
INSTANCE_PROFILE = "ApplicationInstanceProfile"
INSTANCE_SECURITY_GROUP = "ApplicationInstanceSecurityGroup"


def managed_instances(stack: ApplicationStack, compute: ManagedInstances) -> Capacity:
    """Add the cluster with a capacity provider of instances that ECS manages, and their roles.

    A provider of managed instances belongs to its cluster; the cluster's default strategy names it
    for tasks that are run without one.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html
    """
    stack.add(
        observed_cluster(),
        ClusterCapacityProviderAssociations(
            PROVIDER_OF_CLUSTER,
            Cluster=Ref(ids.CLUSTER),
            CapacityProviders=[],
            DefaultCapacityProviderStrategy=[
                CapacityProviderStrategy(CapacityProvider=Ref(PROVIDER), Weight=1)
            ],
        ),
        CapacityProvider(
            PROVIDER,
            ClusterName=Ref(ids.CLUSTER),
            ManagedInstancesProvider=ManagedInstancesProvider(
                InfrastructureRoleArn=GetAtt(INFRASTRUCTURE_ROLE, "Arn"),
                InstanceLaunchTemplate=_launch_template(stack, compute),
                PropagateTags="CAPACITY_PROVIDER",
            ),
            Tags=Tags(Name=Sub("${AWS::StackName}-instance")),
        ),
        SecurityGroup(
            INSTANCE_SECURITY_GROUP,
            GroupDescription="Application Instance Security Group",
            VpcId=Ref(ids.VPC),
            SecurityGroupEgress=egress(ManagedInstances()),
        ),
        _infrastructure_role(stack, compute),
        InstanceProfile(INSTANCE_PROFILE, Roles=[Ref(INSTANCE_ROLE)]),
        role(
            INSTANCE_ROLE,
            description=f"Instances that run {stack.name}",
            trust=trust(_ec2(stack)),
            policies={
                "InstancePermissions": document(
                    *join_as_managed(
                        GetAtt(ids.CLUSTER, "Arn"),
                        stack.arns.regional("ecs", f"container-instance/${{{ids.CLUSTER}}}/*"),
                    )
                )
            },
        ),
    )
    return task_capacity(
        stack,
        compute,
        compatibility="MANAGED_INSTANCES",
        depends_on=[PROVIDER_OF_CLUSTER],
        strategy=[CapacityProviderStrategyItem(CapacityProvider=Ref(PROVIDER), Weight=1)],
    )


def _ec2(stack: ApplicationStack) -> Value:
    """Return the only service whose name has another suffix in China."""
    return Sub(f"ec2.{stack.arns.suffix}")


def _launch_template(stack: ApplicationStack, compute: ManagedInstances) -> InstanceLaunchTemplate:
    storage = compute.storage
    return InstanceLaunchTemplate(
        Ec2InstanceProfileArn=GetAtt(INSTANCE_PROFILE, "Arn"),
        CapacityOptionType="SPOT" if compute.spot else "ON_DEMAND",
        NetworkConfiguration=ManagedInstancesNetworkConfiguration(
            SecurityGroups=[Ref(INSTANCE_SECURITY_GROUP)], Subnets=task_subnets(stack, compute)
        ),
        Monitoring="DETAILED",
        **present(
            InstanceRequirements=_requirements(compute.requirements, compute.architecture),
            StorageConfiguration=None
            if storage is None
            else ManagedInstancesStorageConfiguration(StorageSizeGiB=storage),
        ),
    )


def _requirements(
    requirements: InstanceRequirements | None, architecture: str
) -> InstanceRequirementsRequest | None:
    if requirements is None:
        return None
    types: Any = list(requirements.instance_types) or None
    return InstanceRequirementsRequest(
        VCpuCount=VCpuCountRangeRequest(
            Min=requirements.minimum_vcpus, **present(Max=requirements.maximum_vcpus)
        ),
        MemoryMiB=MemoryMiBRequest(
            Min=requirements.minimum_memory, **present(Max=requirements.maximum_memory)
        ),
        CpuManufacturers=list(CPU_MANUFACTURERS[architecture]),
        **present(AllowedInstanceTypes=types),
    )


def _infrastructure_role(stack: ApplicationStack, compute: ManagedInstances) -> Role:
    """Return the role with which ECS starts instances."""
    arns = stack.arns
    statements = manage_instances(
        lambda resource: arns.regional("ec2", resource),
        images=Sub(f"arn:{arns.partition}:ec2:${{AWS::Region}}::image/*"),
        security_group=arns.regional("ec2", f"security-group/${{{INSTANCE_SECURITY_GROUP}}}"),
        instance_role=GetAtt(INSTANCE_ROLE, "Arn"),
        ec2_service=_ec2(stack),
    )
    if compute.spot:
        path = "role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
        statements.append(link_spot(arns.global_("iam", path)))
    return role(
        INFRASTRUCTURE_ROLE,
        description=f"ECS, managing the instances of {stack.name}",
        # AWS's page has no condition here: ECS may call without a source.
        trust=trust(
            "ecs.amazonaws.com",
            Condition(StringEqualsIfExists({"aws:SourceAccount": Ref("AWS::AccountId")})),
        ),
        policies={"InfrastructurePermissions": document(*statements)},
    )
