"""The difference between a deployed stack and a template, as a change set has it."""

import contextlib
import json
from collections.abc import Mapping

from cfn_pipeline.aws.cloudformation import CAPABILITIES
from cfn_pipeline.deployment.account import Account
from cfn_pipeline.deployment.change_sets import ChangeSets
from cfn_pipeline.deployment.planning import steps
from cfn_pipeline.deployment.stacks import Stacks, is_new, kept_parameters
from cfn_pipeline.diff.change_sets import with_change_set
from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.difference import Difference
from cfn_pipeline.errors import DeploymentError
from cfn_pipeline.files.makefile import Target
from cfn_pipeline.template import load


def stack_difference(
    stack: str, new: State, given: Mapping[str, str], account: Account, *, bucket: str | None
) -> Difference:
    """Return what an update of a stack to a template would change.

    A change set is created for it, read, and deleted again.

    Args:
        stack: the stack's name.
        new: the template.
        given: values of parameters; the stack keeps the others.
        account: where the stack is.
        bucket: for a template larger than 51,200 bytes; None: none is given.

    Raises:
        TemplateError: the template cannot be read, or several are given.
        DeploymentError: the stack does not exist, a value is missing, or AWS refuses.

    """
    if len(new.files) != 1:
        raise DeploymentError(f"{new.name}: --stack compares with one template; give a file")
    [(file, text)] = new.files.items()
    stacks = Stacks(account)
    existing = stacks.find(stack)
    if existing is None or is_new(existing):
        raise DeploymentError(
            f"stack {stack!r} does not exist in account {account.number}, region "
            f"{account.region}; give another name, or --region and --profile"
        )
    body = stacks.template(stack)
    deployed = body if isinstance(body, str) else json.dumps(body)
    difference = compare(State(name=f"stack {stack}", files={file: deployed}), new)
    target = Target(name=stack, file=file, stack=stack, capabilities=CAPABILITIES)
    [step] = steps([target], {file: text}, {file: load(text, source=new.name)}, given)
    if missing := step.missing(kept_parameters(existing)):
        raise DeploymentError(
            f"{new.name}: parameters without a value: {', '.join(missing)}; add --parameter "
            f"{missing[0]}=VALUE"
        )
    change_sets = ChangeSets(account, stacks, bucket=bucket)
    change_set = change_sets.propose(step, existing)
    if change_set is None:
        return with_change_set(difference, file, [])
    try:
        changes = [{"ResourceChange": change} for change in change_set.changes]
        return with_change_set(difference, file, changes)
    finally:
        with contextlib.suppress(DeploymentError):
            change_sets.discard(change_set)
