"""What parts of the application's stack know of each other: each is what a part returns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from awacs.aws import Statement
from troposphere import Ref
from troposphere.ec2 import SecurityGroup
from troposphere.ecs import (
    AdvancedConfiguration,
    CapacityProviderStrategyItem,
    DeploymentConfiguration,
    NetworkConfiguration,
    Volume,
)
from troposphere.elasticloadbalancingv2 import ListenerRule, TargetGroup

from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.values import Value
from cfn_pipeline.stacks.application import ids


@frozen
class Capacity(Frozen):
    """What compute returns.

    Args:
        security_group: of what containers are reached through.
        ports: the first and the last port on which containers are reached there.
        host_port: of a container with a port; 0: Docker chooses; absent: the container's port.
        network_mode: of tasks; absent: bridge.
        target_type: of the load balancer's targets; absent: instance.
        depends_on: logical ids of what must exist before a task can run.
        strategy: the capacity providers of the service; empty: the cluster's instances.
        subnets: in which tasks run; absent: the public ones.
        network: of tasks with an address of their own; absent: that of their instances.
        task: further properties of the definition of a task with certain containers.

    """

    security_group: SecurityGroup
    ports: tuple[int, int]
    host_port: int | None = None
    network_mode: str | None = None
    target_type: str | None = None
    depends_on: Sequence[str] = ()
    strategy: Sequence[CapacityProviderStrategyItem] = ()
    subnets: Ref = field(default_factory=lambda: Ref(ids.SUBNETS))
    network: NetworkConfiguration | None = None
    task: Callable[[Sequence[Container]], Mapping[str, Any]] = lambda _: {}


@frozen
class Frontend(Frozen):
    """What a load balancer returns.

    Args:
        security_group: of the load balancer, or the id of one that exists.
        rule: the description of the rules that let its requests through; absent: none.
        subnets: of the load balancer; None: those of one that exists; absent: the public ones.
        target_group: in which the service registers its tasks.
        target_group_of: makes another one like it, with a logical id.
        depends_on: logical ids of what must exist before the service.
        listener: the listener that forwards to the service, where it depends on a condition, so
            that ``depends_on`` cannot name it.
        listener_rule: the rule that forwards to the service; absent: the listener's own action.
        full_name: what metrics call the load balancer; absent: they are not used.
        label: what scaling calls load balancer and target group; absent: they are not used.

    """

    security_group: SecurityGroup | Value
    rule: str | None = None
    subnets: Ref | None = field(default_factory=lambda: Ref(ids.SUBNETS))
    target_group: Ref
    target_group_of: Callable[[str], TargetGroup]
    depends_on: Sequence[str] = ()
    listener: Value | None = None
    listener_rule: ListenerRule | None = None
    full_name: Value | None = None
    label: Value | None = None


@frozen
class Strategy(Frozen):
    """What a deployment returns.

    Args:
        configuration: the service's.
        advanced: of the service's load balancer; absent: requests are not shifted.

    """

    configuration: DeploymentConfiguration
    advanced: AdvancedConfiguration | None = None


@frozen
class Credentials(Frozen):
    """What a secret returns.

    Args:
        password: for a property of a resource; absent: of none of the stack's.
        environment: variables with which containers read the secret themselves.
        secrets: variables that ECS fills, with the ARNs of their values.
        permissions: what ECS needs to fill them.

    """

    password: Value | None = None
    environment: Mapping[str, Value] = field(default_factory=dict)
    secrets: Mapping[str, Value] = field(default_factory=dict)
    permissions: Sequence[Statement] = ()


@frozen
class Backend(Frozen):
    """What a database returns.

    Args:
        security_group: of the database, or the id of one that exists.
        rule: the description of the rules that let containers through; absent: none.
        port: on which it listens.
        environment: variables with which containers find it.
        credentials: with which they log in.
        depends_on: logical ids of what must exist before containers can use it.
        instances: those of them to which no variable refers.

    """

    security_group: SecurityGroup | Value
    rule: str | None = None
    port: int
    environment: Mapping[str, Value]
    credentials: Credentials
    depends_on: Sequence[str]
    instances: Sequence[str] = ()


@frozen
class Mount(Frozen):
    """What a volume returns.

    Args:
        name: by which containers mount it.
        volume: of the task's definition.
        read_only: whether containers can only read it.
        security_group: of what is mounted over the network, or the id of one that exists; absent:
            nothing is.
        permissions: with which the tasks' role mounts it.
        depends_on: logical ids of what must exist before a task can mount it.

    """

    name: str
    volume: Volume
    read_only: bool = False
    security_group: SecurityGroup | Value | None = None
    permissions: Sequence[Statement] = ()
    depends_on: Sequence[str] = ()


@frozen
class Preparation(Frozen):
    """What must succeed before the service is deployed, such as a migration."""

    depends_on: Sequence[str]
