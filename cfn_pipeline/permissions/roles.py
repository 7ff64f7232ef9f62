"""The roles of a template: what they are allowed, and which services they trust."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple

from cfn_pipeline.aws.cloudformation import PLACE_PARAMETERS
from cfn_pipeline.aws.iam import POLICY_TYPES
from cfn_pipeline.aws.managed_policies import managed_policy
from cfn_pipeline.permissions.needs import Unknown
from cfn_pipeline.permissions.patterns import Known, bind, has_unknown, value_pattern
from cfn_pipeline.permissions.references import Arn, depends_on_stack, import_of, remedy
from cfn_pipeline.permissions.scoping import Scope
from cfn_pipeline.permissions.serverless import made_of

_PSEUDO = re.compile(rf"\$\{{(?:!|(?:{'|'.join(PLACE_PARAMETERS)})\}})")


_UNKNOWN_CONDITION = (
    "a condition refers to what is not known before the deployment, and is not in the boundary: "
    "the role's own policy keeps it"
)


class Allowed(NamedTuple):
    """What a role of a template is allowed, before it is bound to stacks."""

    sid: str
    actions: Sequence[str]
    arns: Sequence[Arn]
    condition: Any


class Roles:
    """What the roles of a template are allowed, and what cannot be told of it.

    What is not known of a role's policies is wider in the boundary than in the role, and told.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known = scope.known
        self._unknown: dict[Unknown, None] = {}
        self._imported_by_name: dict[Unknown, None] = {}

    def unknown(self, stacks: Sequence[str]) -> list[Unknown]:
        """Return what of the roles' policies the boundary does not have, or has wider."""
        _ = self.allowed
        imported = self._imported_by_name if any("*" in stack for stack in stacks) else ()
        return [*_unknown_policies(self._known), *self._unknown, *imported]

    @cached_property
    def allowed(self) -> Sequence[Allowed]:
        """What the policies of the roles allow."""
        found = []
        for name, document in _documents(self._known):
            if isinstance(document, dict) and document:
                document = document.get("Statement", document)
            for said in _listed(document or None):
                if isinstance(said, dict) and said.get("Effect", "Allow") == "Deny":
                    continue
                entry = self._allowed(name, said) if isinstance(said, dict) else None
                if entry is not None:
                    found.append(entry)
                else:
                    self._tell(
                        name,
                        "a statement that is not Action on Resource is not in the "
                        "boundary: write out what the role may do",
                        "uncovered",
                    )
        return found

    def _allowed(self, name: str, said: Mapping[str, Any]) -> Allowed | None:
        actions = [action for action in _listed(said.get("Action")) if isinstance(action, str)]
        arns = [arn for v in _listed(said.get("Resource")) for arn in self._arns(v, name)]
        if not actions or not arns or len(actions) < len(_listed(said.get("Action"))):
            return None
        if said.get("Effect", "Allow") != "Allow":
            self._tell(name, "whether a statement allows is not known: the boundary has it")
        return Allowed(
            sid=re.sub("[^A-Za-z0-9]", "", str(said.get("Sid", f"AllowTo{name}"))),
            actions=sorted(actions),
            arns=arns,
            condition=self._condition(said.get("Condition"), name),
        )

    def _condition(self, condition: Any, name: str) -> Any:
        """Return a condition for the boundary; what it refers to is bound to the stacks.

        None: there is none, or it cannot be told what it will be.
        """
        if condition is None:
            return None
        if not _has_keys(condition):
            self._tell(name, _UNKNOWN_CONDITION)
            return None
        if is_the_same_everywhere(condition):
            return condition
        found: dict[str, dict[str, tuple[Arn, ...]]] = {}
        for operator, keys in condition.items():
            for key, values in keys.items():
                arns = [arn for value in _listed(values) for arn in self._arns(value, "")]
                texts = [arn for arn in arns if isinstance(arn, str)]
                # Only these operators take patterns.
                takes_patterns = re.search("Like|ArnEquals", operator) is not None
                if any(
                    has_unknown(text)
                    or bind(text, "x") == "*"
                    # A pattern allows more, and "not" a pattern less. Without patterns, what AWS
                    # makes up would be a star.
                    or (
                        (not takes_patterns or "Not" in operator)
                        and (bind(text, "x") != bind(text, "y") or "*" in bind(text, "x"))
                    )
                    for text in texts
                ):
                    self._tell(name, _UNKNOWN_CONDITION)
                    return None
                found.setdefault(operator, {})[key] = tuple(arns)
        return found

    def _arns(self, value: Any, name: str) -> Sequence[Arn]:
        """Return what a statement's resource will be."""
        known = self._known.resources
        match value:
            case {"Ref": str(other)} | {"Fn::GetAtt": [str(other), _]} if other in known:
                return self._of_resource(other, name)
            case {"Fn::Sub": str(text)}:
                return self._filled(text, name)
        imported = import_of(value, self._known)
        if imported is None:
            return [self._pattern(value, name)]
        if name and depends_on_stack(imported):
            type_ = self._known.resources[name][0]
            remedy = "Resource is imported by the stack's name: the boundary has * in its place"
            entry = Unknown(resource=name, type=type_, remedy=remedy, kind="note")
            self._imported_by_name[entry] = None
        return [imported]

    def _of_resource(self, logical_id: str, name: str) -> Sequence[Arn]:
        found = self._scope.arns_of_resource(logical_id)
        if name and not found:
            type_, _ = self._known.resources[logical_id]
            self._tell(
                name,
                f"the ARN of {logical_id} ({type_}) is not known: the boundary has * in its place",
            )
        return found or ["*"]

    def _pattern(self, value: Any, name: str) -> str:
        text = value_pattern(value, self._known)
        if name and has_unknown(text):
            way_out = "or the boundary has * in its place"
            self._tell(name, remedy(self._known, {"Resource": value}, "Resource", way_out))
        return text

    def _filled(self, text: str, name: str) -> list[str]:
        """Fill in the ARNs of the template's resources, and the rest."""
        found = [""]
        for number, part in enumerate(re.split(r"\$\{(\w+)\.Arn\}", text)):
            if number % 2 == 0:
                filled: Sequence[Arn] = [self._pattern({"Fn::Sub": part}, name)]
            elif part in self._known.resources:
                filled = self._of_resource(part, name)
            else:
                filled = [self._pattern({"Fn::GetAtt": [part, "Arn"]}, name)]
            found = [f"{begin}{end}" for begin in found for end in filled]
        return found

    def _tell(self, name: str, what: str, kind: Literal["uncovered", "note"] = "note") -> None:
        type_ = self._known.resources.get(name, ("AWS::IAM::Role",))[0]
        entry = Unknown(resource=name, type=type_, remedy=what, kind=kind)
        self._unknown[entry] = None


