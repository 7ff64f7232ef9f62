"""What the emulator lacks: further resource types, tasks that end, public parameters.

It uses private names of the emulator, so setup.cfg pins its version.
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

_IMAGE = "ami-0123456789abcdef0"


class _Types(dict[str, Any]):
    """The emulator's resource types, and a stand-in for each other type of AWS.

    ``used`` has the types of stand-ins that were created.
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
        """Return the functions of a type; the default for a type that AWS does not have."""
        return self[type_] if type_ in self else default  # noqa: SIM401 - get calls this


def _exists(type_: str) -> bool:
    return handlers(type_) is not None or type_ in BY_HAND


def _identity(
    type_: str, logical_id: str, props: Mapping[str, Any], stack: str
) -> tuple[str, dict[str, str]]:
    names = [
        value for key, value in props.items() if key in ("Name", f"{type_.split(':')[-1]}Name")
    ]
    physical_id = str(names[0]) if names else f"{stack}-{logical_id}"
    return physical_id, _attributes(type_, physical_id)


def _attributes(type_: str, physical_id: str) -> dict[str, str]:
    _, service, kind = type_.lower().split("::")
    arn = f"arn:aws:{service}:{get_region()}:{get_account_id()}:{kind}/{physical_id}"
    attributes = {"Arn": arn, "Id": physical_id, "Name": physical_id, "Version": "1"}
    attributes[f"{type_.split(':')[-1]}Arn"] = arn
    return attributes


def add_types() -> _Types:
    """Add stand-ins for every resource type of AWS, and return the types."""
    types = _Types(provisioners._RESOURCE_HANDLERS)
    provisioners._RESOURCE_HANDLERS = types
    return types


def patch_types() -> None:
    """Accept what the emulator refuses and CloudFormation takes.

    A DesiredCount of an ECS service may be a string, and an alarm may be of a metric math
    expression: metrics are missing, so the emulator keeps the first of its metrics.
    """
    _patch("AWS::ECS::Service", _with_number)
    _patch("AWS::CloudWatch::Alarm", _with_one_metric)


def _patch(type_: str, accepted: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    functions = provisioners._RESOURCE_HANDLERS[type_]
    create, update = functions["create"], functions["update"]
    functions["create"] = lambda name, props, *rest, **more: create(
        name, accepted(props), *rest, **more
    )
    functions["update"] = lambda id_, old, new, *rest, **more: update(
        id_, accepted(old), accepted(new), *rest, **more
    )


def _with_number(props: Mapping[str, Any]) -> dict[str, Any]:
    count = props.get("DesiredCount")
    return {**props, "DesiredCount": int(count)} if isinstance(count, str) else dict(props)


def _with_one_metric(props: Mapping[str, Any]) -> dict[str, Any]:
    metrics = props.get("Metrics")
    if not metrics:
        return dict(props)
    stats = [entry["MetricStat"] for entry in metrics if "MetricStat" in entry]
    first = stats[0] if stats else {"Metric": {"Namespace": "Expression", "MetricName": "Any"}}
    others = {name: value for name, value in props.items() if name != "Metrics"}
    return {**first["Metric"], "Period": first.get("Period", 60), **others}


def add_public_parameters() -> None:
    """Add the public parameters of AWS, such as the latest images."""

    class Published(dict[str, str]):
        def get(self, name: str, default: Any = None) -> Any:
            if name in self or not name.startswith("/aws/service/"):
                return super().get(name, default)
            return _IMAGE

    ssm._PUBLIC_AMI_PARAMETERS = Published(ssm._PUBLIC_AMI_PARAMETERS)


def create_network(vpcs: Iterable[str], subnets: Iterable[str]) -> list[str]:
    """Create VPCs and subnets with given ids, as copies of the account's default ones.

    Subnets are in the first of the VPCs. Existing ones are left as they are.

    Returns:
        The ids of those that were created.

    """
    ec2._ensure_defaults_initialized()
    own, own_subnets = ec2._DEFAULT_VPC_ID, itertools.cycle(list(ec2._subnets.values()))
    ids, created = list(vpcs), []
    for vpc in ids:
        if vpc not in ec2._vpcs:
            ec2._vpcs[vpc] = {**ec2._vpcs[own], "VpcId": vpc, "IsDefault": False}
            created.append(vpc)
    for subnet in subnets:
        if subnet not in ec2._subnets:
            template = next(own_subnets)
            ec2._subnets[subnet] = {
                **template,
                "SubnetId": subnet,
                "VpcId": (ids or [own])[0],
            }
            created.append(subnet)
    return created


class Tasks:
    """One-off ECS tasks: containers do not run, so each ends at once.

    They end with ``exit_code``. Tasks whose definition has succeeded before succeed again, as those
    of the earlier image do when a stack is rolled back.
    """

    def __init__(self) -> None:
        self.exit_code = 0
        self._run = ecs._run_task
        # Services call the function itself: their tasks keep running.
        ecs._ACTION_MAP["RunTask"] = self._run_and_end

    def _run_and_end(self, request: Mapping[str, Any]) -> Any:
        response = self._run(request)
        for started in json.loads(response[2]).get("tasks", []):
            task = ecs._tasks[started["taskArn"]]
            code = 0 if self._has_succeeded(task["taskDefinitionArn"]) else self.exit_code
            ecs._mark_task_stopped(
                started["taskArn"],
                task,
                "Essential container in task exited",
                "EssentialContainerExited",
                exit_code=code,
            )
        return response

    @staticmethod
    def _has_succeeded(definition: str) -> bool:
        return any(
            task["taskDefinitionArn"] == definition
            and task.get("stopCode") == "EssentialContainerExited"
            and all(container.get("exitCode") == 0 for container in task["containers"])
            for task in ecs._tasks.values()
        )
