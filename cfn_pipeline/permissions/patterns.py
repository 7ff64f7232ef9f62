"""Values of a template as patterns: what is known stands as it is, the rest is ``*``.

The name of the stack is not known yet: a mark stands for it until :func:`bind` puts it there, so
that a template is read once for all of its stacks.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cfn_pipeline.aws.cloudformation import PLACE_PARAMETERS
from cfn_pipeline.aws.name_forms import STACK
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.permissions import catalogue
from cfn_pipeline.permissions.names import GENERATED_NAMES, LONGEST_NAMES, WITHOUT_SLASH
from cfn_pipeline.template.values import scalar_text, substitute

_DEEPEST = 10

#: Characters for private use. They stand for a stack's name and for the beginning of the names
#: that CloudFormation makes in it; for the same in lower case; for what is not known before the
#: deployment, and for what AWS makes up; for ``${`` that is not a reference; and around a name of
#: which something is not known; and for a character that AWS makes up.
_STACK, _MADE, _LOWER_STACK, _LOWER_MADE = "\ue000", "\ue001", "\ue002", "\ue003"
_UNKNOWN, _MADE_UP, _DOLLAR, _FROM, _TO = "\ue004", "\ue005", "\ue006", "\ue007", "\ue008"
_CHARACTER = "\ue009"
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_MARK = re.compile(f"([{_STACK}-{_DOLLAR}{_CHARACTER}])(?:([\ue100-\ue1ff])([\ue100-\ue1ff]))?")
_UNSURE = re.compile(f"{_FROM}([^{_TO}]*){_TO}")
_FIRST_NUMBER = 0xE100
_DYNAMIC = re.compile(
    rf"\{{\{{resolve:(?:[^{{}}$\ue006]|\$\{{[^{{}}]*\}}|{_DOLLAR}[^{{}}]*\}}|\$(?!\{{))*\}}\}}"
)

_VARIABLE_BEGINS = re.compile(rf"\$\{{(?!(?:{'|'.join(PLACE_PARAMETERS)})\}})")

#: Patterns of stacks' names: ``todobackend-dev``, or ``orders-*``.
Stacks = Sequence[str]

#: Type and properties of a template's resources, by logical id.
Resources = Mapping[str, tuple[str, Mapping[str, Any]]]


@frozen
class Known(Frozen):
    """What values of a template can refer to.

    Args:
        resources: the template's resources.
        parameters: the values of its parameters, as far as they are known.

    """

    resources: Resources
    parameters: Mapping[str, str]


def known_of(template: Mapping[str, Any], values: Mapping[str, str]) -> Known:
    """Return what values of a template can refer to; ``values`` win over parameters' defaults."""
    found = {}
    section = template.get("Parameters")
    for name, body in section.items() if isinstance(section, dict) else ():
        default = body.get("Default") if isinstance(body, dict) else None
        if name in values:
            found[name] = values[name]
        elif isinstance(default, (str, int, float)) and not _is_looked_up(body):
            found[name] = str(default)
    return Known(resources=resources(template), parameters=found)


def _is_looked_up(parameter: Mapping[str, Any]) -> bool:
    type_ = str(parameter.get("Type", ""))
    return type_.startswith("AWS::SSM::") or "List" in type_


def resources(template: Mapping[str, Any]) -> Resources:
    """Return a template's resources by logical id: type and properties, with SAM's Globals."""
    section = template.get("Resources")
    shared = template.get("Globals")
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for name, body in section.items() if isinstance(section, dict) else ():
        if isinstance(body, dict) and isinstance(body.get("Type"), str):
            type_ = body["Type"]
            properties = body.get("Properties")
            own = properties if isinstance(properties, dict) else {}
            if isinstance(shared, dict) and type_.startswith("AWS::Serverless::"):
                more = shared.get(type_.removeprefix("AWS::Serverless::"))
                own = {**more, **own} if isinstance(more, dict) else own
            found[str(name)] = (type_, own)
    return found


