"""What protects stacks from removal, and what of them stays.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.deployment.stacks import REVIEW, Stacks
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.files.makefile import Target
from cfn_pipeline.template import load

#: The parameter of an application's stack that protects its database and load balancer.
_PROTECTION = "DeletionProtection"

#: What becomes of a resource, by its DeletionPolicy; the others are deleted.
_OUTCOMES = {"Retain": "stays", "RetainExceptOnCreate": "stays", "Snapshot": "snapshot"}

COLUMNS = {"outcome": "", "resource": "Resource", "type": "Type", "id": "Physical id"}


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A stack to remove.

    Args:
        target: the stack.
        stack_id: its ARN.
        count: how many resources it has.
        staying: the resources that are not simply deleted: ``outcome``, ``resource``, ``type`` and
            ``id`` of each.

    """

    target: Target
    stack_id: str
    count: int
    staying: Sequence[Mapping[str, str]]


def removals(stacks_of: Callable[[Target], Stacks], targets: Sequence[Target]) -> list[Removal]:
    """Return the stacks that exist, in the order in which they are removed."""
    found = []
    for target in reversed(targets):
        stacks = stacks_of(target)
        described = stacks.find(target.stack)
        if described is not None:
            resources = [] if described["StackStatus"] == REVIEW else stacks.resources(target.stack)
            existing = [r for r in resources if r["ResourceStatus"] != "DELETE_COMPLETE"]
            found.append(
                Removal(
                    target=target,
                    stack_id=described["StackId"],
                    count=len(existing),
                    staying=_staying(existing, stacks.template(target.stack)) if existing else [],
                )
            )
    return found


def protection_problems(
    stacks_of: Callable[[Target], Stacks], targets: Sequence[Target], deploy: str
) -> Iterator[str]:
    """Yield the stacks that are protected, each with the way out.

    Args:
        stacks_of: returns the stacks of a target's account and region.
        targets: what is to be removed.
        deploy: the command that deploys them.

    """
    for target in targets:
        described = stacks_of(target).find(target.stack) or {}
        if described.get("EnableTerminationProtection"):
            yield (
                f"stack {target.stack} has termination protection; run aws cloudformation "
                "update-termination-protection --no-enable-termination-protection --stack-name "
                f"{target.stack}, then remove it"
            )
        parameters = {p["ParameterKey"]: p for p in described.get("Parameters", [])}
        if parameters.get(_PROTECTION, {}).get("ParameterValue") == "true":
            yield (
                f"stack {target.stack} protects its resources from deletion; run {deploy} "
                f"{target.name} -p {_PROTECTION}=false, then remove it"
            )


def _staying(
    resources: Sequence[Mapping[str, Any]], template: str | Mapping[str, Any]
) -> list[dict[str, str]]:
    try:
        declared = (load(template) if isinstance(template, str) else template)["Resources"]
    except (TemplateError, KeyError):
        return []
    return [
        {
            "outcome": outcome,
            "resource": resource["LogicalResourceId"],
            "type": resource["ResourceType"],
            "id": resource.get("PhysicalResourceId", ""),
        }
        for resource in resources
        if (outcome := _outcome(declared.get(resource["LogicalResourceId"]))) is not None
    ]


def _outcome(resource: object) -> str | None:
    policy = resource.get("DeletionPolicy") if isinstance(resource, Mapping) else None
    return _OUTCOMES.get(policy) if isinstance(policy, str) else None
