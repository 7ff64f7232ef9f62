"""What CloudFormation makes of conditions and the emulator does not.

It uses private names of the emulator, so setup.cfg pins its version.
"""

from collections.abc import Mapping
from typing import Any

from ministack.services.cloudformation import (
    changesets,
    engine,
    handlers,
    provisioners,
    stacks,
)

_OF_CONDITIONS = ("Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or")


def patch_conditions() -> None:
    """Let conditions have every function that gives a text, and hold for change sets, too."""
    evaluate = engine._evaluate_conditions

    def with_functions(template: Mapping[str, Any], params: Mapping[str, Any]) -> Any:
        mappings = template.get("Mappings", {})
        conditions = {
            name: _evaluated(condition, params, mappings)
            for name, condition in template.get("Conditions", {}).items()
        }
        return evaluate({**template, "Conditions": conditions}, params)

    for module in (changesets, engine, handlers, provisioners, stacks):
        module._evaluate_conditions = with_functions
    resolve = changesets._resolve_props_for_diff

    def that_exist(template: Any, params: Mapping[str, Any], *place: str) -> Any:
        """Leave out what a condition leaves out: a change set does not add it."""
        resolved = resolve(template, params, *place)
        if not template or not template.get("Conditions"):
            return resolved
        holds = with_functions(template, params)
        resources = {
            name: resource
            for name, resource in resolved["Resources"].items()
            if holds.get(resource.get("Condition"), True)
        }
        return {**resolved, "Resources": resources}

    changesets._resolve_props_for_diff = that_exist


def _evaluated(value: Any, params: Mapping[str, Any], mappings: Mapping[str, Any]) -> Any:
    """Return a condition in which functions that give a text are that text."""
    if isinstance(value, list):
        return [_evaluated(item, params, mappings) for item in value]
    if not isinstance(value, dict) or len(value) != 1:
        return value
    [(name, arguments)] = value.items()
    if name in _OF_CONDITIONS:
        return {name: _evaluated(arguments, params, mappings)}
    if not str(name).startswith("Fn::"):
        return value
    return engine._resolve_refs(value, {}, params, {}, mappings, "", "")
