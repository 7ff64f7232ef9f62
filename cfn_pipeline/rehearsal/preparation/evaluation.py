"""Evaluate the functions in a pipeline's properties, by CloudFormation itself.

The pipeline's template is deployed with a stand-in for the pipeline, and with an output for each
function in the pipeline's properties. So CloudFormation's functions are not imitated here, and no
pipeline is created that would start by itself.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cfn_pipeline.errors import RehearsalError

_NO_VALUE = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A template whose outputs have the values of the functions.

    Args:
        template: the template to deploy.

    """

    template: Mapping[str, Any]
    _functions: "_Functions" = field(repr=False)

    def properties(self, outputs: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the pipeline's properties without functions.

        Args:
            outputs: of the deployed stack.

        """
        properties: Mapping[str, Any] = self._functions.values(outputs)
        return properties


def evaluation_of(template: Mapping[str, Any], logical_id: str) -> Evaluation:
    """Return the evaluation of a pipeline's properties.

    Raises:
        RehearsalError: the properties contain a macro or a loop.

    """
    copied = copy.deepcopy(dict(template))
    body = copied["Resources"][logical_id]
    name = body.get("Properties", {}).get("Name")
    if name is None:
        name = {"Fn::Sub": "${AWS::StackName}-" + logical_id}
    functions = _Functions()
    functions.properties = functions.replace(body.get("Properties", {}) | {"Name": name}, ())
    stand_in = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    if "Condition" in body:
        stand_in["Condition"] = body["Condition"]
    copied["Resources"][logical_id] = stand_in
    outputs = dict(copied.get("Outputs") or {}) | functions.outputs
    if functions.conditions:
        copied["Conditions"] = dict(copied.get("Conditions") or {}) | functions.conditions
    copied["Outputs"] = outputs
    return Evaluation(template=_without_references(copied, logical_id, name), _functions=functions)


class _Functions:
    """The outputs with the functions' values, and the properties in which they occur."""

    def __init__(self) -> None:
        self.outputs: dict[str, Any] = {}
        self.conditions: dict[str, Any] = {}
        self.properties: Any = None

    def replace(self, value: Any, when: Sequence[Any]) -> Any:
        """Return a value with each function replaced by its output."""
        if isinstance(value, list):
            return [self.replace(item, when) for item in value]
        if not isinstance(value, dict):
            return value
        if any(str(key).startswith(("Fn::ForEach", "Fn::Transform")) for key in value):
            raise RehearsalError(
                "the pipeline's properties contain Fn::ForEach or Fn::Transform, which a rehearsal "
                "cannot evaluate; rehearse the processed template "
                "(aws cloudformation get-template --template-stage Processed)"
            )
        [key, *others] = value or [None]
        if others or not (key == "Ref" or str(key).startswith("Fn::")):
            return {k: self.replace(item, when) for k, item in value.items()}
        if value == _NO_VALUE:
            return _NoValue()
        if key == "Fn::If" and isinstance(value[key], list) and len(value[key]) == 3:
            condition, yes, no = value[key]
            holds = self.output("true", [*when, {"Condition": condition}])
            fails = [*when, {"Fn::Not": [{"Condition": condition}]}]
            return _If(
                holds, self.replace(yes, [*when, {"Condition": condition}]), self.replace(no, fails)
            )
        return self.output(value, when)

    def output(self, value: Any, when: Sequence[Any]) -> "_Output":
        name = f"RehearsalValue{len(self.outputs) + 1}"
        self.outputs[name] = {"Value": value}
        if when:
            condition = f"RehearsalWhen{len(self.conditions) + 1}"
            self.conditions[condition] = when[0] if len(when) == 1 else {"Fn::And": list(when)}
            self.outputs[name]["Condition"] = condition
        return _Output(name)

    def values(self, outputs: Mapping[str, str]) -> Any:
        """Return the properties with the values in the outputs."""
        return _with_values(self.properties, outputs)


@dataclass(frozen=True)
class _Output:
    name: str


@dataclass(frozen=True)
class _If:
    holds: _Output
    yes: Any
    no: Any


@dataclass(frozen=True)
class _NoValue:
    pass


def _with_values(value: Any, outputs: Mapping[str, str]) -> Any:
    if isinstance(value, _If):
        return _with_values(value.yes if value.holds.name in outputs else value.no, outputs)
    if isinstance(value, _Output):
        if value.name not in outputs:
            raise RehearsalError("CloudFormation returned no value for a function of the pipeline")
        return outputs[value.name]
    if isinstance(value, list):
        items = [_with_values(item, outputs) for item in value]
        return [item for item in items if not isinstance(item, _NoValue)]
    if isinstance(value, dict):
        entries = {key: _with_values(item, outputs) for key, item in value.items()}
        return {k: item for k, item in entries.items() if not isinstance(item, _NoValue)}
    return value


def _without_references(value: Any, logical_id: str, name: Any) -> Any:
    """Replace references to the pipeline by their values."""
    if isinstance(value, list):
        return [_without_references(item, logical_id, name) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": ref} if ref == logical_id:
            return name
        case {"Fn::GetAtt": [ref, *_]} if ref == logical_id:
            return "1"  # its only attribute is Version
        case {"Fn::Sub": arguments} if len(value) == 1:
            is_pair = isinstance(arguments, list) and len(arguments) == 2
            text, variables = arguments if is_pair else (arguments, {})
            if isinstance(text, str) and "${" + logical_id in text:
                text = text.replace("${" + logical_id + ".Version}", "1")
                if "${" + logical_id + "}" in text:
                    text = text.replace("${" + logical_id + "}", "${RehearsedPipeline}")
                    variables = {**variables, "RehearsedPipeline": name}
                return {"Fn::Sub": [text, variables] if variables else text}
    return {key: _without_references(item, logical_id, name) for key, item in value.items()}
