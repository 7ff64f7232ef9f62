"""CloudFormation actions: modes, roles, capabilities and overrides.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
"""

import difflib
import re
from collections.abc import Iterator

from cfn_pipeline.analysis.artifact_references import parsed_overrides
from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.aws.cloudformation import ACTION_MODES, CAPABILITIES
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

__all__ = ["RULES"]


def _modes(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        node = action.setting("ActionMode")
        if not action.is_cloudformation or node.text is None or not is_known(node.text):
            continue
        if node.text not in ACTION_MODES:
            [near] = difflib.get_close_matches(node.text.upper(), ACTION_MODES, 1) or [""]
            meant = f"did you mean {near}? There are" if near else "there are"
            yield problem(
                action,
                node,
                f"there is no ActionMode '{node.text}'; {meant} {', '.join(ACTION_MODES)}",
            )


def _mode_needs(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        mode = action.mode_terms
        if mode is None or action.configuration.is_function:
            continue
        for key in mode.settings:
            if key != "RoleArn" and not action.setting(key).is_there:
                yield problem(
                    action,
                    action.configuration,
                    f"{action.mode} needs {key}; add it to Configuration",
                )


def _deployment_roles(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        mode = action.mode_terms
        if mode is None or action.configuration.is_function or "RoleArn" not in mode.settings:
            continue
        role = action.setting("RoleArn")
        if _is_a_name(role):
            yield problem(
                action,
                role,
                "RoleArn is a role's name; give its ARN (!GetAtt of the role's Arn gives it)",
            )
        if not role.is_there:
            acting = action.node.at("RoleArn").is_there
            aside = ", not only the action's own RoleArn" if acting else ""
            yield problem(
                action,
                action.configuration,
                f"{action.mode} needs the role with which CloudFormation deploys; add RoleArn to "
                f"Configuration{aside}",
            )


def _is_a_name(role: Node) -> bool:
    """Tell whether what should be a role's ARN is certainly its name."""
    match role.value:
        case {"Ref": str(name)} if name in role.template.resources:
            return role.template.resources[name].type == "AWS::IAM::Role"
        case str(text):
            return not text.startswith(("arn:", "{{"))
        case _:
            return False


def _capabilities(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        node = action.setting("Capabilities")
        if not action.is_cloudformation or node.text is None or not is_known(node.text):
            continue
        if re.search(r"\s", node.text) or not node.text:
            yield problem(
                action,
                node,
                f"Capabilities are {node.text!r}; separate them by commas, without spaces",
            )
        for word in filter(None, re.split(r"[,\s]+", node.text)):
            if word not in CAPABILITIES:
                yield problem(
                    action,
                    node,
                    f"there is no capability '{word}'; there are {', '.join(CAPABILITIES)}",
                )


def _overrides(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        node = action.setting("ParameterOverrides")
        if not action.is_cloudformation or not node.is_there:
            continue
        said = ""
        if node.text is None:
            said = "ParameterOverrides is no text; write it as a JSON object in a string"
        else:
            try:
                found = parsed_overrides(node.text)
            except ValueError as error:
                said = f"ParameterOverrides is no JSON ({error}); write an object in JSON"
            else:
                if found is not None and not isinstance(found, dict):
                    said = 'ParameterOverrides is no object; write {"Parameter": "value"}'
                elif found is not None:
                    wrong = [k for k, v in found.items() if not _is_override(v)]
                    if wrong:
                        said = (
                            f"ParameterOverrides sets {', '.join(map(readable, wrong))} to what is "
                            "neither text nor a function; write text, numbers in quotes"
                        )
        if said:
            yield problem(action, node, f"{said}")


def _is_override(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, (str, dict))


RULES = (
    CheckRule(
        id="E9401",
        title="ActionMode is one that CloudFormation actions have",
        impact="The pipeline cannot be created.",
        fix=f"Use {', '.join(ACTION_MODES)}.",
        find_in_pipeline=_modes,
    ),
    CheckRule(
        id="E9402",
        title="A CloudFormation action says what its mode needs",
        impact="The pipeline cannot be created, or the action fails each time it runs.",
        fix="Add TemplatePath, ChangeSetName, or both.",
        find_in_pipeline=_mode_needs,
    ),
    CheckRule(
        id="E9403",
        title="A CloudFormation action names the role that CloudFormation is to use, by its ARN",
        impact="The action fails: the pipeline's own role is not used for deployments.",
        fix="Add RoleArn to the action's Configuration; only CHANGE_SET_EXECUTE needs none.",
        find_in_pipeline=_deployment_roles,
    ),
    CheckRule(
        id="E9404",
        title="Capabilities are those that CloudFormation has, separated by commas",
        impact="The action fails each time it runs.",
        aws_message="1 validation error detected: Value '[...]' at 'capabilities' failed to "
        "satisfy constraint: Member must satisfy enum value set",
        fix=f"Use {', '.join(CAPABILITIES)}, with a comma and no space between two.",
        find_in_pipeline=_capabilities,
    ),
    CheckRule(
        id="E9405",
        title="ParameterOverrides is a JSON object of texts and functions",
        impact="The action fails each time it runs.",
        fix='Write \'{"Parameter": "value"}\'; numbers and booleans are texts, too.',
        find_in_pipeline=_overrides,
    ),
)
