"""What the policies of a role allow, and who may use a resource by its own policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_known, is_open, may_be, may_match
from cfn_pipeline.analysis.resolving import arn_of, name_of, resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.iam import POLICY_TYPES
from cfn_pipeline.aws.managed_policies import managed_policy


class _Statement(NamedTuple):
    """A policy statement; None stands for values that are not known."""

    actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    services: tuple[str, ...] | None

    def covers(self, action: str, resource: str, service: str | None) -> bool:
        return (
            _any_match(self.actions, action, fold=True)
            and _any_match(self.resources, resource)
            and (
                service is None
                or self.services is None
                or any(may_match(pattern, service) for pattern in self.services)
            )
        )

    def forbids(self, action: str, resource: str) -> bool:
        """Whether this Deny statement certainly applies."""
        return (
            self.actions is not None
            and self.resources is not None
            and _any_match(self.actions, action, fold=True)
            and any(pattern in ("*", resource) for pattern in self.resources)
        )


@dataclass(frozen=True, kw_only=True)
class Grants:
    """The permissions of a role.

    Args:
        role: the role.
        statements: the statements that allow.
        is_whole: whether all policies of the role are known.
        denied: the statements that deny without conditions.

    """

    role: Resource
    statements: tuple[_Statement, ...]
    is_whole: bool
    denied: tuple[_Statement, ...] = ()

    def may(self, action: str, resource: str, *, service: str | None = None) -> bool:
        """Whether the role is allowed an action; True if that is not known.

        Args:
            action: such as ``s3:GetObject``.
            resource: an ARN, which may have unknown parts.
            service: the service to which a role is passed, or which uses a key for the role;
                default: any.

        """
        if any(statement.forbids(action, resource) for statement in self.denied):
            return False
        return not self.is_whole or any(
            statement.covers(action, resource, service) for statement in self.statements
        )


def _any_match(patterns: tuple[str, ...] | None, text: str, *, fold: bool = False) -> bool:
    if patterns is None:
        return True
    if fold:
        return any(may_match(pattern.lower(), text.lower()) for pattern in patterns)
    return any(may_match(pattern, text) for pattern in patterns)


def grants_of(role: Resource, system: System) -> Grants:
    """Collect the permissions of a role from all policies in the templates."""
    return system.once(("grants", role), lambda: _collected(role, system))


def _collected(role: Resource, system: System) -> Grants:
    statements: list[_Statement] = []
    denied: list[_Statement] = []
    is_whole = not any(t.rewritten or t.hides_resources for t in system.templates)
    for document in _documents(role, system):
        if document is None:
            is_whole = False
        elif isinstance(document, _Statement):
            statements.append(document)
        else:
            denied += _denying(document)
            allowed = list(_allowing(document))
            statements += [entry for entry in allowed if entry is not None]
            is_whole = is_whole and None not in allowed
    return Grants(role=role, statements=tuple(statements), is_whole=is_whole, denied=tuple(denied))


def _documents(role: Resource, system: System) -> Iterator[Node | _Statement | None]:
    """Yield the policy documents of a role; None for a document that is not known."""
    if _is_exported(role):
        yield None
    properties = properties_of(role, system)
    inline, managed = properties.at("Policies"), properties.at("ManagedPolicyArns")
    if (inline.is_there and not inline.is_whole) or managed.is_function:
        yield None
    for policy in inline.items():
        yield policy.at("PolicyDocument")
    for arn in managed.items():
        yield from _managed(arn, system)
    for resource in system.resources(*POLICY_TYPES):
        policy = properties_of(resource, system)
        holders = [*policy.at("Roles").items(), policy.at("RoleName")]
        if policy.at("Roles").is_function or any(_is_role(h, role, system) for h in holders):
            yield policy.at("PolicyDocument")
        elif any(_may_be_role(h, role, system) for h in holders):
            yield None


def _is_exported(role: Resource) -> bool:
    """Whether other stacks may attach policies to the role, because its name is exported."""
    return any(
        isinstance(body, dict)
        and "Export" in body
        and body.get("Value") == {"Ref": role.logical_id}
        for body in role.template.section("Outputs").values()
    )


def _is_role(holder: Node, role: Resource, system: System) -> bool:
    if not holder.is_there:
        return False
    if resource_behind(holder.value, holder.template, system, "AWS::IAM::Role") is role:
        return True
    return holder.text == name_of(role, system)


def _may_be_role(holder: Node, role: Resource, system: System) -> bool:
    """Whether a holder that is not known, such as a parameter, may be the role."""
    if holder.text is None or not is_open(holder.text):
        return holder.is_there and holder.is_function and holder.text is None
    other = resource_behind(holder.value, holder.template, system, "AWS::IAM::Role")
    return other is None and may_be(holder.text, name_of(role, system))


def _managed(arn: Node, system: System) -> Iterator[Node | _Statement | None]:
    policy = resource_behind(arn.value, arn.template, system, "AWS::IAM::ManagedPolicy")
    if policy is not None:
        yield properties_of(policy, system).at("PolicyDocument")
        return
    actions = managed_policy(arn.text or "")
    yield None if actions is None else _Statement(actions=actions, resources=None, services=None)


def _allowing(document: Node) -> Iterator[_Statement | None]:
    """Yield the statements that allow; None for a statement that is not known."""
    document = document.parsed
    if not document.is_there or document.hides_keys:
        yield None
        return
    if document.at("Statement").is_function:
        yield None
    for statement in document.at("Statement").items():
        if statement.hides_keys:
            yield None
        elif statement.at("Effect").text != "Deny":
            yield _Statement(
                actions=_texts(statement.at("Action")),
                resources=_texts(statement.at("Resource")),
                services=_limited_to(statement.at("Condition")),
            )


def _denying(document: Node) -> Iterator[_Statement]:
    """Yield the statements that deny without conditions."""
    for statement in document.parsed.at("Statement").items():
        plain = statement.at("Action").is_there and statement.at("Resource").is_there
        bare = plain and not statement.at("Condition").is_there
        if bare and statement.at("Effect").text == "Deny":
            yield _Statement(
                actions=_texts(statement.at("Action")),
                resources=_texts(statement.at("Resource")),
                services=None,
            )


def _texts(node: Node) -> tuple[str, ...] | None:
    if not node.is_there or (node.is_function and node.text is None):
        return None
    items = node.items() or [node]
    texts = [item.text for item in items]
    return None if None in texts else tuple(text for text in texts if text is not None)


def _limited_to(condition: Node) -> tuple[str, ...] | None:
    """Return the services to which a role is passed or which use a key; None: they may be any."""
    for operator, keys in condition.fields().items():
        for key, node in keys.fields().items():
            positive = operator.startswith(("StringEquals", "StringLike"))
            if key.lower() in ("iam:passedtoservice", "kms:viaservice") and positive:
                return _texts(node)
    return None


def trusts(role: Resource, service: str, system: System) -> bool:
    """Whether a service (``codebuild.amazonaws.com``) may assume the role; True if not known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    document = properties_of(role, system).at("AssumeRolePolicyDocument")
    return lets_in(document, "sts:AssumeRole", service=service)


def _is_regional(text: str, service: str) -> bool:
    """Whether a text is the service's name with a region or of another partition."""
    name, _, rest = text.partition(".")
    return name == service.split(".")[0] and (".amazonaws." in f".{rest}." or not is_known(rest))


def lets_in(
    document: Node, action: str, *, service: str | None = None, role: Resource | None = None
) -> bool:
    """Whether a resource's own policy allows a service or a role; True if not known."""
    document = document.parsed
    if not document.is_there:
        return False
    if document.hides_keys or document.at("Statement").is_function:
        return True
    for statement in document.at("Statement").items():
        if statement.hides_keys:
            return True
        if statement.at("Effect").text == "Deny" or statement.at("NotPrincipal").is_there:
            continue
        if not _any_match(_texts(statement.at("Action")), action, fold=True):
            continue
        principal = statement.at("Principal")
        if principal.hides_keys or principal.text == "*":
            return True
        if service is not None and any(
            may_be(text, service) or _is_regional(text, service)
            for text in _texts(principal.at("Service")) or ()
        ):
            return True
        if role is not None:
            arn = arn_of(role, document.system)
            if any(text == "*" or may_be(text, arn) for text in _texts(principal.at("AWS")) or ()):
                return True
    return False