def bind(pattern: str, stack: str) -> str:
    """Return a pattern as it is in a stack."""
    if not _PRIVATE.search(pattern):
        return pattern
    if _FROM in pattern:
        pattern = _UNSURE.sub(
            lambda name: name[1] if begins_with_stack(name[1], stack) else _MADE, pattern
        )
    return _shortened(_MARK.sub(lambda mark: _bound(mark, stack), pattern))


def _bound(mark: re.Match[str], stack: str) -> str:
    match mark[1]:
        case "\ue000":
            return stack
        case "\ue002":
            return stack.lower()
        case "\ue006":
            return "${!"
        case "\ue009":
            return "?"
        case "\ue004" | "\ue005":
            return "*"
    made = re.sub(r"\*(?:-\*)+$", "*", f"{stack}-*")
    if mark[2]:
        kept, room = (ord(number) - _FIRST_NUMBER for number in mark.group(2, 3))
        sure = stack.split("*")[0]
        if "*" in stack or len(stack) > room:
            made = sure[: kept if "*" in stack else max(kept, room - 1)] + "*"
            if made == f"{stack}*":
                made = f"{stack}-*"
    return made.lower() if mark[1] == _LOWER_MADE else made


def begins_with_stack(name: str, stack: str) -> bool:
    """Tell whether a name of which something is not known is certainly one of a stack's."""
    sure = re.split(f"[{_UNKNOWN}*]", name)[0]
    if re.search(f"[{_STACK}-{_LOWER_MADE}]", sure):
        return True
    begins = stack.split("*")[0]
    return sure.startswith((begins, begins.lower()))


def within_stack(name: str) -> str:
    """Return a name that stands for the stack's own, where it does not begin as these do."""
    return f"{_FROM}{name}{_TO}" if has_unknown(name) else name


def has_unknown(pattern: str) -> bool:
    """Tell whether something of a pattern is not known before the deployment."""
    return _UNKNOWN in pattern


def is_open(pattern: str) -> bool:
    """Tell whether a pattern ends with a wildcard, in whatever stack."""
    return re.search(f"[*{_MADE}{_LOWER_MADE}-{_MADE_UP}{_TO}\ue100-\ue1ff]$", pattern) is not None


def of_stack(form: str) -> str:
    """Return the pattern for a name that a table has for all stacks."""
    return form.replace("{stack-lower}-*", _LOWER_MADE).replace("{stack}-*", _MADE)


def _shortened(pattern: str) -> str:
    return re.sub(r"\*\*+", "*", pattern)


def name_patterns(logical_id: str, known: Known) -> list[str]:
    """Return patterns of a resource's name: those that it is given, or what is made up."""
    type_, properties = known.resources[logical_id]
    path = ""
    if type_.startswith("AWS::IAM::") and "Path" in properties:
        path = _literal(properties["Path"], known, logical_id, "Path").strip("/")
        path = path and f"{path}/"
    property_ = catalogue.name_property(type_) or ""
    made = made_name(type_, logical_id)
    names = [
        made if value is None else _literal(value, known, logical_id, property_)
        for value in _branches(properties.get(property_), known, 0)
    ]
    if type_ in WITHOUT_SLASH:
        names = [name.removeprefix("/") for name in names]
    return list(dict.fromkeys(path + (name or made) for name in names))


def _literal(value: Any, known: Known, logical_id: str, property_: str) -> str:
    """Return a name, which may have no characters that mean something in a policy."""
    name = value_pattern(value, known)
    refuse_wildcards(name, logical_id, property_)
    return name


def refuse_wildcards(text: str, where: str, what: str) -> None:
    """Refuse a literal text that would be a pattern in a policy.

    Raises:
        TemplateError: it has ``*``, ``?`` or ``${``.

    """
    if re.search(f"[*?{_DOLLAR}]", text):
        shown = bind(text, "*").replace("${!", "${")[:80]
        raise TemplateError(
            f"{where}: {what} {shown!r} has a wildcard or a variable of policies, which no name of "
            "AWS has; write the name as it is"
        )


def alternatives(value: Any, known: Known) -> list[Any]:
    """Return the values that a property may have: the branches of Fn::If; none: no value."""
    return [branch for branch in _branches(value, known, 0) if branch is not None]


