"""Configuration of actions: required settings, spelling, and forms of values.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
"""

import difflib
from collections.abc import Iterator

from cfn_pipeline.analysis.artifact_references import parsed_overrides
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.aws.codebuild import VARIABLE_TYPES
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.aws.pipelines import CONFIGURATION_VALUE
from cfn_pipeline.aws.providers import PROVIDERS
from cfn_pipeline.checks.rule import CheckRule, Problem, problem


def _long_values(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        for key, node in action.configuration.fields().items():
            text = node.text
            if text is None:
                continue
            if len(text) > CONFIGURATION_VALUE.most:
                at_least = "" if is_known(text) else "at least "
                way = (
                    "move parameters to a TemplateConfiguration file"
                    if key == "ParameterOverrides"
                    else "shorten it"
                )
                yield problem(
                    action,
                    node,
                    f"{key} must have at most {CONFIGURATION_VALUE.most:,} characters (has "
                    f"{at_least}{len(text)}); {way}",
                )
            elif not text:
                yield problem(
                    action,
                    node,
                    f"{key} must have {CONFIGURATION_VALUE} characters (is empty); remove it or "
                    "set a value",
                )


def _required(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        provider = action.terms
        if provider is None or action.configuration.hides_keys or action.node.hides_keys:
            continue
        settings = action.configuration.fields()
        for key in provider.required:
            if key not in settings:
                near = difflib.get_close_matches(
                    key, [k for k in settings if k not in provider.settings]
                )
                hint = f" (got '{near[0]}')" if near else ""
                yield problem(
                    action,
                    action.configuration if action.configuration.is_there else action.node,
                    f"{action.provider} requires {key}{hint}; add it to Configuration",
                )
        if action.provider == "Commands" and not action.node.at("Commands").is_there:
            yield problem(
                action,
                action.node,
                "Commands is required; list the commands to run",
            )


def _misspelt(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        provider = action.terms
        if provider is None or not provider.settings:
            continue
        names = provider.settings
        settings = action.configuration.fields()
        for key, node in settings.items():
            if key in names:
                continue
            lower = {k.lower(): k for k in names if k not in settings}
            near = difflib.get_close_matches(key.lower(), lower, 1, 0.8)
            if near and lower[near[0]] not in provider.required:
                yield problem(
                    action,
                    node,
                    f"unknown setting '{key}' of {action.provider}; did you mean {lower[near[0]]}?",
                )


def _types(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        kind = (action.category, action.owner, action.provider)
        if None in kind or action.owner == "Custom" or kind in PROVIDERS:
            continue
        same = [
            known for known in PROVIDERS if str(known[2]).lower() == (action.provider or "").lower()
        ]
        if not same:
            continue
        ways = " or ".join(f"Category {c}, Owner {o}, Provider {p}" for c, o, p in same)
        yield problem(
            action,
            action.node.at("ActionTypeId"),
            f"invalid ActionTypeId (Category {action.category}, Owner {action.owner}, Provider "
            f"{action.provider}): use {ways}",
        )


def _structured(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        for key, node in action.configuration.fields().items():
            plain = isinstance(node.value, (dict, list)) and not node.hides_keys
            plain = plain and key != "Fn::Transform"
            if plain and not (action.is_cloudformation and key == "ParameterOverrides"):
                yield problem(
                    action,
                    node,
                    f"{key} is a {'mapping' if isinstance(node.value, dict) else 'list'}; "
                    f"configuration values must be strings; {_way_out(key)}",
                )


def _way_out(key: str) -> str:
    if key == "Capabilities":
        return "write one string, with a comma between two capabilities"
    if key in ("EnvironmentVariables", "UserParameters", "Input", "Variables", "SourceRevisions"):
        return "write it as JSON in a string"
    return "write one string"


def _build_variables(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        node = action.setting("EnvironmentVariables")
        if not action.is_codebuild or node.text is None:
            continue
        mistake = ""
        try:
            variables = parsed_overrides(node.text)
        except ValueError as error:
            mistake = f"must be JSON ({error})"
        else:
            if variables is not None and not _are_variables(variables):
                mistake = "must be a list of names and values"
        if mistake:
            yield problem(
                action,
                node,
                f"EnvironmentVariables {mistake}; write a JSON list such as "
                '[{"name": "STAGE", "value": "dev", "type": "PLAINTEXT"}]',
            )


def _are_variables(variables: object) -> bool:
    return isinstance(variables, list) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("value"), str)
        and entry.get("type", "PLAINTEXT") in VARIABLE_TYPES
        and set(entry) <= {"name", "value", "type"}
        for entry in variables
    )


RULES = (
    CheckRule(
        id="E9406",
        title=f"Configuration values have {CONFIGURATION_VALUE} characters",
        impact="The pipeline cannot be created.",
        aws_message="Map value must satisfy constraint: [Member must have length less than or "
        "equal to 1000, Member must have length greater than or equal to 1]",
        fix="Move parameters to a file in an artifact, and set TemplateConfiguration to it.",
        source=f"{CODEPIPELINE}/limits.html",
        certainty="documented",
        find_in_pipeline=_long_values,
    ),
    CheckRule(
        id="E9407",
        title="Settings that the provider requires are set",
        impact="The pipeline cannot be created.",
        aws_message="Action configuration for action '...' is missing required configuration '...'",
        fix="Add the setting to Configuration.",
        source=f"{CODEPIPELINE}/structure-configuration-examples.html",
        certainty="documented",
        find_in_pipeline=_required,
    ),
    CheckRule(
        id="E9408",
        title="Names of settings are spelled correctly",
        impact="The pipeline cannot be created, or the setting is ignored.",
        fix="Correct the spelling.",
        source=f"{CODEPIPELINE}/action-reference.html",
        certainty="inferred",
        find_in_pipeline=_misspelt,
    ),
    CheckRule(
        id="E9409",
        title="Category, owner and provider of actions are valid",
        impact="The pipeline cannot be created.",
        aws_message="ActionType (Category: '...', Provider: '...', Owner: '...', Version: '1') in "
        "action '...' is not available in region",
        fix="Use the category and owner of the provider.",
        source=f"{CODEPIPELINE}/actions-valid-providers.html",
        certainty="documented",
        find_in_pipeline=_types,
    ),
    CheckRule(
        id="E9410",
        title="Configuration values are strings",
        impact="The pipeline cannot be created.",
        fix="Write lists and mappings as JSON in a string.",
        source="https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html",
        certainty="documented",
        find_in_pipeline=_structured,
    ),
    CheckRule(
        id="E9411",
        title="EnvironmentVariables of builds is a JSON list of names and values",
        impact="The action fails each time it runs.",
        fix='Write \'[{"name": "STAGE", "value": "dev"}]\'; the type is '
        f"{', '.join(VARIABLE_TYPES)}.",
        source=f"{CODEPIPELINE}/action-reference-CodeBuild.html",
        certainty="documented",
        find_in_pipeline=_build_variables,
    ),
)
