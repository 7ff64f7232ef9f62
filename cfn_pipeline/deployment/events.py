"""Events of stacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: The type of the stack itself among its events.
STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event of a stack, as DescribeStackEvents describes it."""

    id: str
    time: datetime
    resource: str
    type: str
    status: str
    reason: str
    physical_id: str


def event_from(described: Mapping[str, Any]) -> Event:
    """Return an event from what DescribeStackEvents returns."""
    return Event(
        id=described["EventId"],
        time=described["Timestamp"],
        resource=described.get("LogicalResourceId", ""),
        type=described.get("ResourceType", ""),
        status=described.get("ResourceStatus", ""),
        reason=described.get("ResourceStatusReason", ""),
        physical_id=described.get("PhysicalResourceId", ""),
    )