def _branches(value: Any, known: Known, depth: int) -> list[Any]:
    """Return the values that a property may have, with None for no value."""
    match value:
        case None | {"Ref": "AWS::NoValue"}:
            return [None]
        case {"Fn::If": [_, yes, no]} if depth < _DEEPEST:
            return [found for branch in (yes, no) for found in _branches(branch, known, depth + 1)]
        case {"Ref": str(name)} if known.parameters.get(name) == "":
            return [None]
        case _:
            return [value]


def made_name(type_: str, logical_id: str) -> str:
    """Return a pattern of what CloudFormation names a resource that has no name."""
    form = GENERATED_NAMES.get(type_, "{stack}-*")
    if form == "*":
        return _MADE_UP
    made = of_stack(form).replace("{logical}", logical_id)
    made = made.replace("?", _CHARACTER).replace("*", _MADE_UP)
    longest = LONGEST_NAMES.get(type_)
    if longest is None:
        return made
    # A dash, the logical id, another dash and twelve characters follow the stack's name.
    room = longest - len(logical_id) - 15
    if room >= STACK.longest or made not in (_MADE, _LOWER_MADE):
        return made
    kept = (longest - 14) // 2 - 1
    return made + "".join(chr(_FIRST_NUMBER + max(0, number)) for number in (kept, room))


def value_pattern(value: Any, known: Known) -> str:
    """Return what a text of a template will be; what a dynamic reference gives is not known.

    Raises:
        TemplateError: a text with characters for private use.

    """
    return _DYNAMIC.sub(_UNKNOWN, reference_pattern(value, known))


def reference_pattern(value: Any, known: Known) -> str:
    """Return a text of a template with its dynamic references.

    Raises:
        TemplateError: a text with characters for private use.

    """
    return _VARIABLE_BEGINS.sub(_DOLLAR, _pattern(value, known, 0))


def _text(text: str) -> str:
    if _PRIVATE.search(text):
        raise TemplateError(
            f"the text {_PRIVATE.sub('?', text)[:80]!r} has a character for private use (U+E000 to "
            "U+F8FF); no name of AWS has one, so take it out"
        )
    return text.replace("${", _DOLLAR)


def _pattern(value: Any, known: Known, depth: int) -> str:
    if depth > _DEEPEST:
        return _UNKNOWN
    match value:
        case bool() | int() | float() | str():
            return _text(scalar_text(value))
        case {"Ref": "AWS::StackName"}:
            return _STACK
        case {"Ref": str(name)} if name in PLACE_PARAMETERS:  # the same in each policy of the place
            return f"${{{name}}}"
        case {"Ref": str(name)}:
            return _referred(name, known, depth)
        case {"Fn::Sub": str(text)}:
            return _substituted(text, {}, known, depth)
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return _substituted(text, variables, known, depth)
        case {"Fn::Join": [str(delimiter), list(items)]}:
            return _text(delimiter).join(_pattern(item, known, depth + 1) for item in items)
        case {"Fn::If": [_, yes, no]}:
            both = {_pattern(v, known, depth + 1) for v in (yes, no)}
            return both.pop() if len(both) == 1 else _UNKNOWN
        case _:
            return _UNKNOWN


def _referred(name: str, known: Known, depth: int) -> str:
    if name in known.parameters:
        return _text(known.parameters[name])
    if name not in known.resources:
        return _UNKNOWN
    type_, properties = known.resources[name]
    property_ = catalogue.name_property(type_)
    if property_ is None and type_ not in GENERATED_NAMES:
        return _MADE_UP  # an id, such as that of a security group
    given = alternatives(properties.get(property_ or ""), known)
    if len(given) > 1:
        return _UNKNOWN
    return _pattern(given[0], known, depth + 1) if given else made_name(type_, name)


def _substituted(text: str, variables: Mapping[str, Any], known: Known, depth: int) -> str:
    _text(text)
    return substitute(text, variables, lambda v: _pattern(v, known, depth + 1))
