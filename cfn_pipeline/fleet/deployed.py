"""What differs between rendered templates and the stacks that are deployed from them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cfn_pipeline.deployment.account import Account
from cfn_pipeline.deployment.stacks import Stacks, is_new
from cfn_pipeline.errors import OutputError
from cfn_pipeline.fleet.plan import Plan
from cfn_pipeline.fleet.targets import elsewhere, fleet_stacks
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.manifest import read_manifest
from cfn_pipeline.stacks.fleet.pipeline import NOTHING, PIPELINE, FleetStack
from cfn_pipeline.stacks.fleet.templates import own_stacks
from cfn_pipeline.template import load
from cfn_pipeline.template.files import read_text

#: Characters of the summary: the approval's note has 1,000, with some around it.
_SUMMARY = 800


@frozen
class Comparison(Frozen):
    """A stack, and its template as it is deployed and as it is rendered.

    Args:
        stack: its name.
        path: of the rendered template.
        deployed: the text of the deployed template; None: the stack does not exist.
        rendered: the text of the rendered one.

    """

    stack: str
    path: Path
    deployed: str | None
    rendered: str

    @property
    def is_same(self) -> bool:
        """Whether nothing changes."""
        return self.deployed is not None and _plain(self.deployed) == _plain(self.rendered)


@frozen
class State(Frozen):
    """What a run of the fleet's pipeline would do.

    Args:
        comparisons: of the stacks that it deploys.
        removed: the stacks of applications that are no longer in the configuration file.
        left: stacks that the deployed pipeline knows, and the rendered one does not: they stay.
        elsewhere: stacks in other accounts, which it does not deploy: account and name.
        digest: of the rendered pipeline.

    """

    comparisons: Sequence[Comparison]
    removed: Sequence[str]
    left: Sequence[str]
    elsewhere: Sequence[tuple[str, str]]
    digest: str

    @property
    def summary(self) -> str:
        """What changes, in a line for the approval."""
        changed = [c.stack for c in self.comparisons if c.deployed is not None and not c.is_same]
        new = [c.stack for c in self.comparisons if c.deployed is None]
        words = [
            f"{what}: {', '.join(stacks)}"
            for what, stacks in (
                ("changed", changed),
                ("new", new),
                ("to be removed", self.removed),
                ("left alone", self.left),
            )
            if stacks
        ]
        text = "; ".join(words) or NOTHING
        return text if len(text) <= _SUMMARY else f"{text[:_SUMMARY]} ..."


def compare_fleet(plan: Plan, account: Account) -> State:
    """Compare what is rendered with what is deployed.

    Args:
        plan: of a configuration file, of which everything is rendered.
        account: of the pipeline.

    Raises:
        OutputError: something is not rendered.
        DeploymentError: AWS cannot be called.

    """
    task = plan.pipeline
    assert task is not None
    root = task.folder.parent
    manifests = {m.application: (place, m) for place, m in plan.unchanged.items() if m.application}
    stale = [name for name in task.order if name not in manifests]
    if stale or read_manifest(task.folder) is None:
        raise OutputError(
            f"{', '.join(stale) or task.folder}: is not rendered, or not as the configuration file "
            "has it; run cfn-pipeline render first"
        )
    stacks = {n: fleet_stacks(m, place, root) for n, (place, m) in manifests.items()}
    removed = {
        m.application: fleet_stacks(m, place, root)
        for place, m in plan.orphans.items()
        if m.targets and m.application not in ("", *task.order)
    }
    own = own_stacks(task.fleet, stacks, removed)
    deployed = [s for each in stacks.values() for s in each if not s.is_own]
    regions: dict[str | None, Stacks] = {None: Stacks(account)}

    def in_region(region: str | None) -> Stacks:
        if region not in regions:
            regions[region] = Stacks(account.at(region))
        return regions[region]

    comparisons = [_comparison(s, root, in_region(s.region)) for s in [*deployed, *own]]
    goes = [s for each in removed.values() for s in each]
    pipeline = comparisons[-1]
    known = {s.stack for s in (*deployed, *own, *goes)}
    return State(
        comparisons=comparisons,
        removed=[s.stack for s in goes if in_region(s.region).find(s.stack) is not None],
        left=[name for name in _stack_names(pipeline.deployed) if name not in known],
        elsewhere=sorted(set(elsewhere([m for _, m in manifests.values()]))),
        digest=_digest(pipeline),
    )


def _comparison(stack: FleetStack, root: Path, stacks: Stacks) -> Comparison:
    path = root / stack.path
    deployed = None
    if not is_new(stacks.find(stack.stack)):
        body = stacks.template(stack.stack)
        deployed = body if isinstance(body, str) else json.dumps(body)
    return Comparison(stack=stack.stack, path=path, deployed=deployed, rendered=read_text(path))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _actions(template: str | None) -> Iterator[dict[str, Any]]:
    if template is None:
        return
    for resource in load(template).get("Resources", {}).values():
        for stage in resource.get("Properties", {}).get("Stages", ()):
            yield from stage["Actions"]


def _stack_names(template: str | None) -> list[str]:
    """Return the names of the stacks that a deployed pipeline updates."""
    found = [
        settings["StackName"]
        for action in _actions(template)
        if (settings := action.get("Configuration", {})).get("ActionMode") == "CREATE_UPDATE"
    ]
    return [name for name in dict.fromkeys(found) if isinstance(name, str)]


def _digest(pipeline: Comparison) -> str:
    """Return the digest that a rendered pipeline has of itself."""
    for resource in load(pipeline.rendered).get("Resources", {}).values():
        for stage in resource.get("Properties", {}).get("Stages", ()):
            for condition in stage.get("BeforeEntry", {}).get("Conditions", ()):
                for rule in condition["Rules"]:
                    if rule["Configuration"]["Variable"].endswith(f".{PIPELINE}}}"):
                        return str(rule["Configuration"]["Value"])
    raise OutputError(
        f"{pipeline.path}: is not the pipeline of a fleet; run cfn-pipeline render first"
    )
