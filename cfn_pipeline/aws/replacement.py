"""Properties of which a change replaces a resource, read from ``data/create_only.json``.

``scripts/replacement_data.py`` makes the data from the resource-provider schemas that cfn-lint
ships, so that nothing but the standard library is needed to read it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from cfn_pipeline.aws.entries import Entries

#: The types of which each resource is a version of one thing: a change makes the next version.
REVISIONS = frozenset(
    {
        "AWS::ApiGateway::Deployment",
        "AWS::AutoScaling::LaunchConfiguration",
        "AWS::ECS::TaskDefinition",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Version",
    }
)

_CUSTOM = "AWS::CloudFormation::CustomResource"


class CreateOnly(NamedTuple):
    """The properties that are given to a resource when it is created, and not later.

    A path has a slash between keys, and ``*`` for each key or item: ``Export/Name``.

    Args:
        always: a change of these replaces the resource.
        sometimes: a change of these replaces it under conditions that the service documents.

    """

    always: tuple[str, ...]
    sometimes: tuple[str, ...]


@cache
def create_only(type_: str) -> CreateOnly | None:
    """Return the create-only properties of a type; None: its schema is not known."""
    found = _entries().get(_CUSTOM if type_.startswith("Custom::") else type_)
    return None if found is None else CreateOnly(*map(tuple, found))


@cache
def _entries() -> Entries:
    return Entries(Path(__file__).with_name("data") / "create_only.json")
