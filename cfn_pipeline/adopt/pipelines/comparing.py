"""Whether two pipelines are the same, however they are written."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.model.actions import Action, ActionDefaults
from cfn_pipeline.resources import codepipeline

Properties: TypeAlias = Mapping[str, Any]

#: Settings that say what is the default anyway.
_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    CONNECTION_PROVIDER: {"OutputArtifactFormat": "CODE_ZIP", "DetectChanges": "true"},
    "CodeCommit": {"OutputArtifactFormat": "CODE_ZIP"},
    "ECRBuildAndPublish": {"RegistryType": "private"},
}


def same_action(
    rendered: Properties, action: Properties, triggers: Mapping[str, Properties]
) -> bool:
    """Tell whether an action that is rendered is the live one, but for the order of artifacts."""
    return comparable(rendered, triggers) == comparable(action, triggers)


def comparable(action: Properties, triggers: Mapping[str, Properties]) -> dict[str, Any]:
    """Return an action without what says nothing: defaults, the form of JSON, the run order."""
    settings = {
        name: _json(value) for name, value in sorted(without_defaults(action, triggers).items())
    }
    kind = action["ActionTypeId"]["Provider"]
    inputs = [each["Name"] for each in action.get("InputArtifacts", ())]
    others = {
        name: value
        for name, value in action.items()
        if name not in ("RunOrder", "Configuration", "InputArtifacts") and value not in ([], {})
    }
    if "EnvironmentVariables" in others:
        others["EnvironmentVariables"] = sorted(
            (each["Name"], each.get("Type", "PLAINTEXT"), each["Value"])
            for each in others["EnvironmentVariables"]
        )
    if kind == "CloudFormation":
        inputs = sorted(inputs)
    return others | {"Configuration": settings, "InputArtifacts": inputs}


def without_defaults(action: Properties, triggers: Mapping[str, Properties]) -> dict[str, Any]:
    """Return the settings of an action, but those that say what is the default."""
    defaults = _DEFAULTS.get(action["ActionTypeId"]["Provider"], {})
    if action["Name"] in triggers:  # its filters decide
        defaults = {**defaults, "DetectChanges": "false"}
    settings = action.get("Configuration", {})
    return {name: value for name, value in settings.items() if defaults.get(name) != value}


def _json(value: Any) -> Any:
    """Return the value of a text in JSON, with PLAINTEXT for variables without a type."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    if isinstance(parsed, list) and all(isinstance(each, dict) for each in parsed):
        return [{"type": "PLAINTEXT", **each} for each in parsed]
    return parsed


def rendered_action(action: Action) -> dict[str, Any]:
    """Return the properties of an action of the language."""
    rendered: dict[str, Any] = codepipeline.action_declaration(
        action, 1, ActionDefaults()
    ).to_dict()
    return rendered


def filters_by_source(triggers: Sequence[Properties]) -> Iterator[tuple[str, Properties]]:
    """Yield each trigger with the name of its source action."""
    for trigger in triggers:
        yield trigger["GitConfiguration"]["SourceActionName"], trigger


_DEFAULT_PROPERTIES: Properties = {"PipelineType": "V1", "ExecutionMode": "SUPERSEDED"}


def differences(live: Properties, rendered: Properties) -> Iterator[str]:
    """Yield where a rendered pipeline is not the live one, a sentence each."""
    triggers = dict(filters_by_source(live.get("Triggers", ())))
    for key in dict.fromkeys([*live, *rendered]):
        if key == "Stages":
            continue
        was, now = (_whole(key, each.get(key)) for each in (live, rendered))
        if was != now:
            yield f"{key} is left out, or changed"
    for was, now in zip(live["Stages"], rendered["Stages"], strict=True):
        where = f"stage {was['Name']!r}"
        for key in dict.fromkeys([*was, *now]):
            if key != "Actions" and _gate(was.get(key)) != _gate(now.get(key)):
                yield f"{where}: {key} is left out, or changed"
        before, after = _by_order(was["Actions"]), _by_order(now["Actions"])
        if [rank for rank, _ in before] != [rank for rank, _ in after]:
            yield f"{where}: all sources run side by side"
        for (_, old), (_, new) in zip(before, after, strict=True):
            left, right = comparable(old, triggers), comparable(new, triggers)
            for key in dict.fromkeys([*left, *right]):
                if left.get(key) != right.get(key):
                    yield f"{where}, action {old['Name']!r}: {key} is left out, or changed"


def _whole(key: str, value: Any) -> Any:
    """Return a property with its default, in an order that says nothing."""
    if value in (None, []):
        return _DEFAULT_PROPERTIES.get(key)
    if key == "Triggers":
        return sorted(value, key=lambda trigger: str(trigger["GitConfiguration"]))
    if key == "ArtifactStores":
        # The pipeline's own region is a reference in a template.
        return sorted(json.dumps(each["ArtifactStore"], sort_keys=True) for each in value)
    return value


def _gate(gate: Any) -> Any:
    """Return a gate with what a rule's type has by default."""
    if isinstance(gate, dict) and "RuleTypeId" in gate:
        kind = {"Category": "Rule", "Owner": "AWS", "Version": "1", **gate["RuleTypeId"]}
        gate = {**gate, "RuleTypeId": kind}
    if isinstance(gate, dict):
        return {name: _gate(each) for name, each in gate.items() if each not in ([], {})}
    return [_gate(each) for each in gate] if isinstance(gate, list) else gate


def _by_order(actions: Sequence[Properties]) -> list[tuple[int, Properties]]:
    """Return the actions in the order in which they run, with the number of their group."""
    orders = sorted({action.get("RunOrder", 1) for action in actions})
    ranked = [(orders.index(action.get("RunOrder", 1)), action) for action in actions]
    return sorted(ranked, key=lambda pair: pair[0])
