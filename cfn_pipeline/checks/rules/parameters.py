"""Parameters of deployed stacks: they exist, have values, and the values are valid.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.analysis.deployments import Deployment, deployments, open_parameters
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.aws.guides import CLOUDFORMATION, CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.template.values import scalar_text


def _unknown(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        template = deployment.template
        if template is None or template.rewritten:
            continue
        parameters = template.section("Parameters")
        for name in deployment.configured:
            if name not in parameters:
                file = deployment.files["TemplateConfiguration"]
                yield Problem(
                    at=(file.shown, ("Parameters", name)),
                    message=_no_parameter(deployment, name, f"{file.shown} sets"),
                    resource=pipeline.resource,
                )
        for name in deployment.overridden:
            if is_known(name) and name not in parameters:
                yield Problem(
                    at=deployment.action.setting("ParameterOverrides"),
                    message=_no_parameter(deployment, name, "ParameterOverrides sets"),
                )


def _no_parameter(deployment: Deployment, name: str, who: str) -> str:
    assert deployment.template is not None  # without a template no parameter is unknown
    parameters = deployment.template.section("Parameters")
    near = difflib.get_close_matches(name, parameters, 1)
    hint = (
        f"did you mean {near[0]}?"
        if near
        else f"use one of its parameters ({', '.join(parameters) or 'none'})"
    )
    return (
        f"{deployment.action.where}: {who} parameter {name}, which {deployment.template.file} does "
        f"not declare; {hint}"
    )


def _unset(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        template = deployment.template
        if _updates_itself(deployment):
            continue  # the stack exists, and keeps the values that are not set
        left_open = open_parameters(deployment)
        missing = [name for name in deployment.unset if name not in left_open]
        if template is not None and missing:
            file = deployment.files.get("TemplateConfiguration")
            where = file.shown if file is not None else "a TemplateConfiguration file"
            yield problem(
                deployment.action,
                (file.shown, ("Parameters",)) if file else deployment.action.configuration,
                f"{_have_no_default(missing, template.file)}; add {_them(missing)} to {where}, "
                "or to ParameterOverrides",
                resource=pipeline.resource,
            )


def _to_fill_in(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        template, file = deployment.template, deployment.files.get("TemplateConfiguration")
        names = open_parameters(deployment)
        if template is not None and file is not None and names:
            yield problem(
                deployment.action,
                (file.shown, ("Parameters",)),
                f"{_have_no_default(names, template.file)}; fill {_them(names)} in before the "
                "first deployment",
                resource=pipeline.resource,
            )


def _have_no_default(names: Sequence[str], file: str) -> str:
    verb = "has" if len(names) == 1 else "have"
    return f"{', '.join(names)} of {file} {verb} no default and must be set"


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _updates_itself(deployment: Deployment) -> bool:
    """Whether the deployed stack is the one that contains the pipeline."""
    resource = deployment.pipeline.resource
    if deployment.action.setting("StackName").value == {"Ref": "AWS::StackName"}:
        return True
    template = deployment.template
    same = None if template is None else template.resources.get(resource.logical_id)
    return same is not None and same.type == resource.type


def _invalid(pipeline: Pipeline) -> Iterator[Problem]:
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
                f"invalid value '{value}' for parameter {name} of {template.file}: {why}",
                resource=pipeline.resource,
            )


def _why_not(parameter: Mapping[str, Any], value: str) -> str:
    """Return why a value is invalid for a parameter; empty if it is valid."""
    type_ = str(parameter.get("Type", "String"))
    if type_ == "CommaDelimitedList" or type_.startswith(("List<", "AWS::SSM::")):
        return ""
    allowed = parameter.get("AllowedValues")
    if isinstance(allowed, list) and value not in map(scalar_text, allowed):
        return f"use one of {', '.join(map(scalar_text, allowed))}"
    if type_ == "Number":
        return _why_no_number(parameter, value)
    pattern = parameter.get("AllowedPattern")
    if isinstance(pattern, str) and not _fits(pattern, value):
        return f"use {parameter.get('ConstraintDescription') or f'a value that matches {pattern}'}"
    for key, sign in (("MinLength", 1), ("MaxLength", -1)):
        limit = _number(parameter.get(key))
        if limit is not None and (len(value) - limit) * sign < 0:
            return f"{key} is {limit:g} (has {len(value)} characters)"
    return ""


def _why_no_number(parameter: Mapping[str, Any], value: str) -> str:
    number = _number(value)
    if number is None:
        return "use a number"
    for key, sign in (("MinValue", 1), ("MaxValue", -1)):
        limit = _number(parameter.get(key))
        if limit is not None and (number - limit) * sign < 0:
            return f"{key} is {limit:g}"
    return ""


# A pattern of a template is tried on a value only where that is done in no time: each repetition
# multiplies the ways to match by the value's length, each choice by two to four.
_REPETITION = re.compile(r"[*+]|\{\d*,(?!\d?\})|\{\d?,[5-9]?\}")
_CHOICE = re.compile(r"(?<![(*+}?\\])\?|\{\d?,[0-4]\}|\([^()|]*\|")
#: A group that is repeated, with a choice or a repetition in it.
_REPEATED_GROUP = re.compile(
    r"[+*}?|][^()]*\)+(?:[+*]|\{(?!\d\}))|[+*}]\)*\)[+*{]|(?<!\()[?|][^()]*\)+\{"
)
_MOST_REPETITIONS = 3
_MOST_CHOICES = 10
_LONGEST_VALUE = 200
_LONGEST_PATTERN = 2_000


def _fits(pattern: str, value: str) -> bool:
    """Whether a value matches a pattern; true if that is not known, or takes long to know."""
    if (
        len(pattern) > _LONGEST_PATTERN
        or len(value) > _LONGEST_VALUE
        or len(_REPETITION.findall(pattern)) > _MOST_REPETITIONS
        or len(_CHOICE.findall(pattern)) > _MOST_CHOICES
        or _REPEATED_GROUP.search(pattern)
    ):
        return True
    try:
        return re.fullmatch(pattern, value) is not None
    except (re.error, OverflowError, RecursionError):
        return True  # an expression of Java that Python does not support


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


RULES = (
    CheckRule(
        id="E9804",
        title="Parameters that are set exist",
        impact="The action fails each time it runs.",
        aws_message="Parameters: [...] do not exist in the template",
        fix="Correct the name, or declare the parameter in the template.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_unknown,
    ),
    CheckRule(
        id="E9805",
        title="Parameters without default are set",
        impact="The action fails each time it runs.",
        aws_message="Parameters: [...] must have values",
        fix="Set it in the configuration file or in ParameterOverrides, or give it a default.",
        source=f"{CLOUDFORMATION}/parameters-section-structure.html",
        certainty="documented",
        find_in_pipeline=_unset,
    ),
    CheckRule(
        id="I9841",
        severity="info",
        title="Rendered configurations have the values of the account",
        impact="The action fails as long as a value, such as the id of a VPC, is missing.",
        aws_message="Parameters: [...] must have values",
        fix="Fill them in; rendering again keeps them.",
        source=f"{CLOUDFORMATION}/parameters-section-structure.html",
        certainty="documented",
        find_in_pipeline=_to_fill_in,
    ),
    CheckRule(
        id="E9813",
        title="Values of parameters are valid",
        impact="The action fails each time it runs.",
        aws_message="Parameter ... failed to satisfy constraint: ...",
        fix="Use a value that matches AllowedValues, AllowedPattern, and the limits.",
        source=f"{CLOUDFORMATION}/parameters-section-structure.html",
        certainty="documented",
        find_in_pipeline=_invalid,
    ),
)
