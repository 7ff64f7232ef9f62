"""What a role may do, as far as the templates say."""

from collections.abc import Iterator
from dataclasses import dataclass

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_known, may_be, may_match
from cfn_pipeline.analysis.resolving import arn_of, is_function, name_of, resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.managed_policies import managed_policy

__all__ = ["Grants", "grants_of", "lets_in", "trusts"]


@dataclass(frozen=True, kw_only=True)
class _Statement:
    """A statement that allows something; None: something that cannot be told."""

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
        """Tell whether the statement, which denies, is certainly about this."""
        return (
            self.actions is not None
            and self.resources is not None
            and _any_match(self.actions, action, fold=True)
            and any(pattern in ("*", resource) for pattern in self.resources)
        )


@dataclass(frozen=True, kw_only=True)
class Grants:
    """What a role may do.

    Args:
        role: the role.
        statements: what its policies allow.
        is_whole: whether these are all of its policies.
        denied: what its policies deny, whatever the conditions.

    """

    role: Resource
    statements: tuple[_Statement, ...]
    is_whole: bool
    denied: tuple[_Statement, ...] = ()

    def may(self, action: str, resource: str, *, service: str | None = None) -> bool:
        """Tell whether the role may, as far as can be told, do something to a resource.

        Args:
            action: such as ``s3:GetObject``.
            resource: an ARN, parts of which may be unknown.
            service: the one to which a role is passed; absent: it does not matter.

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
    """Collect what the policies of a role allow, wherever they stand in the templates."""
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
            found = list(_allowing(document))
            statements += [entry for entry in found if entry is not None]
            is_whole = is_whole and None not in found
    return Grants(role=role, statements=tuple(statements), is_whole=is_whole, denied=tuple(denied))


def _documents(role: Resource, system: System) -> Iterator[Node | _Statement | None]:
    """Yield the policy documents of a role; None for one that cannot be seen."""
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
    types = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
    for resource in system.resources(*types):
        policy = properties_of(resource, system)
        holders = [*policy.at("Roles").items(), policy.at("RoleName")]
        if policy.at("Roles").is_function or any(_is_role(h, role, system) for h in holders):
            yield policy.at("PolicyDocument")


def _is_exported(role: Resource) -> bool:
    """Tell whether others may well give the role policies, since they are told its name."""
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


def _managed(arn: Node, system: System) -> Iterator[Node | _Statement | None]:
    found = resource_behind(arn.value, arn.template, system, "AWS::IAM::ManagedPolicy")
    if found is not None:
        yield properties_of(found, system).at("PolicyDocument")
        return
    actions = managed_policy(arn.text or "")
    yield None if actions is None else _Statement(actions=actions, resources=None, services=None)


def _allowing(document: Node) -> Iterator[_Statement | None]:
    """Yield the statements that allow something; None where that cannot be told."""
    document = document.parsed
    if not document.is_there or is_function(document.value):
        yield None
        return
    if document.at("Statement").is_function:
        yield None
    for statement in document.at("Statement").items():
        if statement.is_function:
            yield None
        elif statement.at("Effect").text != "Deny":
            yield _Statement(
                actions=_texts(statement.at("Action")),
                resources=_texts(statement.at("Resource")),
                services=_passed_to(statement.at("Condition")),
            )


def _denying(document: Node) -> Iterator[_Statement]:
    """Yield the statements that deny something without any condition."""
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


def _passed_to(condition: Node) -> tuple[str, ...] | None:
    """Return the services to which a role may be passed; None where that is not said."""
    for operator, keys in condition.fields().items():
        for key, node in keys.fields().items():
            positive = operator.startswith(("StringEquals", "StringLike"))
            if key.lower() == "iam:passedtoservice" and positive:
                return _texts(node)
    return None


def trusts(role: Resource, service: str, system: System) -> bool:
    """Tell whether a service (``codebuild.amazonaws.com``) may, as far as can be told, assume it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    document = properties_of(role, system).at("AssumeRolePolicyDocument")
    return lets_in(document, "sts:AssumeRole", service=service)


def _is_regional(text: str, service: str) -> bool:
    """Tell whether a text is a service's name with a region or another partition in it."""
    name, _, rest = text.partition(".")
    return name == service.split(".")[0] and (".amazonaws." in f".{rest}." or not is_known(rest))


def lets_in(
    document: Node, action: str, *, service: str | None = None, role: Resource | None = None
) -> bool:
    """Tell whether a resource's own policy lets a service or a role in, as far as can be told."""
    document = document.parsed
    if not document.is_there:
        return False
    if is_function(document.value) or document.at("Statement").is_function:
        return True
    for statement in document.at("Statement").items():
        if statement.at("Effect").text == "Deny" or statement.at("NotPrincipal").is_there:
            continue
        if not _any_match(_texts(statement.at("Action")), action, fold=True):
            continue
        principal = statement.at("Principal")
        if statement.is_function or principal.is_function or principal.text == "*":
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
