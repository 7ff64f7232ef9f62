"""Exports: what must be deployed before a stack imports it, and what is in use.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from cfn_pipeline.deployment.planning import Step
from cfn_pipeline.deployment.stacks import Stacks
from cfn_pipeline.files.makefile import Target
from cfn_pipeline.permissions.imports import imports


def import_problems(
    stacks_of: Callable[[Target], Stacks],
    planned: Sequence[Step],
    exports: Mapping[str, Sequence[str]],
    deploy: str,
) -> Iterator[str]:
    """Yield the stacks that must be deployed before others import from them.

    Args:
        stacks_of: returns the stacks of a target's account and region.
        planned: the steps.
        exports: what they may import: the exports of other stacks, by the stack's name.
        deploy: the command that deploys these.

    """
    importing: dict[str, list[str]] = {}
    for step in planned:
        template = {"Parameters": step.declared, "Resources": step.resources}
        for stack, names in exports.items():
            wanted = {name for name in names if imports(template, name, stack=step.stack)}
            if wanted and not wanted <= {*_exports(stacks_of(step.target), stack)}:
                importing.setdefault(stack, []).append(step.stack)
    for stack, users in importing.items():
        yield (
            f"stack {stack} must be deployed before {', '.join(users)}, for their imports; run "
            f"{deploy}"
        )


def use_problems(stacks_of: Callable[[Target], Stacks], targets: Sequence[Target]) -> Iterator[str]:
    """Yield the stacks from which stacks import that are not removed with them.

    Args:
        stacks_of: returns the stacks of a target's account and region.
        targets: what is to be removed.

    """
    leaving = {target.stack for target in targets}
    for target in targets:
        stacks = stacks_of(target)
        users = {
            name: None
            for export in _exports(stacks, target.stack)
            for name in stacks.importers(export)
            if name not in leaving
        }
        if users:
            yield (
                f"stack {target.stack} has exports that are in use by {', '.join(users)}; remove "
                "these stacks first"
            )


def _exports(stacks: Stacks, stack: str) -> list[str]:
    """Return the exports of a stack; none if it does not exist."""
    outputs = (stacks.find(stack) or {}).get("Outputs", [])
    return [output["ExportName"] for output in outputs if "ExportName" in output]
