"""What the emulator lacks: stand-ins for resource types, ended tasks, public parameters.

The emulator's inner names are private ones, so its version is pinned in setup.cfg.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2, ecs, ssm
from ministack.services.cloudformation import provisioners

from cfn_pipeline.permissions.catalogue import handlers
from cfn_pipeline.permissions.tables import BY_HAND

__all__ = ["Tasks", "add_network", "add_public_parameters", "add_types", "mend_types"]

_IMAGE = "ami-0123456789abcdef0"


class _Types(dict[str, Any]):
    """The emulator's resource types, and a stand-in for each other type that AWS has.

    ``used`` names the types of which a stand-in was made.
    """

    def __init__(self, known: Mapping[str, Any]) -> None:
        super().__init__(known)
        self.used: set[str] = set()

    def __contains__(self, type_: object) -> bool:
        return super().__contains__(type_) or _exists(str(type_))

    def __missing__(self, type_: str) -> dict[str, Callable[..., Any]]:
        if not _exists(type_):
            raise KeyError(type_)

        def create(logical_id: str, props: Mapping[str, Any], stack: str) -> tuple[str, Any]:
            self.used.add(type_)
            return _identity(type_, logical_id, props, stack)

        def update(
            physical_id: str, _old: Mapping[str, Any], _new: Mapping[str, Any], _stack: str
        ) -> tuple[str, Any]:
            return physical_id, _attributes(type_, physical_id)

        def delete(_physical_id: str, _props: Mapping[str, Any]) -> None:
            return None

        return {"create": create, "update": update, "delete": delete}

    def get(self, type_: str, default: Any = None) -> Any:
        """Return what makes a type; the default for a type that AWS does not have."""
        return self[type_] if type_ in self else default  # noqa: SIM401 - get calls this


def _exists(type_: str) -> bool:
    return handlers(type_) is not None or type_ in BY_HAND


def _identity(
    type_: str, logical_id: str, props: Mapping[str, Any], stack: str
) -> tuple[str, dict[str, str]]:
    named = [
        value for key, value in props.items() if key in ("Name", f"{type_.split(':')[-1]}Name")
    ]
    physical_id = str(named[0]) if named else f"{stack}-{logical_id}"
    return physical_id, _attributes(type_, physical_id)


def _attributes(type_: str, physical_id: str) -> dict[str, str]:
    _, service, kind = type_.lower().split("::")
    arn = f"arn:aws:{service}:{get_region()}:{get_account_id()}:{kind}/{physical_id}"
    attributes = {"Arn": arn, "Id": physical_id, "Name": physical_id, "Version": "1"}
    attributes[f"{type_.split(':')[-1]}Arn"] = arn
    return attributes


def add_types() -> _Types:
    """Let templates have every resource type of AWS's."""
    types = _Types(provisioners._RESOURCE_HANDLERS)
    provisioners._RESOURCE_HANDLERS = types
    return types


def mend_types() -> None:
    """Take the numbers of an ECS service that are strings, as CloudFormation does."""
    service = provisioners._RESOURCE_HANDLERS["AWS::ECS::Service"]
    create, update = service["create"], service["update"]
    service["create"] = lambda name, props, *rest: create(name, _counted(props), *rest)
    service["update"] = lambda id_, old, new, *rest: update(
        id_, _counted(old), _counted(new), *rest
    )


def _counted(props: Mapping[str, Any]) -> dict[str, Any]:
    count = props.get("DesiredCount")
    return {**props, "DesiredCount": int(count)} if isinstance(count, str) else dict(props)


def add_public_parameters() -> None:
    """Let templates read the parameters that AWS publishes, such as the newest images."""

    class Published(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            if name in self or not name.startswith("/aws/service/"):
                return super().get(name, default)
            return _IMAGE

    ssm._PUBLIC_AMI_PARAMETERS = Published(ssm._PUBLIC_AMI_PARAMETERS)


def add_network(vpcs: Iterable[str], subnets: Iterable[str]) -> list[str]:
    """Let the account have VPCs and subnets with ids that somebody has chosen.

    They are as the account's own are. Subnets are in the first of the VPCs.

    Returns:
        The ids of those that were not there.

    """
    own, own_subnets = ec2._DEFAULT_VPC_ID, itertools.cycle(list(ec2._subnets.values()))
    chosen, added = list(vpcs), []
    for vpc in chosen:
        if vpc not in ec2._vpcs:
            ec2._vpcs[vpc] = {**ec2._vpcs[own], "VpcId": vpc, "IsDefault": False}
            added.append(vpc)
    for subnet in subnets:
        if subnet not in ec2._subnets:
            template = next(own_subnets)
            ec2._subnets[subnet] = {
                **template,
                "SubnetId": subnet,
                "VpcId": (chosen or [own])[0],
            }
            added.append(subnet)
    return added


class Tasks:
    """ECS tasks that somebody runs: no container is there, so each ends at once.

    ``exit_code`` is the one with which they end; those whose definition has run well before still
    do, as those of the image before do when a stack is rolled back.
    """

    def __init__(self) -> None:
        self.exit_code = 0
        self._run = ecs._run_task
        # Services start their tasks by the function, which keep running.
        ecs._ACTION_MAP["RunTask"] = self._run_and_end

    def _run_and_end(self, request: Mapping[str, Any]) -> Any:
        response = self._run(request)
        for said in json.loads(response[2]).get("tasks", []):
            task = ecs._tasks[said["taskArn"]]
            code = 0 if self._has_run_well(task["taskDefinitionArn"]) else self.exit_code
            ecs._mark_task_stopped(
                said["taskArn"],
                task,
                "Essential container in task exited",
                "EssentialContainerExited",
                exit_code=code,
            )
        return response

    @staticmethod
    def _has_run_well(definition: str) -> bool:
        return any(
            task["taskDefinitionArn"] == definition
            and task.get("stopCode") == "EssentialContainerExited"
            and all(container.get("exitCode") == 0 for container in task["containers"])
            for task in ecs._tasks.values()
        )