def _unknown_policies(known: Known) -> list[Unknown]:
    """Return the roles that have policies of which it is not known what they allow."""
    return [
        Unknown(
            resource=name,
            type=_shown(arn),
            remedy="write what the role needs into the template, or give a boundary that allows it",
        )
        for name, properties in _roles(known)
        for arn in _listed(properties.get("ManagedPolicyArns"))
        if _of_aws(arn, known) is None and not _is_own(arn, known)
    ]


def _shown(policy: Any) -> str:
    """Return what a reader knows a policy by: its ARN, or the name of a template of SAM's."""
    if isinstance(policy, dict) and len(policy) == 1:
        [name] = policy
        return json.dumps(policy) if name == "Ref" or name.startswith("Fn::") else str(name)
    return policy if isinstance(policy, str) else json.dumps(policy)


def _roles(known: Known) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for logical_id, (type_, properties) in known.resources.items():
        for made in made_of(logical_id, type_, properties):
            if made.type == "AWS::IAM::Role":
                yield logical_id, made.properties


def _documents(known: Known) -> Iterator[tuple[str, Any]]:
    """Yield what the roles' policies say, each with a name for it."""
    for name, properties in _roles(known):
        for policy in _listed(properties.get("Policies")):
            yield name, policy.get("PolicyDocument", policy) if isinstance(policy, dict) else policy
        for arn in _listed(properties.get("ManagedPolicyArns")):
            actions = _of_aws(arn, known)
            if actions is not None:
                yield name, {"Statement": {"Action": list(actions), "Resource": "*"}}
    for name, (type_, properties) in known.resources.items():
        if type_ in POLICY_TYPES:
            yield name, properties.get("PolicyDocument")


def is_the_same_everywhere(value: Any) -> bool:
    """Tell whether a value means the same in the template of the boundary."""
    match value:
        case {"Ref": name} if len(value) == 1:
            return name in PLACE_PARAMETERS
        case {"Fn::Sub": str(text)} if len(value) == 1:
            return "${" not in _PSEUDO.sub("", text)
        case dict() if len(value) == 1 and str(next(iter(value))).startswith("Fn::"):
            [inside] = value.values()
            return next(iter(value)) in _PURE and is_the_same_everywhere(inside)
        case dict():
            return all(is_the_same_everywhere(inside) for inside in value.values())
        case list():
            return all(is_the_same_everywhere(inside) for inside in value)
        case _:
            return True


def _has_keys(condition: Any) -> bool:
    """Tell whether a condition is a mapping of operators to keys, and no function."""
    return isinstance(condition, dict) and all(
        isinstance(keys, dict)
        and not any(str(name).startswith("Fn::") or name == "Ref" for name in (operator, *keys))
        for operator, keys in condition.items()
    )


_PURE = ("Fn::ImportValue", "Fn::Join", "Fn::Select", "Fn::Split")


def _of_aws(arn: Any, known: Known) -> Sequence[str] | None:
    """Return what a policy of AWS's own allows; None: not known, or everything."""
    actions = managed_policy(bind(value_pattern(arn, known), "x"))
    return None if actions == ("*",) else actions


def _is_own(arn: Any, known: Known) -> bool:
    return isinstance(arn, dict) and arn.get("Ref") in known.resources


def assuming_services(known: Known) -> set[str]:
    """Return the services that the template's roles trust: to them CloudFormation passes roles."""
    found: set[str] = set()
    for _, properties in _roles(known):
        document = properties.get("AssumeRolePolicyDocument")
        listed = document.get("Statement") if isinstance(document, dict) else None
        for statement in listed if isinstance(listed, list) else [listed]:
            principal = statement.get("Principal") if isinstance(statement, dict) else None
            said = principal.get("Service") if isinstance(principal, dict) else None
            for value in said if isinstance(said, list) else [said]:
                name = "*" if value is None else bind(value_pattern(value, known), "*")
                found |= set() if "*" in name else {name}
    return found


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
