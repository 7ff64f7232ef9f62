"""What the functions in a pipeline's properties come to: CloudFormation itself says so.

The pipeline's template is deployed without the pipeline, and with an output for each function
that stands in the pipeline's properties. So nothing here imitates CloudFormation, and no pipeline
comes into being that would start by itself.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cfn_pipeline.errors import RehearsalError

__all__ = ["Question", "question"]

_NOTHING = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True, kw_only=True)
class Question:
    """A template to deploy, whose outputs tell what a pipeline's properties are.

    Args:
        template: what to deploy.

    """

    template: Mapping[str, Any]
    _asked: "_Asked" = field(repr=False)

    def answer(self, outputs: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the pipeline's properties, no functions in them.

        Args:
            outputs: what the deployed stack has put out.

        """
        found: Mapping[str, Any] = self._asked.filled(outputs)
        return found


def question(template: Mapping[str, Any], logical_id: str) -> Question:
    """Return what to deploy to learn what a pipeline's properties are.

    Raises:
        RehearsalError: the pipeline comes out of a macro or a loop.

    """
    made = copy.deepcopy(dict(template))
    body = made["Resources"][logical_id]
    name = body.get("Properties", {}).get("Name")
    if name is None:
        name = {"Fn::Sub": "${AWS::StackName}-" + logical_id}
    asked = _Asked()
    asked.properties = asked.tree(body.get("Properties", {}) | {"Name": name}, ())
    stand_in = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    if "Condition" in body:
        stand_in["Condition"] = body["Condition"]
    made["Resources"][logical_id] = stand_in
    outputs = dict(made.get("Outputs") or {}) | asked.outputs
    if asked.conditions:
        made["Conditions"] = dict(made.get("Conditions") or {}) | asked.conditions
    made["Outputs"] = outputs
    return Question(template=_without_references(made, logical_id, name), _asked=asked)


class _Asked:
    """The functions of which the outputs tell, and the tree in which they stand."""

    def __init__(self) -> None:
        self.outputs: dict[str, Any] = {}
        self.conditions: dict[str, Any] = {}
        self.properties: Any = None

    def tree(self, value: Any, when: Sequence[Any]) -> Any:
        """Replace each function by the name of its output."""
        if isinstance(value, list):
            return [self.tree(item, when) for item in value]
        if not isinstance(value, dict):
            return value
        if any(str(key).startswith(("Fn::ForEach", "Fn::Transform")) for key in value):
            raise RehearsalError(
                "the pipeline's properties hold Fn::ForEach or Fn::Transform, which a "
                "rehearsal does not carry out; rehearse the processed template "
                "(aws cloudformation get-template --template-stage Processed)"
            )
        [key, *others] = value or [None]
        if others or not (key == "Ref" or str(key).startswith("Fn::")):
            return {k: self.tree(item, when) for k, item in value.items()}
        if value == _NOTHING:
            return _Nothing()
        if key == "Fn::If" and isinstance(value[key], list) and len(value[key]) == 3:
            condition, yes, no = value[key]
            holds = self.output("true", [*when, {"Condition": condition}])
            fails = [*when, {"Fn::Not": [{"Condition": condition}]}]
            return _If(
                holds, self.tree(yes, [*when, {"Condition": condition}]), self.tree(no, fails)
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

    def filled(self, outputs: Mapping[str, str]) -> Any:
        """Return the properties, given what the outputs say."""
        return _filled(self.properties, outputs)


@dataclass(frozen=True)
class _Output:
    name: str


@dataclass(frozen=True)
class _If:
    holds: _Output
    yes: Any
    no: Any


@dataclass(frozen=True)
class _Nothing:
    pass


def _filled(value: Any, outputs: Mapping[str, str]) -> Any:
    if isinstance(value, _If):
        return _filled(value.yes if value.holds.name in outputs else value.no, outputs)
    if isinstance(value, _Output):
        if value.name not in outputs:
            raise RehearsalError("CloudFormation did not say what a function of the pipeline is")
        return outputs[value.name]
    if isinstance(value, list):
        items = [_filled(item, outputs) for item in value]
        return [item for item in items if not isinstance(item, _Nothing)]
    if isinstance(value, dict):
        entries = {key: _filled(item, outputs) for key, item in value.items()}
        return {k: item for k, item in entries.items() if not isinstance(item, _Nothing)}
    return value


def _without_references(value: Any, logical_id: str, name: Any) -> Any:
    """Replace whatever refers to the pipeline by what it would come to."""
    if isinstance(value, list):
        return [_without_references(item, logical_id, name) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": ref} if ref == logical_id:
            return name
        case {"Fn::GetAtt": [ref, *_]} if ref == logical_id:
            return "1"  # its only attribute is Version
        case {"Fn::Sub": said} if len(value) == 1:
            text, variables = said if isinstance(said, list) and len(said) == 2 else (said, {})
            if isinstance(text, str) and "${" + logical_id in text:
                text = text.replace("${" + logical_id + ".Version}", "1")
                if "${" + logical_id + "}" in text:
                    text = text.replace("${" + logical_id + "}", "${RehearsedPipeline}")
                    variables = {**variables, "RehearsedPipeline": name}
                return {"Fn::Sub": [text, variables] if variables else text}
    return {key: _without_references(item, logical_id, name) for key, item in value.items()}
