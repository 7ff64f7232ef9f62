"""Stacks: what the deployed template needs besides its parameters.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.analysis.capabilities import is_given, needed_capabilities
from cfn_pipeline.analysis.deployments import Deployment, deployments
from cfn_pipeline.analysis.partial_text import has_made, is_known, is_open, readable
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.resolving import text_of
from cfn_pipeline.analysis.scenarios import scenarios
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.aws.resource_names import NAME_PROPERTIES, NOT_UNIQUE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.template.positions import Path

__all__ = ["RULES"]


@dataclass(frozen=True, kw_only=True)
class _Fixed:
    """A name that is the same in every stack of a template, and where it stands."""

    kind: str
    path: Path
    name: str


def _capabilities(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        node = deployment.action.setting("Capabilities")
        if deployment.template is None or (node.is_there and not is_known(node.text)):
            continue
        given = re.split(r"[,\s]+", node.text or "")
        mode = deployment.action.mode or ""
        for capability, why in needed_capabilities(deployment.template, mode):
            if not is_given(capability, given):
                yield problem(
                    deployment.action,
                    node if node.is_there else deployment.action.configuration,
                    f"{deployment.template.file} {why}, for which CloudFormation wants "
                    f"{capability}; set Capabilities: "
                    f"{','.join(sorted({*filter(None, given), capability}))}",
                )


def _collisions(pipeline: Pipeline) -> Iterator[Problem]:
    """Find names that two stacks of one template would both claim."""
    seen: dict[tuple[str, str, str], Deployment] = {}
    told: set[Path] = set()
    for deployment in deployments(pipeline):
        template = deployment.template
        file = deployment.files.get("TemplatePath")
        stack = deployment.action.setting("StackName").text
        if template is None or file is None or stack is None or template.rewritten:
            continue
        node = deployment.action.node
        if node.at("RoleArn").is_there or node.at("Region").is_there:
            continue  # it may well be another account or region
        for fixed in _fixed_names(deployment, template):
            other = seen.setdefault((file.shown, fixed.kind, fixed.name), deployment)
            elsewhere = other.action.setting("StackName").text or ""
            if elsewhere == stack or fixed.path in told:
                continue
            told.add(fixed.path)
            yield problem(
                deployment.action,
                (template.file, fixed.path),
                f"{fixed.kind} {fixed.path[1]} is called '{readable(fixed.name)}' in every stack, "
                f"and {other.action.where} deploys the template, too (stacks {readable(elsewhere)} "
                f"and {readable(stack)}); leave the name out, or begin it with ${{AWS::StackName}}",
                resource=pipeline.resource,
            )


def _fixed_names(deployment: Deployment, template: Template) -> Iterator[_Fixed]:
    """Yield the names that are known when the stack's parameters are."""
    said = {**deployment.configured, **deployment.overridden}
    values = {name: value if isinstance(value, str) else "" for name, value in said.items()}
    parameters = {
        name: {**parameter, "Default": values.get(name, parameter.get("Default", ""))}
        for name, parameter in template.section("Parameters").items()
        if isinstance(parameter, dict)
    }
    filled = Template(template.file, {**template.content, "Parameters": parameters})
    system = System(templates=[filled])
    for kind, path, value, condition in _named(filled, system):
        if value is None or not _may_be_there(condition, parameters, filled):
            continue
        text = text_of(value, filled, system)
        # The account and the region are the same for all stacks that are compared.
        if text and not is_open(text) and not has_made(text) and not text.startswith("{"):
            yield _Fixed(kind=kind, path=path, name=text)


def _named(template: Template, system: System) -> Iterator[tuple[str, Path, Any, Any]]:
    """Yield what has a name: its kind, where the name stands, the name, and the condition."""
    for resource in template.resources.values():
        key = NAME_PROPERTIES.get(resource.type)
        # Names of rules are unique within a bus.
        unique = resource.type not in NOT_UNIQUE and "EventBusName" not in resource.properties
        if key is not None and unique:
            path: Path = ("Resources", resource.logical_id, "Properties", key)
            condition = resource.body.get("Condition")
            yield resource.type, path, resource.properties.get(key), condition
    for _, output, name, _ in system.exports:
        condition = template.section("Outputs")[output].get("Condition")
        yield "export", ("Outputs", output, "Export", "Name"), name, condition


def _may_be_there(condition: Any, parameters: dict[str, Any], template: Template) -> bool:
    if not isinstance(condition, str):
        return True
    # With its values for the only allowed ones, a parameter can take no others.
    fixed = {n: {**p, "AllowedValues": [p["Default"]]} for n, p in parameters.items()}
    found = scenarios({**template.content, "Parameters": fixed}, {condition})
    return any(scenario[condition] for scenario in found)


RULES = (
    CheckRule(
        id="E9806",
        title="An action has the capabilities that its template takes",
        impact="The action fails each time it runs.",
        aws_message="Requires capabilities : [CAPABILITY_NAMED_IAM]",
        fix="Set Capabilities: CAPABILITY_IAM, for named resources of IAM's CAPABILITY_NAMED_IAM, "
        "for macros besides CAPABILITY_AUTO_EXPAND.",
        find_in_pipeline=_capabilities,
    ),
    CheckRule(
        id="E9807",
        title="A template that is deployed twice fixes no names",
        impact="The second stack cannot be created.",
        aws_message="... already exists",
        fix="Leave the name out, or make the stack's name or a parameter part of it.",
        find_in_pipeline=_collisions,
    ),
)
