"""A live pipeline in the pipeline language, as a Python file."""

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.adopt.pipelines.actions import Actions
from cfn_pipeline.adopt.pipelines.comparing import Properties, differences, filters_by_source
from cfn_pipeline.adopt.pipelines.expressions import Call, Code, Name, kinds_of, quoted
from cfn_pipeline.adopt.pipelines.reading import LivePipeline
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.actions import ActionDefaults
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.conditions import Condition, Rule
from cfn_pipeline.model.pipeline import Pipeline, Stage, Variable
from cfn_pipeline.resources import codepipeline
from cfn_pipeline.resources.codepipeline import Store

PYTHON_FILE = "pipeline.py"
_RESERVED = ("pipeline", "resource", "template", "codepipeline")


@frozen
class InLanguage(Frozen):
    """A pipeline in the language.

    Args:
        text: the Python file; None: the language refuses the pipeline.
        differences: what of the live pipeline the file does not have, or why there is none.

    """

    text: str | None
    differences: Sequence[str]


def in_language(live: LivePipeline) -> InLanguage:
    """Return a pipeline as the Python that renders it."""
    properties = live.properties
    variables = _variables(properties)
    triggers = dict(filters_by_source(properties.get("Triggers", ())))
    actions = Actions(variables, triggers)
    try:
        call = _pipeline(properties, actions, variables)
        main, stores = _stores(live)
        rendered = codepipeline.pipeline(
            "Pipeline",
            pipeline=call.value,
            role=properties["RoleArn"],
            store=main.value,
            stores={region: store.value for region, store in stores.items()},
            defaults=ActionDefaults(),
        ).to_dict()["Properties"]
    except (ModelError, ValueError, TypeError, KeyError) as error:
        problems = error.problems if isinstance(error, ModelError) else (str(error),)
        return InLanguage(text=None, differences=problems)
    return InLanguage(
        text=_file(live, call, main, stores, variables),
        differences=list(differences(properties, rendered)),
    )


def _pipeline(properties: Properties, actions: Actions, variables: Mapping[str, Name]) -> Call:
    words: dict[str, Any] = {
        "name": properties["Name"],
        "stages": [_stage(stage, actions, variables) for stage in properties["Stages"]],
    }
    if properties.get("PipelineType", "V1") != "V2":
        words["pipeline_type"] = "V1"
    if properties.get("ExecutionMode", "SUPERSEDED") != "SUPERSEDED":
        words["execution_mode"] = properties["ExecutionMode"]
    listed = properties.get("Variables")
    if listed:
        words["variables"] = [_variable(each) for each in listed]
    return Call(Pipeline, words)


def _stage(stage: Properties, actions: Actions, variables: Mapping[str, Name]) -> Call:
    groups: dict[int, list[Call]] = {}
    for action in sorted(stage["Actions"], key=lambda action: action.get("RunOrder", 1)):
        groups.setdefault(action.get("RunOrder", 1), []).append(actions.call(action))
    listed = [group[0] if len(group) == 1 else tuple(group) for group in groups.values()]
    if all(action["ActionTypeId"]["Category"] == "Source" for action in stage["Actions"]):
        listed = [call for group in groups.values() for call in group]
    words: dict[str, Any] = {}
    for key, word in (("BeforeEntry", "before_entry"), ("OnSuccess", "on_success")):
        conditions = stage.get(key, {}).get("Conditions")
        if conditions:
            words[word] = _condition(conditions[0], variables)
    result = stage.get("OnFailure", {}).get("Result")
    if result is not None:
        words["on_failure"] = result
    return Call(Stage, words, first=[stage["Name"], listed])


def _condition(condition: Properties, variables: Mapping[str, Name]) -> Call:
    rules = [_rule(rule, variables) for rule in condition.get("Rules", ())]
    result = condition.get("Result", "FAIL")
    return Call(Condition, {"rules": rules, **({} if result == "FAIL" else {"result": result})})


def _rule(rule: Properties, variables: Mapping[str, Name]) -> Call:
    words = {
        "name": rule["Name"],
        "provider": rule["RuleTypeId"]["Provider"],
        "configuration": dict(rule.get("Configuration", {})),
        "commands": list(rule.get("Commands", ())),
        "inputs": [variables[each["Name"]] for each in rule.get("InputArtifacts", ())],
    }
    return Call(Rule, {name: value for name, value in words.items() if value})


def _variable(variable: Properties) -> Call:
    words = {"default": variable.get("DefaultValue"), "description": variable.get("Description")}
    present = {name: value for name, value in words.items() if value is not None}
    return Call(Variable, present, first=[variable["Name"]])


def _stores(live: LivePipeline) -> tuple[Call, dict[str, Call]]:
    """Return the store of the pipeline's region, and those of others."""
    properties = live.properties
    if "ArtifactStore" in properties:
        return _store(properties["ArtifactStore"]), {}
    listed = {each["Region"]: each["ArtifactStore"] for each in properties["ArtifactStores"]}
    named = {a.get("Region") for stage in properties["Stages"] for a in stage["Actions"]}
    own = live.region or next((region for region in listed if region not in named), None)
    if own not in listed:
        raise ModelError("artifactStores: none of them is known to be of the pipeline's region")
    main = _store(listed.pop(own))
    return main, {region: _store(store) for region, store in listed.items()}


