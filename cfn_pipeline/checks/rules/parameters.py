"""Parameters of deployed stacks: those that are set exist, those that must be set are.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cfn_pipeline.analysis.deployments import Deployed, deployments, left_open_in
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.texts import is_known
from cfn_pipeline.checks.rule import Problem, Rule

__all__ = ["RULES"]


def _unknown(pipeline: Pipeline) -> Iterator[Problem]:
    for deployed in deployments(pipeline):
        template = deployed.template
        if template is None or template.rewritten:
            continue
        known = template.section("Parameters")
        for name in deployed.configured:
            if name not in known:
                file = deployed.files["TemplateConfiguration"]
                yield Problem(
                    at=(file.shown, ("Parameters", name)),
                    message=_no_parameter(deployed, name, f"{file.shown} sets"),
                    resource=pipeline.resource,
                )
        for name in deployed.overridden:
            if is_known(name) and name not in known:
                yield Problem(
                    at=deployed.action.setting("ParameterOverrides"),
                    message=_no_parameter(deployed, name, "ParameterOverrides sets"),
                )


def _no_parameter(deployed: Deployed, name: str, who: str) -> str:
    assert deployed.template is not None  # that it is there is what makes the parameter unknown
    known = deployed.template.section("Parameters")
    near = difflib.get_close_matches(name, known, 1)
    meant = f"did you mean {near[0]}?" if near else f"it has {', '.join(known) or 'none'}"
    return (
        f"{deployed.action.where}: {who} the parameter {name}, which {deployed.template.file} does "
        f"not have; {meant}"
    )


def _unset(pipeline: Pipeline) -> Iterator[Problem]:
    for deployed in deployments(pipeline):
        template = deployed.template
        left_open = left_open_in(deployed)
        lacking = [name for name in deployed.unset if name not in left_open]
        if template is not None and lacking:
            file = deployed.files.get("TemplateConfiguration")
            where = file.shown if file is not None else "a TemplateConfiguration file"
            yield Problem(
                at=(file.shown, ("Parameters",)) if file else deployed.action.configuration,
                message=f"{deployed.action.where}: nothing sets {', '.join(lacking)}, which "
                f"{template.file} gives no default; set it in {where}, or in ParameterOverrides",
                resource=pipeline.resource,
            )


def _refused(pipeline: Pipeline) -> Iterator[Problem]:
    for deployed in deployments(pipeline):
        template = deployed.template
        if template is None or template.rewritten:
            continue
        parameters = template.section("Parameters")
        file = deployed.files.get("TemplateConfiguration")
        for name, value in {**deployed.configured, **deployed.overridden}.items():
            parameter = parameters.get(name)
            if not isinstance(parameter, dict) or not isinstance(value, str):
                continue
            if not is_known(value) or "#{" in value or not (why := _why_not(parameter, value)):
                continue
            overridden = name in deployed.overridden
            at = (
                deployed.action.setting("ParameterOverrides")
                if overridden or file is None
                else (file.shown, ("Parameters", name))
            )
            yield Problem(
                at=at,
                message=f"{deployed.action.where}: {name} is set to '{value}', which "
                f"{template.file} refuses: {why}",
                resource=pipeline.resource,
            )


def _why_not(parameter: Mapping[str, Any], value: str) -> str:
    """Say why a parameter refuses a value; nothing where it takes it."""
    type_ = str(parameter.get("Type", "String"))
    if type_ == "CommaDelimitedList" or type_.startswith(("List<", "AWS::SSM::")):
        return ""
    allowed = parameter.get("AllowedValues")
    if isinstance(allowed, list) and value not in map(_text, allowed):
        return f"give one of {', '.join(map(_text, allowed))}"
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


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


RULES = (
    Rule(
        id="E9804",
        title="Every parameter that is set exists",
        breaks="The action fails each time it runs.",
        says="Parameters: [...] do not exist in the template",
        mend="Correct the name, or declare the parameter in the template.",
        find_in_pipeline=_unknown,
    ),
    Rule(
        id="E9805",
        title="Every parameter without a default is set",
        breaks="The action fails each time it runs.",
        says="Parameters: [...] must have values",
        mend="Set it in the configuration file or in ParameterOverrides, or give it a default.",
        find_in_pipeline=_unset,
    ),
    Rule(
        id="E9813",
        title="A parameter accepts the value to which it is set",
        breaks="The action fails each time it runs.",
        says="Parameter ... failed to satisfy constraint: ...",
        mend="Give a value that fits AllowedValues, AllowedPattern, and the limits.",
        find_in_pipeline=_refused,
    ),
)
