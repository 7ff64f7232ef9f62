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
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem


def _modes(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        node = action.setting("ActionMode")
        if not action.is_cloudformation or node.text is None or not is_known(node.text):
            continue
        if node.text not in ACTION_MODES:
            [near] = difflib.get_close_matches(node.text.upper(), ACTION_MODES, 1) or [""]
            hint = f"did you mean {near}? Or " if near else ""
            yield problem(
                action,
                node,
                f"invalid ActionMode '{node.text}': {hint}use one of {', '.join(ACTION_MODES)}",
            )


def _mode_needs(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        mode = action.mode_terms
        if mode is None or action.configuration.hides_keys or action.node.hides_keys:
            continue
        for key in mode.settings:
            if key != "RoleArn" and not action.setting(key).is_there:
                yield problem(
                    action,
                    action.configuration,
                    f"{action.mode} requires {key}; add it to Configuration",
                )


def _deployment_roles(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        mode = action.mode_terms
        if mode is None or "RoleArn" not in mode.settings:
            continue
        if action.configuration.hides_keys or action.node.hides_keys:
            continue
        role = action.setting("RoleArn")
        if _is_a_name(role):
            yield problem(
                action,
                role,
                "RoleArn must be the ARN of a role, not its name; use !GetAtt of the role's Arn",
            )
        if not role.is_there and not _is_left_out(role):
            acting = action.node.at("RoleArn").is_there
            aside = " (the action's own RoleArn is not enough)" if acting else ""
            yield problem(
                action,
                action.configuration,
                f"{action.mode} requires a role for CloudFormation; add RoleArn to "
                f"Configuration{aside}",
            )


def _is_left_out(role: Node) -> bool:
    """Whether a condition leaves the role out, as when a pipeline is deployed before its roles."""
    return "Fn::If" in role.path[-2:]


def _is_a_name(role: Node) -> bool:
    """Whether the value is certainly the name of a role, not its ARN."""
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
                f"invalid Capabilities {node.text!r}: separate them by commas, without spaces",
            )
        for word in filter(None, re.split(r"[,\s]+", node.text)):
            if word not in CAPABILITIES:
                yield problem(
                    action,
                    node,
                    f"invalid capability '{word}': use {', '.join(CAPABILITIES)}",
                )


def _overrides(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        node = action.setting("ParameterOverrides")
        if not action.is_cloudformation or not node.is_there:
            continue
        mistake = ""
        if node.text is None:
            mistake = "ParameterOverrides must be a string that contains a JSON object"
        else:
            try:
                overrides = parsed_overrides(node.text)
            except ValueError as error:
                mistake = f"ParameterOverrides must be a JSON object ({error})"
            else:
                if overrides is not None and not isinstance(overrides, dict):
                    mistake = (
                        'ParameterOverrides must be a JSON object, such as {"Parameter": "value"}'
                    )
                elif overrides is not None:
                    wrong = [k for k, v in overrides.items() if not _is_override(v)]
                    if wrong:
                        mistake = (
                            f"ParameterOverrides must set {', '.join(map(readable, wrong))} to a "
                            "string or a function; put numbers in quotes"
                        )
        if mistake:
            yield problem(action, node, mistake)


def _is_override(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, (str, dict))


RULES = (
    CheckRule(
        id="E9401",
        title="ActionMode is valid",
        impact="The pipeline cannot be created.",
        fix=f"Use {', '.join(ACTION_MODES)}.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_modes,
    ),
    CheckRule(
        id="E9402",
        title="Settings that the ActionMode requires are set",
        impact="The pipeline cannot be created, or the action fails each time it runs.",
        fix="Add TemplatePath, ChangeSetName, or both.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_mode_needs,
    ),
    CheckRule(
        id="E9403",
        title="CloudFormation actions have the ARN of a deployment role",
        impact="The action fails: CloudFormation does not deploy with the pipeline's own role.",
        fix="Add RoleArn to the action's Configuration (not needed for CHANGE_SET_EXECUTE).",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_deployment_roles,
    ),
    CheckRule(
        id="E9404",
        title="Capabilities are valid and separated by commas",
        impact="The action fails each time it runs.",
        aws_message="1 validation error detected: Value '[...]' at 'capabilities' failed to "
        "satisfy constraint: Member must satisfy enum value set",
        fix=f"Use {', '.join(CAPABILITIES)}, separated by a comma without a space.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_capabilities,
    ),
    CheckRule(
        id="E9405",
        title="ParameterOverrides is a JSON object of strings and functions",
        impact="The action fails each time it runs.",
        fix='Write \'{"Parameter": "value"}\'; put numbers and booleans in quotes, too.',
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_overrides,
    ),
)
