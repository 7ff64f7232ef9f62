"""Stacks: capabilities, and fixed names of templates that are deployed twice.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from cfn_pipeline.analysis.capabilities import is_given, needed_capabilities
from cfn_pipeline.analysis.deployments import Deployment, deployments
from cfn_pipeline.analysis.partial_text import has_generated, is_known, is_open, readable
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.resolving import text_of
from cfn_pipeline.analysis.scenarios import scenarios
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.aws.guides import CLOUDFORMATION, CODEPIPELINE
from cfn_pipeline.aws.resource_names import NAME_PROPERTIES, NOT_UNIQUE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.template.positions import Path


class _Fixed(NamedTuple):
    """A name that is the same in every stack of a template, and its place."""

    kind: str
    path: Path
    name: str


def _capabilities(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        node = deployment.action.setting("Capabilities")
        if deployment.template is None or (node.is_there and not is_known(node.text)):
            continue
        capabilities = re.split(r"[,\s]+", node.text or "")
        mode = deployment.action.mode or ""
        for capability, why in needed_capabilities(deployment.template, mode):
            if not is_given(capability, capabilities):
                yield problem(
                    deployment.action,
                    node if node.is_there else deployment.action.configuration,
                    f"{deployment.template.file} requires {capability}, because it {why}; set "
                    f"Capabilities: {_with(capabilities, capability)}",
                )


def _with(capabilities: Iterable[str], capability: str) -> str:
    """Return capabilities with one more, and without one that another includes."""
    needed = {*filter(None, capabilities), capability}
    return ",".join(sorted(c for c in needed if not is_given(c, needed - {c})))


def _collisions(pipeline: Pipeline) -> Iterator[Problem]:
    """Find names that would be used by two stacks of one template."""
    seen: dict[tuple[str, str, str], Deployment] = {}
    reported: set[Path] = set()
    for deployment in deployments(pipeline):
        template = deployment.template
        file = deployment.files.get("TemplatePath")
        stack = deployment.action.setting("StackName").text
        if template is None or file is None or stack is None or template.rewritten:
            continue
        node = deployment.action.node
        if node.at("RoleArn").is_there or node.at("Region").is_there:
            continue  # it may be another account or region
        for fixed in _fixed_names(deployment, template):
            other = seen.setdefault((file.shown, fixed.kind, fixed.name), deployment)
            other_stack = other.action.setting("StackName").text or ""
            if other_stack == stack or fixed.path in reported:
                continue
            reported.add(fixed.path)
            yield problem(
                deployment.action,
                (template.file, fixed.path),
                f"{fixed.kind} {fixed.path[1]} has the fixed name '{readable(fixed.name)}', but "
                f"{other.action.where} also deploys the template (stacks {readable(other_stack)} "
                f"and {readable(stack)}); remove the name, or start it with ${{AWS::StackName}}",
                resource=pipeline.resource,
            )


def _fixed_names(deployment: Deployment, template: Template) -> Iterator[_Fixed]:
    """Yield the names that are known from the stack's parameters."""
    settings = {**deployment.configured, **deployment.overridden}
    values = {name: value if isinstance(value, str) else "" for name, value in settings.items()}
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
        # All stacks that are compared have the same account and region.
        if text and not is_open(text) and not has_generated(text) and not text.startswith("{"):
            yield _Fixed(kind=kind, path=path, name=text)


def _named(template: Template, system: System) -> Iterator[tuple[str, Path, Any, Any]]:
    """Yield resources and exports with a name: kind, path and value of the name, condition."""
    for resource in template.resources.values():
        key = NAME_PROPERTIES.get(resource.type)
        # Names of rules are unique within an event bus only.
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
    # AllowedValues fixes each parameter to its value.
    fixed = {n: {**p, "AllowedValues": [p["Default"]]} for n, p in parameters.items()}
    possible = scenarios({**template.content, "Parameters": fixed}, {condition})
    return any(scenario[condition] for scenario in possible)


RULES = (
    CheckRule(
        id="E9806",
        title="Actions have the capabilities that their template requires",
        impact="The action fails each time it runs.",
        aws_message="Requires capabilities : [CAPABILITY_NAMED_IAM]",
        fix="Set Capabilities: CAPABILITY_IAM for IAM resources, CAPABILITY_NAMED_IAM if they "
        "have names, and also CAPABILITY_AUTO_EXPAND for macros.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_capabilities,
    ),
    CheckRule(
        id="E9807",
        title="Templates that are deployed twice have no fixed names",
        impact="The second stack cannot be created.",
        aws_message="... already exists",
        fix="Remove the name, or include the stack's name or a parameter in it.",
        source=f"{CLOUDFORMATION}/aws-properties-name.html",
        certainty="documented",
        find_in_pipeline=_collisions,
    ),
)
