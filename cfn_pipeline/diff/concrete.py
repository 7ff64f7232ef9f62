"""Policies of a template as they are in a deployment, in one case of its conditions.

What is not known before the deployment gets a name that nothing else has, so that the same thing
is the same text in both templates.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cfn_pipeline.analysis.system import Resource, Template
from cfn_pipeline.aws.resource_names import ATTRIBUTES, NAME_PROPERTIES, REF_GIVES_NAME
from cfn_pipeline.diff.texts import NO_VALUE, Form, form, text
from cfn_pipeline.permissions import catalogue
from cfn_pipeline.template.values import replace_variables, scalar_text

#: An account and a region that stand for those of the deployment.
ACCOUNT, REGION = "012345678901", "xx-here-1"

_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}

#: The types of which Ref gives an ARN.
_REF_GIVES_ARN = (
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::IAM::ManagedPolicy",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
)
_DEEPEST = 8
_ELEMENTS = ("Action", "NotAction", "Resource", "NotResource")


class Concrete:
    """Makes the texts of a template's policies concrete.

    Args:
        template: the template.
        resources: the resources to which its texts refer, by logical id.
        shared: the parameters that the other template has alike: their values stay open.

    """

    def __init__(
        self, template: Template, resources: Mapping[str, Resource], shared: set[str]
    ) -> None:
        self._template = template
        self._resources = resources
        self._shared = shared

    def text(self, value: str, depth: int = 0) -> str:
        """Return a text with values for all that it refers to."""
        return replace_variables(value, lambda name: self._value(name, depth))

    def _value(self, name: str, depth: int) -> str:
        if name.startswith("!"):
            return f"${{{name[1:]}}}"  # a variable of policies
        if name in _PSEUDO:
            return _PSEUDO[name]
        target, _, attribute = name.partition(".")
        resource = self._resources.get(target)
        if resource is None:
            return self._parameter(name)
        type_ = resource.type
        if depth > _DEEPEST:
            return f"<{name}>"
        given = form(resource.properties.get(NAME_PROPERTIES.get(type_, ""), ""))
        own = self.text(given, depth + 1) if given and isinstance(given, str) else f"<{target}>"
        if type_ == "AWS::IAM::Role" and attribute == "Arn":
            path = form(resource.properties.get("Path", "/"))
            own = f"{self.text(text(path), depth + 1).removeprefix('/')}{own}"
        if (type_, attribute) in ATTRIBUTES:
            return self.text(ATTRIBUTES[type_, attribute].replace("{name}", own))
        if not attribute and type_ in REF_GIVES_NAME:
            return own
        if attribute == "Arn" or (not attribute and type_ in _REF_GIVES_ARN):
            service = catalogue.own_service(type_) or "unknown"
            return f"arn:aws:{service}:{REGION}:{ACCOUNT}:<{target}>"
        return f"<{name}>"

    def _parameter(self, name: str) -> str:
        body = self._template.section("Parameters").get(name)
        default = body.get("Default") if isinstance(body, dict) else None
        is_open = name in self._shared or default in (None, "") or isinstance(default, (dict, list))
        return f"<{name}>" if is_open else scalar_text(default)


def settled(value: Form, holds: Mapping[str, bool]) -> Form:
    """Return a value in a case of the conditions; a branch of no value is left out."""
    match value:
        case {"Fn::If": [str(name), yes, no]} if len(value) == 1:
            return settled(yes if holds.get(name, True) else no, holds)
        case dict():
            fields = {key: settled(item, holds) for key, item in value.items()}
            return {key: item for key, item in fields.items() if item != NO_VALUE}
        case list():
            items: list[Form] = []
            for item in value:
                inside = settled(item, holds)
                is_if = isinstance(item, dict) and list(item) == ["Fn::If"]
                if is_if and isinstance(inside, list):
                    items += inside
                elif inside != NO_VALUE:
                    items.append(inside)
            return items
        case _:
            return value


def statements_of(document: Form) -> Iterator[Mapping[str, Any]]:
    """Yield the statements of a document, each element as a list of texts."""
    if isinstance(document, str):
        document = _parsed(document)
    listed = document.get("Statement", []) if isinstance(document, dict) else []
    for statement in listed if isinstance(listed, list) else [listed]:
        if isinstance(statement, dict):
            yield {
                **statement,
                **{key: as_list(statement[key]) for key in _ELEMENTS if key in statement},
            }


def _parsed(document: str) -> Form:
    import json

    try:
        return form(json.loads(re.sub(r"\$\{!", "${", document)))
    except (ValueError, RecursionError):
        return {}


def as_list(value: Form) -> list[str]:
    """Return a text, or a list of texts, as a list."""
    return [text(item) for item in value] if isinstance(value, list) else [text(value)]
