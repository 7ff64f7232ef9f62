"""Policy documents as IAM reads them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.evaluation.conditions import Condition
from cfn_pipeline.frozen import Frozen, frozen

#: Texts, which may have unknown parts; None: not known at all.
Texts = tuple[str, ...] | None


class Element(NamedTuple):
    """Action, NotAction, Resource or NotResource.

    Args:
        patterns: the patterns.
        negated: whether it is about everything else.

    """

    patterns: Texts
    negated: bool = False


class Principals(NamedTuple):
    """Principal or NotPrincipal.

    Args:
        of_type: names by kind, such as AWS and Service; None: not known.
        negated: whether it is about everyone else.

    """

    of_type: Mapping[str, Texts] | None
    negated: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class Statement:
    """A statement of a policy; None for an element that is not there.

    Args:
        effect: Allow or Deny; None: not known.
        actions: what it is about.
        resources: on what; in trusts, on the role itself.
        principals: whom a resource's own policy is about.
        conditions: all must be met; None: they are not all known.
        node: its place; None: it is not in a template.

    """

    effect: str | None
    actions: Element
    resources: Element | None = None
    principals: Principals | None = None
    conditions: tuple[Condition, ...] | None = ()
    node: Node | None = None

    @cached_property
    def action_names(self) -> tuple[frozenset[str], Element]:
        """The names among its actions, in lower case, and the patterns among them."""
        actions = [action.lower() for action in self.actions.patterns or ()]
        names = frozenset(a for a in actions if a.isascii() and not {*"*?$"} & {*a})
        patterns = tuple(action for action in actions if action not in names)
        return names, Element(patterns)

    @property
    def name(self) -> str:
        """Its Sid in messages; ``a statement`` if it has none."""
        sid = None if self.node is None else self.node.at("Sid").text
        return f"statement {sid}" if sid else "a statement"


@frozen
class Policy(Frozen):
    """The statements of one or several documents.

    Args:
        statements: the statements.
        is_whole: whether these are all; otherwise there may be others.

    """

    statements: tuple[Statement, ...] = ()
    is_whole: bool = True

    def __add__(self, other: "Policy") -> "Policy":
        """Return the statements of both."""
        return Policy(
            statements=(*self.statements, *other.statements),
            is_whole=self.is_whole and other.is_whole,
        )


#: A policy of which nothing is known.
UNKNOWN = Policy(is_whole=False)


def plain_policy(document: Mapping[str, Any]) -> Policy:
    """Return a policy document without functions."""
    template = Template("policy", {})
    return policy_of(Node(System(templates=[template]), template, (), document, None))


def allowing(*actions: str) -> Policy:
    """Return a policy that allows actions on all resources."""
    statement = Statement(effect="Allow", actions=Element(actions), resources=Element(("*",)))
    return Policy(statements=(statement,))


def policy_of(document: Node) -> Policy:
    """Return the policy in a document of a template."""
    # With the policy, the document stays: no other value gets its id.
    key = ("policy", id(document.value), document.path, document.template, id(document.scenario))
    _, policy = document.system.once(key, lambda: (document, _policy_of(document)))
    return policy


def _policy_of(document: Node) -> Policy:
    document = document.parsed
    if not document.is_there or document.hides_keys or document.at("Statement").is_function:
        return UNKNOWN
    statements = document.at("Statement")
    return Policy(
        statements=tuple(_statement(node) for node in statements.items() if not node.hides_keys),
        is_whole=statements.is_whole and not any(n.hides_keys for n in statements.items()),
    )


def _statement(node: Node) -> Statement:
    effect = node.at("Effect").text
    return Statement(
        effect=effect if effect in ("Allow", "Deny") else None,
        actions=_element(node, "Action") or Element(None),
        resources=_element(node, "Resource"),
        principals=_principals(node),
        # Whether a statement within Fn::If is there is not known.
        conditions=None if "Fn::If" in node.path else _conditions(node.at("Condition")),
        node=node,
    )


def _element(node: Node, name: str) -> Element | None:
    if node.at(name).is_there:
        return Element(texts_of(node.at(name)))
    if node.at(f"Not{name}").is_there:
        return Element(texts_of(node.at(f"Not{name}")), negated=True)
    return None


def _principals(node: Node) -> Principals | None:
    for name in ("Principal", "NotPrincipal"):
        value = node.at(name)
        if value.is_there:
            return Principals(_by_type(value), negated=name.startswith("Not"))
    return None


def _by_type(node: Node) -> Mapping[str, Texts] | None:
    if isinstance(node.value, str):
        return {"AWS": (node.value,)}
    if node.hides_keys:
        return None
    return {kind: texts_of(names) for kind, names in node.fields().items()}


def _conditions(node: Node) -> tuple[Condition, ...] | None:
    if not node.is_there:
        return ()
    if node.hides_keys:
        return None
    found = list(_listed(node))
    return None if None in found else tuple(entry for entry in found if entry is not None)


def _listed(node: Node) -> Iterator[Condition | None]:
    for operator, keys in node.fields().items():
        if keys.hides_keys:
            yield None
        for key, values in keys.fields().items():
            yield Condition(operator, key, texts_of(values))


def texts_of(node: Node) -> Texts:
    """Return the text of a value, or of each item of a list; None: not known."""
    if not node.is_there or (node.is_function and node.text is None):
        return None
    items = node.items() or [node]
    texts = [item.text for item in items]
    return None if None in texts else tuple(text for text in texts if text is not None)
