"""What stays in Copilot's stacks, and how the new application reaches it."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from cfn_pipeline.adopt.copilot.reading import Addon, Workload
from cfn_pipeline.adopt.copilot.rows import Row, row
from cfn_pipeline.adopt.copilot.sections import Section
from cfn_pipeline.aws.data_stores import DATA

_DATABASES = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
#: What belongs to a database, which has a row of its own.
_IN_DATABASE = (*_DATABASES, "AWS::SecretsManager::Secret", "AWS::KMS::Key")
_DEFAULT_DATABASE = "main"
_QUEUE_CALLS = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes")


def rows_of(addons: Sequence[Addon]) -> Iterator[Row]:
    """Yield what holds data, but for databases: containers need a name and permissions."""
    for addon in addons:
        if addon.type in DATA and addon.type not in _IN_DATABASE:
            instead = "it stays; containers need its name (environment:) and permissions:"
            yield Row(where=f"addons of {addon.owner}", what=addon.logical_id, instead=instead)


def database_of(workload: Workload, addons: Sequence[Addon], rows: list[Row]) -> dict[str, Any]:
    """Return the database of a workload: one beside it, or one that it imports.

    Args:
        workload: the workload.
        addons: of the application.
        rows: to which is added what is otherwise.

    """
    uses_exports = "from_cfn" in str(workload.manifest)
    owners = [workload.name, *(["environments"] if uses_exports else [])]
    found = (
        addon
        for addon in addons
        if addon.type in _DATABASES and addon.owner in owners and "Engine" in addon.properties
    )
    database = next(found, None)
    if database is None:
        return {}
    engine = str(database.properties["Engine"])
    kind = "existing_mysql" if "mysql" in engine or "maria" in engine else "existing_postgresql"
    instead = "it stays; containers get address, user and password in the variables of database:"
    where = f"addons of {database.owner}"
    rows.append(Row(where=where, what=database.logical_id, instead=instead))
    return {"database": {"type": kind, "name": _database_name(database)}}


def permissions_of(
    workload: Workload, section: Section, stacks: Sequence[str], rows: list[Row]
) -> Iterator[dict[str, Any]]:
    """Yield what tasks may do with Copilot's queues and topics.

    Args:
        workload: the workload.
        section: its manifest.
        stacks: Copilot's stacks of it.
        rows: to which is added what is otherwise.

    """
    topics = [topic.text("name") for topic in section.section("publish").items("topics")]
    place = "${AWS::Region}:${AWS::AccountId}"
    if "subscribe" in section:
        arn = f"arn:${{AWS::Partition}}:sqs:{place}"
        yield {
            "actions": [f"sqs:{name}" for name in _QUEUE_CALLS],
            "on": [f"{arn}:{stack}-*Queue-*" for stack in stacks],
        }
    if any(topics):
        rows.append(row(workload.name, "publish.topics"))
        arn = f"arn:${{AWS::Partition}}:sns:{place}"
        yield {
            "actions": "sns:Publish",
            "on": [f"{arn}:{stack}-{topic}" for stack in stacks for topic in topics if topic],
        }


def _database_name(addon: Addon) -> str:
    name = addon.properties.get("DatabaseName", addon.properties.get("DBName"))
    if isinstance(name, str) and re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,62}", name):
        return name
    return _DEFAULT_DATABASE
