"""Parameters of deployed stacks: those that are set exist, those that must be set are.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cfn_pipeline.analysis.deployments import Deployment, deployments, open_parameters
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.template.values import scalar_text

__all__ = ["RULES"]


def _unknown(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        template = deployment.template
        if template is None or template.rewritten:
            continue
        known = template.section("Parameters")
        for name in deployment.configured:
            if name not in known:
                file = deployment.files["TemplateConfiguration"]
                yield Problem(
                    at=(file.shown, ("Parameters", name)),
                    message=_no_parameter(deployment, name, f"{file.shown} sets"),
                    resource=pipeline.resource,
                )
        for name in deployment.overridden:
            if is_known(name) and name not in known:
                yield Problem(
                    at=deployment.action.setting("ParameterOverrides"),
                    message=_no_parameter(deployment, name, "ParameterOverrides sets"),
                )


def _no_parameter(deployment: Deployment, name: str, who: str) -> str:
    assert deployment.template is not None  # that it is there is what makes the parameter unknown
    known = deployment.template.section("Parameters")
    near = difflib.get_close_matches(name, known, 1)
    meant = f"did you mean {near[0]}?" if near else f"it has {', '.join(known) or 'none'}"
    return (
        f"{deployment.action.where}: {who} the parameter {name}, which {deployment.template.file} "
        f"does not have; {meant}"
    )


def _unset(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        template = deployment.template
        left_open = open_parameters(deployment)
        lacking = [name for name in deployment.unset if name not in left_open]
        if template is not None and lacking:
            file = deployment.files.get("TemplateConfiguration")
            where = file.shown if file is not None else "a TemplateConfiguration file"
            yield problem(
                deployment.action,
                (file.shown, ("Parameters",)) if file else deployment.action.configuration,
                f"nothing sets {', '.join(lacking)}, which {template.file} gives no default; set "
                f"it in {where}, or in ParameterOverrides",
                resource=pipeline.resource,
            )


def _refused(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        template = deployment.template
        if template is None or template.rewritten:
            continue
        parameters = template.section("Parameters")
        file = deployment.files.get("TemplateConfiguration")
        for name, value in {**deployment.configured, **deployment.overridden}.items():
            parameter = parameters.get(name)
            if not isinstance(parameter, dict) or not isinstance(value, str):
                continue
            if not is_known(value) or "#{" in value or not (why := _why_not(parameter, value)):
                continue
            overridden = name in deployment.overridden
            at = (
                deployment.action.setting("ParameterOverrides")
                if overridden or file is None
                else (file.shown, ("Parameters", name))
            )
            yield problem(
                deployment.action,
                at,
                f"{name} is set to '{value}', which {template.file} refuses: {why}",
                resource=pipeline.resource,
            )


def _why_not(parameter: Mapping[str, Any], value: str) -> str:
    """Say why a parameter refuses a value; nothing where it takes it."""
    type_ = str(parameter.get("Type", "String"))
    if type_ == "CommaDelimitedList" or type_.startswith(("List<", "AWS::SSM::")):
        return ""
    allowed = parameter.get("AllowedValues")
    if isinstance(allowed, list) and value not in map(scalar_text, allowed):
        return f"give one of {', '.join(map(scalar_text, allowed))}"
    if type_ == "Number":
        return _why_no_number(parameter, value)
    pattern = parameter.get("AllowedPattern")
    if isinstance(pattern, str) and not _fits(pattern, value):
        return f"give {parameter.get('ConstraintDescription') or f'what fits {pattern}'}"
    for key, sign in (("MinLength", 1), ("MaxLength", -1)):
        limit = _number(parameter.get(key))
        if limit is not None and (len(value) - limit) * sign < 0:
            return f"it has {len(value)} characters, and {key} is {limit:g}"
    return ""


def _why_no_number(parameter: Mapping[str, Any], value: str) -> str:
    number = _number(value)
    if number is None:
        return "give a number"
    for key, sign in (("MinValue", 1), ("MaxValue", -1)):
        limit = _number(parameter.get(key))
        if limit is not None and (number - limit) * sign < 0:
            return f"{key} is {limit:g}"
    return ""


def _fits(pattern: str, value: str) -> bool:
    if re.search(r"[+*}]\)*\)[+*{]", pattern):
        return True  # to some values an answer could take for ever
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True  # Java's expressions are not all Python's


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


RULES = (
    CheckRule(
        id="E9804",
        title="Every parameter that is set exists",
        impact="The action fails each time it runs.",
        aws_message="Parameters: [...] do not exist in the template",
        fix="Correct the name, or declare the parameter in the template.",
        find_in_pipeline=_unknown,
    ),
    CheckRule(
        id="E9805",
        title="Every parameter without a default is set",
        impact="The action fails each time it runs.",
        aws_message="Parameters: [...] must have values",
        fix="Set it in the configuration file or in ParameterOverrides, or give it a default.",
        find_in_pipeline=_unset,
    ),
    CheckRule(
        id="E9813",
        title="A parameter accepts the value to which it is set",
        impact="The action fails each time it runs.",
        aws_message="Parameter ... failed to satisfy constraint: ...",
        fix="Give a value that fits AllowedValues, AllowedPattern, and the limits.",
        find_in_pipeline=_refused,
    ),
)
