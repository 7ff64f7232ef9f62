"""Resolve values and intrinsic functions to strings, as far as known before deployment."""

import re
from collections.abc import Mapping
from typing import Any

from cfn_pipeline.analysis.partial_text import ANYTHING, is_open, may_be
from cfn_pipeline.analysis.scenarios import Scenario
from cfn_pipeline.analysis.system import Place, Resource, System, Template
from cfn_pipeline.aws.cloudformation import PLACE_PARAMETERS, STACK_NAME
from cfn_pipeline.aws.resource_names import ATTRIBUTES, NAME_PROPERTIES, REF_GIVES_NAME
from cfn_pipeline.template.values import replace_references, scalar_text, substitute

_DEEPEST = 20

#: It has a name, and Ref gives its ARN.
_POLICY = "AWS::IAM::ManagedPolicy"

#: The number of an account in the name of a file.
_NUMBER = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])(?=[^/]*$)")

#: The parameters that say where a stack is.
_PLACE = ("AWS::AccountId", "AWS::Region")


def is_function(value: Any) -> bool:
    """Whether a value is an intrinsic function."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [name] = value
    return name in ("Ref", "Condition") or str(name).startswith("Fn::")


def text_of(
    value: Any, template: Template, system: System, scenario: Scenario | None = None
) -> str | None:
    """Return the string to which ``value`` resolves; None if it is not a string, such as a mapping.

    Unknown parts are special characters (see ``partial_text``). A parameter resolves to the value
    that it is given, or to its default, if it has one.
    """
    if scenario is not None or not isinstance(value, dict):
        return _Resolution(system, scenario).text(value, template, 0)
    # With the text, the value stays: no other value gets its id.
    key = ("text", id(value), template)
    _, text = system.once(key, lambda: (value, _Resolution(system, None).text(value, template, 0)))
    return text


def name_of(resource: Resource, system: System) -> str:
    """Return the value of Ref for a resource."""
    return system.once(("name", resource), lambda: _Resolution(system, None).name(resource, 0))


def arn_of(resource: Resource, system: System) -> str:
    """Return the value of ``Fn::GetAtt [X, Arn]`` for a resource."""
    return system.once(("ARN", resource), lambda: _arn_of(resource, system))


def _arn_of(resource: Resource, system: System) -> str:
    value = {"Fn::GetAtt": [resource.logical_id, "Arn"]}
    return text_of(value, resource.template, system) or ANYTHING


def resource_behind(value: Any, template: Template, system: System, *types: str) -> Resource | None:
    """Return the resource of one of ``types`` to which a value refers, in any template.

    The value may be a Ref or Fn::GetAtt, an import of an export, or the name of the resource. None
    if no resource matches, or several do.
    """
    for _ in range(_DEEPEST):
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                if (resource := template.resources.get(name)) is not None:
                    return _seen(resource, types)
                break
            case {"Fn::Sub": str(text)} if m := re.fullmatch(r"\$\{(\w+)(\.\w+)?\}", text):
                if (resource := template.resources.get(m[1])) is not None:
                    return _seen(resource, types)
                break
            case {"Fn::ImportValue": name}:
                exported = exporters(name, template, system)
                if len(exported) != 1:
                    return None
                [(template, value)] = exported
            case _:
                break
    return _resource_named(text_of(value, template, system), system, types, template.place)


def resource_at(
    text: str | None, system: System, place: Place | None, *types: str
) -> Resource | None:
    """Return the resource of one of ``types`` that has a name or an ARN in a place.

    The place None is that of the pipeline. None if no template has it, or several do.
    """
    return _resource_named(text, system, types, place)


def may_be_resource(value: Any, resource: Resource, system: System, template: Template) -> bool:
    """Whether a value refers to a resource, or may, because it is not known.

    Args:
        value: a Ref, Fn::GetAtt, an import, or a name.
        resource: the resource.
        system: the templates.
        template: the template in which the value stands.

    """
    behind = resource_behind(value, template, system, resource.type)
    if behind is not None:
        return behind is resource
    text = text_of(value, template, system)
    return text is None or is_open(text)


def _resource_named(
    text: str | None, system: System, types: tuple[str, ...], place: Place | None
) -> Resource | None:
    if not text or ANYTHING in text:
        return None
    account = text.split(":")[4] if text.startswith("arn:") and text.count(":") >= 5 else ""
    own = system.unknowns.open("AWS::AccountId") if place is None else place.account
    if account not in ("", own):
        return None  # it may be another account than that of the deployment
    named = system.once(("named", types, place), lambda: _by_name(system, types, place))
    matches = named.get(re.split("[:/]", text)[-1], [])
    matches = _of_account(matches, place, system)
    if place is not None and len(matches) > 1:  # artifacts-eu-west-1.yml is for that region
        matches = [r for r in matches if any(text in r.template.file for text in place)]
    return _seen(matches[0], types) if len(matches) == 1 else None


def _of_account(resources: list[Resource], place: Place | None, system: System) -> list[Resource]:
    """Return those of an account, where files are for certain accounts: account-222222222222.yml.

    The others are in the account of the pipeline, if its number is not known or not in a file.
    """
    numbers = [_NUMBER.findall(resource.template.file) for resource in resources]
    if not any(numbers):
        return resources
    own = "" if place is None else place.account
    there = [r for r, found in zip(resources, numbers, strict=True) if own in found]
    is_home = place is None or any(
        t.has_pipeline and t.place is not None and t.place.account == own for t in system.templates
    )
    if there or not is_home:
        return there
    return [r for r, found in zip(resources, numbers, strict=True) if not found]


def _seen(resource: Resource, types: tuple[str, ...]) -> Resource | None:
    """Return a resource of one of ``types`` whose properties are known."""
    return resource if resource.type in types and not resource.is_opaque else None


def _by_name(
    system: System, types: tuple[str, ...], place: Place | None
) -> dict[str, list[Resource]]:
    resolution = _Resolution(system, None)
    resources: dict[str, list[Resource]] = {}
    for resource in system.resources(*types, place=place):
        resources.setdefault(resolution.last_of_arn(resource), []).append(resource)
    return resources


def exporters(
    name: Any, template: Template, system: System, scenario: Scenario | None = None
) -> list[tuple[Template, Any]]:
    """Return the template and value of each export that an import may refer to.

    An exact match of the name takes precedence over possible matches.
    """
    # Names of exports cannot contain imports.
    imported = _Resolution(system, scenario, follow_imports=False).text(name, template, 0)
    if imported is None:
        return []
    exact, possible = [], []
    place, resolution = template.place, _Resolution(system, None, follow_imports=False)
    exports = system.once(
        ("names of exports", place),
        lambda: [(e, v, resolution.text(n, e, 1)) for e, _, n, v in system.exports_at(place)],
    )
    for exporter, value, text in exports:
        if text == imported:
            exact.append((exporter, value))
        elif text is not None and may_be(text, imported):
            possible.append((exporter, value))
    return exact or possible


class _Resolution:
    def __init__(
        self, system: System, scenario: Scenario | None, *, follow_imports: bool = True
    ) -> None:
        self._system = system
        self._scenario = scenario
        self._follow_imports = follow_imports

    def text(self, value: Any, template: Template, depth: int) -> str | None:
        if isinstance(value, (bool, int, float)):
            return scalar_text(value)
        if isinstance(value, str):
            return replace_references(value, self._open)
        if not is_function(value):
            return None
        if depth > _DEEPEST:
            return ANYTHING
        [(name, argument)] = value.items()
        method = _FUNCTIONS.get(name)
        text = None if method is None else method(self, argument, template, depth + 1)
        return self._open(str(value), template) if text is None else text

    def _open(self, thing: str, template: Template | None = None) -> str:
        return self._system.unknowns.open((template, thing) if template else thing)

    def name(self, resource: Resource, depth: int) -> str:
        """Return the value of Ref for a resource."""
        if resource.type not in REF_GIVES_NAME:
            return self._system.unknowns.open((resource.template, "Ref", resource.logical_id))
        value = resource.properties.get(NAME_PROPERTIES.get(resource.type, ""))
        text = None if value is None else self.text(value, resource.template, depth + 1)
        return text or self._system.unknowns.generated((resource.template, resource.logical_id))

    def last_of_arn(self, resource: Resource) -> str:
        """Return what the ARN of a resource ends with: its name."""
        own = resource.properties.get(NAME_PROPERTIES.get(resource.type, ""))
        if resource.type != _POLICY or own is None:
            return self.name(resource, 0)
        return self.text(own, resource.template, 1) or self.name(resource, 0)

    def _ref(self, name: Any, template: Template, depth: int) -> str | None:
        if not isinstance(name, str):
            return None
        if name in PLACE_PARAMETERS:
            values = (
                {} if template.place is None else dict(zip(_PLACE, template.place, strict=True))
            )
            return values.get(name) or self._system.unknowns.open(name)
        if name == STACK_NAME and self._scenario is not None:
            return self._scenario.values_of.get(name)
        parameter = template.section("Parameters").get(name)
        if isinstance(parameter, dict):
            if name in self._system.parameters:
                return self._system.parameters[name]
            if self._scenario is not None and name in self._scenario.values_of:
                return self._scenario.values_of[name] or None
            return _default(parameter)
        resource = template.resources.get(name)
        return None if resource is None else self.name(resource, depth)

    def _get_att(self, argument: Any, template: Template, depth: int) -> str | None:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if not isinstance(parts, list) or len(parts) != 2:
            return None
        resource = template.resources.get(str(parts[0]))
        if resource is None:
            return None
        pattern = ATTRIBUTES.get((resource.type, str(parts[1])))
        if pattern is None:
            return None
        name = self.name(resource, depth)
        if resource.type == "AWS::IAM::Role":
            path = self.text(resource.properties.get("Path", "/"), resource.template, depth)
            name = f"{(path or '/').removeprefix('/')}{name}"
        return self._substituted(pattern.replace("{name}", name), {}, template, depth)

    def _sub(self, argument: Any, template: Template, depth: int) -> str | None:
        match argument:
            case str(text):
                return self._substituted(text, {}, template, depth)
            case [str(text), dict(variables)]:
                return self._substituted(text, variables, template, depth)
            case _:
                return None

    def _substituted(
        self, text: str, variables: Mapping[str, Any], template: Template, depth: int
    ) -> str:
        whole = replace_references(text, lambda reference: self._open(reference, template))
        return substitute(whole, variables, lambda v: self.text(v, template, depth) or "")

    def _join(self, argument: Any, template: Template, depth: int) -> str | None:
        match argument:
            case [str(delimiter), list(items)]:
                texts = [self.text(item, template, depth) for item in items]
                return None if None in texts else delimiter.join(t for t in texts if t is not None)
            case _:
                return None

    def _import(self, name: Any, template: Template, depth: int) -> str | None:
        if not self._follow_imports:
            return None
        exported = exporters(name, template, self._system, self._scenario)
        if len(exported) != 1:
            return None
        [(exporter, value)] = exported
        return self.text(value, exporter, depth + _DEEPEST // 5)

    def _find_in_map(self, argument: Any, template: Template, depth: int) -> str | None:
        if not isinstance(argument, list) or len(argument) < 3:
            return None
        entry: Any = template.section("Mappings")
        for key in argument[:3]:
            text = self.text(key, template, depth)
            if not isinstance(entry, dict) or text not in entry:
                return None
            entry = entry[text]
        return self.text(entry, template, depth)

    def _if(self, argument: Any, template: Template, depth: int) -> str | None:
        if self._scenario is None or not isinstance(argument, list) or len(argument) != 3:
            return None
        holds = self._scenario.get(str(argument[0]))
        return None if holds is None else self.text(argument[1 if holds else 2], template, depth)

    def _select(self, argument: Any, template: Template, depth: int) -> str | None:
        match argument:
            case [index, list(items)]:
                pass
            case [index, {"Fn::Split": [str(delimiter), source]}]:
                text = self.text(source, template, depth)
                if text is None or is_open(text):
                    return None
                items = list(text.split(delimiter)) if delimiter else []
            case _:
                return None
        number = self.text(index, template, depth)
        if number is None or not re.fullmatch("[0-9]{1,9}", number) or int(number) >= len(items):
            return None
        return self.text(items[int(number)], template, depth)


_FUNCTIONS = {
    "Ref": _Resolution._ref,
    "Fn::GetAtt": _Resolution._get_att,
    "Fn::Sub": _Resolution._sub,
    "Fn::Join": _Resolution._join,
    "Fn::ImportValue": _Resolution._import,
    "Fn::FindInMap": _Resolution._find_in_map,
    "Fn::If": _Resolution._if,
    "Fn::Select": _Resolution._select,
}


def _default(parameter: Mapping[str, Any]) -> str | None:
    default = parameter.get("Default")
    type_ = str(parameter.get("Type", ""))
    if default in (None, "") or type_.startswith("AWS::SSM::") or "List" in type_:
        return None
    return scalar_text(default)