def _store(store: Properties) -> Call:
    key = store.get("EncryptionKey", {}).get("Id")
    return Call(Store, {"bucket": store["Location"], **({} if key is None else {"key": key})})


def _variables(properties: Properties) -> dict[str, Name]:
    """Return a variable for each artifact."""
    names: dict[str, Name] = {}
    used = {*_RESERVED}
    for artifact in dict.fromkeys(_artifacts(properties)):
        word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", artifact)
        base = re.sub("[^a-z0-9]+", "_", word.lower()).strip("_") or "artifact"
        if not base[0].isalpha() or keyword.iskeyword(base) or keyword.issoftkeyword(base):
            base = f"artifact_{base}"
        name, number = base, 1
        while name in used:
            number += 1
            name = f"{base}_{number}"
        used.add(name)
        names[artifact] = Name(name, Artifact(artifact))
    return names


def _artifacts(properties: Properties) -> Iterator[str]:
    for stage in properties["Stages"]:
        for action in stage["Actions"]:
            for key in ("InputArtifacts", "OutputArtifacts"):
                yield from (each["Name"] for each in action.get(key, ()))
        for gate in ("BeforeEntry", "OnSuccess"):
            for condition in stage.get(gate, {}).get("Conditions", ()):
                for rule in condition.get("Rules", ()):
                    yield from (each["Name"] for each in rule.get("InputArtifacts", ()))


def _file(
    live: LivePipeline,
    call: Call,
    main: Call,
    stores: Mapping[str, Call],
    variables: Mapping[str, Name],
) -> str:
    used = {name: each for name, each in variables.items() if _is_used(each, call)}
    kinds = kinds_of([call, main, *stores.values()])
    if used:
        kinds.add(Artifact)
    lines = [
        f'"""The pipeline {live.name}, as it was: python {PYTHON_FILE} > pipeline.yml."""',
        "",
        *_imports(kinds, has_parameters=bool(live.secrets)),
        "",
        *(f"{each.name} = Artifact({quoted(name)})" for name, each in used.items()),
        *([""] if used else []),
        f"pipeline = {Code().text(call, 0, len('pipeline = '))}",
        "",
        "template = Template(Description=" + quoted(f"The pipeline {live.name}") + ")",
        *(
            f"template.add_parameter(Parameter({quoted(secret.parameter)}, "
            'Type="String", NoEcho=True))'
            for secret in live.secrets
        ),
        "resource = template.add_resource(",
        "    codepipeline.pipeline(",
        '        "Pipeline",',
        "        pipeline=pipeline,",
        f"        role={quoted(live.properties['RoleArn'])},",
        f"        store={Code().text(main, 8, len('store=,'))},",
        *([f"        stores={Code().text(dict(stores), 8, len('stores=,'))},"] if stores else []),
        "        defaults=ActionDefaults(),",
        "    )",
        ")",
        'resource.DeletionPolicy = resource.UpdateReplacePolicy = "Retain"',
        "",
        'if __name__ == "__main__":',
        '    print(emit(template), end="")',
    ]
    return "\n".join(lines) + "\n"


def _imports(kinds: set[type[Any]], *, has_parameters: bool) -> Iterator[str]:
    modules: dict[str, set[str]] = {
        "troposphere": {"Template", *(["Parameter"] if has_parameters else [])},
        "cfn_pipeline.resources": {"codepipeline"},
        "cfn_pipeline.model.actions": {"ActionDefaults"},
        "cfn_pipeline": {"emit"},
    }
    for kind in kinds:
        modules.setdefault(_module(kind), set()).add(kind.__name__)
    for module in sorted(modules, key=lambda name: (name.startswith("cfn_pipeline"), name)):
        names = sorted(modules[module])
        line = f"from {module} import {', '.join(names)}"
        if len(line) <= 96:
            yield line
        else:
            yield f"from {module} import ("
            yield from (f"    {name}," for name in names)
            yield ")"
        if module == "troposphere":
            yield ""


def _module(kind: type[Any]) -> str:
    """Return from where a class is imported: this package's face, or its own module."""
    import cfn_pipeline

    if kind.__module__.startswith("troposphere"):
        return "troposphere"
    return "cfn_pipeline" if kind.__name__ in cfn_pipeline.__all__ else kind.__module__


def _is_used(name: Name, expression: Any) -> bool:
    if isinstance(expression, Call):
        parts = [*expression.words.values(), *expression.first]
    elif isinstance(expression, dict):
        parts = [*expression.values()]
    elif isinstance(expression, (list, tuple)):
        parts = [*expression]
    else:
        return expression is name or getattr(expression, "artifact", None) is name
    return any(_is_used(name, part) for part in parts)
