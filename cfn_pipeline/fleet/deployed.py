"""What differs between rendered templates and the stacks that are deployed from them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Any

from cfn_pipeline.deployment.account import Account
from cfn_pipeline.deployment.stacks import Stacks, is_new
from cfn_pipeline.errors import DeploymentError, OutputError
from cfn_pipeline.fleet.places import Places
from cfn_pipeline.fleet.plan import Plan
from cfn_pipeline.fleet.stacks import not_rendered, stacks_of_fleet
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.manifest import read_manifest
from cfn_pipeline.stacks.environment.names import environment_stack
from cfn_pipeline.stacks.fleet.accounts import account_stack, accounts_of
from cfn_pipeline.stacks.fleet.pipeline import NOTHING, PIPELINE, FleetStack
from cfn_pipeline.stacks.fleet.templates import ROLES, boundary_stack, own_stacks
from cfn_pipeline.template import load
from cfn_pipeline.template.files import read_text

#: Characters of the summary: the approval's note has 1,000, with some around it.
_SUMMARY = 800


@frozen
class Comparison(Frozen):
    """A stack, and its template as it is deployed and as it is rendered.

    Args:
        stack: its name, with that of its account where this is another one.
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

    @property
    def makes_the_same(self) -> bool:
        """Whether the resources are the same, however the template is written."""
        if self.deployed is None:
            return False
        return load(self.deployed).get("Resources") == load(self.rendered).get("Resources")


@frozen
class State(Frozen):
    """What a run of the fleet's pipeline would do.

    Args:
        comparisons: of the stacks that it deploys.
        removed: the stacks of applications that are no longer in the configuration file.
        left: stacks that the deployed pipeline knows, and the rendered one does not: they stay.
        digest: of the rendered pipeline.
        prepared: what people deploy: the boundary, and what the pipeline needs in other accounts.
        unread: why other accounts cannot be read, by their numbers.
        has_roles: whether the fleet has the roles that are rendered; where it has not, its build
            may not be allowed to read other accounts yet, and a run updates the fleet alone.

    """

    comparisons: Sequence[Comparison]
    removed: Sequence[str]
    left: Sequence[str]
    digest: str
    prepared: Sequence[Comparison] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    has_roles: bool = True

    @property
    def problems(self) -> list[str]:
        """Why it could not deploy everything, with the way out."""
        found = [
            f"account {account} cannot be read: {reason}; a person deploys what it needs: make "
            f"deploy/account-{account}"
            for account, reason in self.unread.items()
        ]
        for each in self.prepared:
            if each.deployed is None or not each.makes_the_same:
                stack = each.stack.partition("@")[0]
                lacks = "is not deployed" if each.deployed is None else "differs"
                found.append(
                    f"stack {stack} {lacks} ({each.path}); a person deploys it: make "
                    f"deploy/{each.path.stem}"
                )
        return found

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
    stale = not_rendered(task, plan.unchanged)
    if stale or read_manifest(task.folder) is None:
        raise OutputError(
            f"{', '.join(stale) or task.folder}: is not rendered, or not as the configuration file "
            "has it; run cfn-pipeline render first"
        )
    found = stacks_of_fleet(task, plan.unchanged, plan.orphans)
    stacks, removed = found.applications, found.removed
    own = own_stacks(task.fleet, stacks, removed)
    deployed = [s for each in stacks.values() for s in each if not s.is_own]
    places = Places(task.fleet, account)

    def comparisons(of: Iterable[FleetStack]) -> list[Comparison]:
        found = [(stack, places.read(stack, partial(_deployed, stack.stack))) for stack in of]
        return [
            Comparison(stack=s.title, path=root / s.path, deployed=text, rendered=_text(root, s))
            for s, text in found
            if s.account not in places.unread
        ]

    def prepared(account: str, regions: Iterable[str | None]) -> list[Comparison]:
        """Compare the stack of an account; people may have deployed it in any of its regions."""
        stack = account_stack(task.fleet, account)
        every = comparisons(replace(stack, region=r) for r in dict.fromkeys([None, *regions]))
        return ([each for each in every if each.deployed is not None] or every)[:1]

    compared = comparisons([*deployed, *own])
    goes = [s for each in removed.values() for s in each]
    pipeline = compared[-1]
    known = {s.title for s in (*deployed, *own, *goes)}
    gone = [s.title for s in goes if _exists(s, places)]
    has_roles = any(c.is_same for c in compared if c.stack == f"{task.fleet.name}-{ROLES}")
    if has_roles:
        for stack, reason in places.refused.items():
            raise DeploymentError(f"stack {stack} cannot be read: {reason}")
    return State(
        comparisons=compared,
        removed=gone,
        left=[name for name in _stack_names(pipeline.deployed) if name not in known],
        prepared=[
            *comparisons([boundary_stack(task.fleet)]),
            *(
                comparison
                for account, regions in accounts_of({**stacks, **removed}).items()
                for comparison in prepared(account, regions)
            ),
        ],
        unread=places.unread,
        has_roles=has_roles,
        digest=_digest(pipeline),
    )


def _exists(stack: FleetStack, places: Places) -> bool:
    """Whether a stack that is to be removed exists, as far as its account can be read.

    In another account, an application's own stack is taken to exist if the one beside it does.
    """
    name = stack.stack
    if stack.is_own and stack.account is not None:
        name = environment_stack(name)
    return places.read(stack, lambda stacks: stacks.find(name)) is not None


def _deployed(stack: str, stacks: Stacks) -> str | None:
    """Return the template of a stack as it is deployed; None: the stack does not exist."""
    if is_new(stacks.find(stack)):
        return None
    body = stacks.template(stack)
    return body if isinstance(body, str) else json.dumps(body)


def _text(root: Path, stack: FleetStack) -> str:
    return read_text(root / stack.path)


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
        action["Name"]
        for action in _actions(template)
        if action.get("Configuration", {}).get("ActionMode") == "CREATE_UPDATE"
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
