"""Whether an existing role is sufficient for deploying a template."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.partial_text import ANYTHING, Unknowns
from cfn_pipeline.aws.iam import POLICY_TYPES
from cfn_pipeline.aws.managed_policies import managed_policy
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.evaluation.matching import matches
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.permissions import catalogue
from cfn_pipeline.permissions.deriving import Permissions
from cfn_pipeline.permissions.patterns import Known, bind, has_unknown, known_of, value_pattern
from cfn_pipeline.permissions.references import bound, import_of
from cfn_pipeline.template import load
from cfn_pipeline.template.files import read_text

_ROLE = "AWS::IAM::Role"
#: What no name has: it stands for the name of the role's own stack, and for what is not known.
_NOTHING = "\0"
_PSEUDO = re.compile(r"\$\{(AWS::(?:AccountId|Partition|Region|URLSuffix))\}")
_UNKNOWNS = Unknowns()
_HERE = {_UNKNOWNS.open(f"AWS::{name}") for name in ("AccountId", "Partition", "Region")}
#: The parts of an ARN before its last.
_FIELDS = 5


@frozen
class Coverage(Frozen):
    """What a role lacks for what is needed, and what it may do beyond that.

    Args:
        lacking: the actions that it may not do, each with the ARNs on which it must.
        too_much: the actions that it may do and that nothing needs, with the ARNs.
        notes: what could not be judged.

    """

    lacking: Mapping[str, Sequence[str]]
    too_much: Mapping[str, Sequence[str]]
    notes: Sequence[str]


@frozen
class _Statement(Frozen):
    effect: str
    actions: tuple[str, ...]
    but_actions: tuple[str, ...]
    arns: tuple[str, ...]
    but_arns: tuple[str, ...]
    has_condition: bool
    condition: str

    def is_about(self, action: str) -> bool:
        if self.but_actions:
            return not any(_stands_for(a.lower(), action.lower()) for a in self.but_actions)
        return any(_stands_for(a.lower(), action.lower()) for a in self.actions)

    def covers(self, action: str, arn: str) -> bool:
        """Tell whether the statement is about an action on every resource of an ARN."""
        if not self.is_about(action):
            return False
        if self.but_arns:
            return not any(_may_meet(other, arn) for other in self.but_arns)
        return any(_stands_for(other, arn) for other in self.arns)


def coverage(needed: Permissions, statements: Sequence[Mapping[str, Any]]) -> Coverage:
    """Return what a role that is allowed ``statements`` lacks, and what it has too much.

    A condition of the role's counts as kept where what is derived has the same; a statement with
    another one is told, and taken as if it allowed. What is denied under no condition is lacking.

    Args:
        needed: what is derived from the templates.
        statements: of the role's policies, in long form; ARNs as text or as functions.

    """
    allowing: list[_Statement] = []
    denying: list[_Statement] = []
    for statement in map(_statement, statements):
        (denying if statement.effect == "Deny" else allowing).append(statement)
    lacking: dict[str, list[str]] = {}
    notes: dict[str, None] = {}
    conditions = _conditions(needed)
    for action, arns in needed.actions.items():
        for arn in arns:
            by = [entry for entry in allowing if entry.covers(action, arn)]
            same = [e for e in by if not e.has_condition or e.condition in conditions[action]]
            if not by or any(not d.has_condition and d.covers(action, arn) for d in denying):
                lacking.setdefault(action, []).append(arn)
            elif not same:
                notes[f"{action} on {arn} is allowed under a condition, which is not judged"] = None
    return Coverage(lacking=lacking, too_much=_too_much(needed, allowing), notes=list(notes))


def _conditions(needed: Permissions) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {action: set() for action in needed.actions}
    for statement in needed.statements:
        for action in statement["Action"]:
            if action in found:
                text = json.dumps(statement.get("Condition"), sort_keys=True)
                found[action].add(text)
    return found


def _too_much(needed: Permissions, allowing: Sequence[_Statement]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    actions = needed.actions
    for statement in allowing:
        for action in statement.actions:
            wanted = [a for a in actions if _stands_for(action.lower(), a.lower())]
            for arn in statement.arns:
                met = [
                    other
                    for a in wanted
                    for other in actions[a]
                    if _may_meet(arn, other) or arn == "*"
                ]
                # A pattern of actions, or all resources, where something smaller would do.
                wide = "*" in action and any(catalogue.access(a) is not None for a in wanted)
                wider = arn == "*" and met and "*" not in met
                if not met or (wide and not _is_reading(action)) or wider:
                    found.setdefault(action, []).append(arn)
    return {action: list(dict.fromkeys(arns)) for action, arns in sorted(found.items())}


def _is_reading(action: str) -> bool:
    return catalogue.access(action) in catalogue.READING


def statements_of(
    role: str,
    *,
    read: Callable[[Path], str] = read_text,
    name_of: Callable[[str], str] = str,
) -> list[Mapping[str, Any]]:
    """Return the statements of a role's policies.

    Args:
        role: the path of a policy, or of what ``aws iam get-role-policy`` and
            ``get-policy-version`` answer; or a template's, a colon, and a role's logical id.
        read: returns the text of a file, or raises TemplateError; absent: reads the file.
        name_of: returns what messages call the file; absent: its path.

    Raises:
        TemplateError: a file that has no policy, or no such role.

    """
    path, name = role, ""
    if ":" in role and not Path(role).is_file():
        path, _, name = role.rpartition(":")
    try:
        text = read(Path(path))
    except TemplateError as error:
        raise TemplateError(f"{error}; give a policy's file, or TEMPLATE:ROLE") from error
    file = name_of(path)
    content = load(text, source=file)
    documents = list(_of_role(content, name)) if name else list(_of_answer(content))
    if not documents:
        raise TemplateError(
            f"{_nothing(content, file, name)}; give a policy's file, or TEMPLATE:ROLE"
        )
    return [
        statement
        for document in documents
        for statement in _listed(document.get("Statement"))
        if isinstance(statement, dict)
    ]


def _nothing(content: Mapping[str, Any], file: str, name: str) -> str:
    """Return why a role or a file has no policies that can be read."""
    if not name:
        return f"{file} has no policy"
    type_, properties = known_of(content, {}).resources.get(name, ("", {}))
    others = [_shown(arn) for arn in _listed(properties.get("ManagedPolicyArns"))]
    if type_ == _ROLE and others:
        return f"the policies of role {name!r} are not in {file} ({', '.join(others)})"
    return f"no role {name!r} with policies in {file}"


def _shown(arn: Any) -> str:
    """Return an ARN as a text, with its variables."""
    text = arn.get("Fn::Sub") if isinstance(arn, dict) else arn
    return text if isinstance(text, str) else json.dumps(arn)


def _of_answer(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    match content:
        case {"Statement": _}:
            yield content
        case {"PolicyDocument": dict(document)}:
            yield document
        case {"PolicyVersion": {"Document": dict(document)}}:
            yield document


def _of_role(content: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    known = known_of(content, {})
    type_, properties = known.resources.get(name, ("", {}))
    if type_ != _ROLE:
        return
    for arn in _listed(properties.get("ManagedPolicyArns")):
        if (actions := managed_policy(_shown(arn))) is not None:
            yield {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    documents = [p.get("PolicyDocument") for p in _listed(properties.get("Policies"))]
    attached = [a.get("Ref") for a in _listed(properties.get("ManagedPolicyArns")) if _is_ref(a)]
    for logical_id, (kind, others) in known.resources.items():
        holders = [*_listed(others.get("Roles")), *_listed(others.get("RoleName"))]
        own = {"Ref": name} in holders or properties.get("RoleName", "") in holders
        if kind in POLICY_TYPES and (own or logical_id in attached):
            documents.append(others.get("PolicyDocument"))
    exports = _exports(content)
    for document in documents:
        if isinstance(document, dict):
            statements = _listed(document.get("Statement"))
            yield {"Statement": [_resolved(s, known, exports) for s in statements]}


def _exports(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the imports that stand for values of a template, by the value."""
    section = content.get("Outputs")
    found = {}
    for output in section.values() if isinstance(section, dict) else ():
        match output:
            case {"Value": value, "Export": {"Name": str(name)}}:
                found[json.dumps(value)] = json.dumps({"Fn::ImportValue": name})
    return found


