"""Stacks of one template of which one's deployment role could change what is the other's."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from cfn_pipeline.permissions.patterns import bind
from cfn_pipeline.permissions.template_needs import needs_of


class Overlap(NamedTuple):
    """What the deployment role of one stack reaches of another's.

    Args:
        stack: the stack whose role it is.
        other: the other stack.
        arn: what the role is allowed an action on.

    """

    stack: str
    other: str
    arn: str


def overlaps(template: Mapping[str, Any], stacks: Sequence[str]) -> list[Overlap]:
    """Return where names of stacks are too much alike, an entry for each pair.

    Names of a stack's resources begin with the stack's name, so a role that is bound to
    ``orders-prod-*`` reaches the stack ``orders-prod-eu``, too; and CloudFormation shortens the
    names that it makes, so that long names can begin alike. What is bound to a kind of resources
    only is not listed: it is the same for every stack.

    Args:
        template: in long form; it is deployed to each of the stacks.
        stacks: their names.

    """
    patterns = [
        pattern
        for pattern in dict.fromkeys(
            arn for arns in needs_of(template).arns.values() for arn in arns if isinstance(arn, str)
        )
        if bind(pattern, "x") != bind(pattern, "y")
    ]
    return list(_found(patterns, stacks))


def _found(patterns: Sequence[str], stacks: Sequence[str]) -> Iterator[Overlap]:
    names = {stack: [bind(pattern, stack) for pattern in patterns] for stack in stacks}
    # Most names begin otherwise; to compile all patterns takes longer than all the rest.
    heads = {
        stack: [(re.split("[*?]", name, maxsplit=1)[0], name) for name in names[stack]]
        for stack in stacks
    }
    for stack, other in permutations(stacks, 2):
        reached = (
            arn
            for arn in names[other]
            if any(arn.startswith(head) and _matches(arn, name) for head, name in heads[stack])
        )
        if (arn := next(reached, None)) is not None:
            yield Overlap(stack, other, arn)


def _matches(arn: str, pattern: str) -> bool:
    regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(regex, arn) is not None