def _is_ref(value: Any) -> bool:
    return isinstance(value, dict) and "Ref" in value


def _resolved(statement: Any, known: Known, exports: Mapping[str, str]) -> Any:
    """Return a statement of a template with its ARNs as texts."""
    if not isinstance(statement, dict):
        return statement
    found = dict(statement)
    for key in ("Resource", "NotResource"):
        if key in statement:
            found[key] = [
                exports.get(json.dumps(value)) or _text(value, known)
                for value in _listed(statement[key])
            ]
    return found


def _text(value: Any, known: Known) -> str:
    imported = import_of(value, known)
    if imported is not None:
        return json.dumps(bound(imported, _NOTHING))
    text = value_pattern(value, known)
    return _NOTHING if has_unknown(text) else bind(text, _NOTHING)


def _statement(statement: Mapping[str, Any]) -> _Statement:
    def texts(key: str) -> tuple[str, ...]:
        return tuple(
            v if isinstance(v, str) else json.dumps(v) for v in _listed(statement.get(key))
        )

    return _Statement(
        effect=str(statement.get("Effect", "Allow")),
        actions=texts("Action"),
        but_actions=texts("NotAction"),
        arns=texts("Resource"),
        but_arns=texts("NotResource"),
        has_condition=bool(statement.get("Condition")),
        condition=json.dumps(statement.get("Condition"), sort_keys=True),
    )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@lru_cache(maxsize=16384)
def _stands_for(pattern: str, text: str) -> bool:
    """Tell whether a pattern stands for all that another does."""
    return pattern == text or matches(*_beside(pattern, text)) is True


@lru_cache(maxsize=16384)
def _may_meet(one: str, other: str) -> bool:
    """Tell whether two patterns may stand for the same resource."""
    return one == other or matches(*_beside(one, other)) is not False


def _beside(pattern: str, text: str) -> tuple[str, str]:
    """Return a pattern and what it is compared with, as IAM's evaluation reads them.

    What a wildcard of the text stands for is not known. A pseudo parameter of the one stands for
    any value of the other: a role is in one account.
    """
    known, compared = (
        _PSEUDO.sub(lambda name: _UNKNOWNS.open(name[1]), t) for t in (pattern, text)
    )
    compared = compared.replace("*", ANYTHING).replace("?", _UNKNOWNS.open("?"))
    fields, others = known.split(":", _FIELDS), compared.split(":", _FIELDS)
    if len(fields) == len(others) == _FIELDS + 1:
        for number in range(_FIELDS):
            if fields[number] in _HERE:
                fields[number] = others[number]
            elif others[number] in _HERE and "*" not in fields[number]:
                others[number] = fields[number]
    return ":".join(fields), ":".join(others)
