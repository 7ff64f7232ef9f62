"""Deployment roles: they may create what the templates contain that they deploy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

import re
from collections.abc import Iterator
from typing import Any

from cfn_pipeline.analysis.deployments import Deployment, deployments
from cfn_pipeline.analysis.partial_text import ANYTHING, is_known, readable
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.evaluation.acting import deployment_role
from cfn_pipeline.evaluation.grants import Grants, grants_of

#: The types that cannot be created with a role unless it may be passed.
_PASSING = frozenset(
    {
        "AWS::CodeBuild::Project",
        "AWS::CodePipeline::Pipeline",
        "AWS::ECS::TaskDefinition",
        "AWS::Lambda::Function",
        "AWS::StepFunctions::StateMachine",
    }
)
_CREATING = ("allocate", "create", "publish", "put", "register", "request", "run")
_SHOWN = 5


def _suffices(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    for deployment in deployments(pipeline):
        template = deployment.template
        node = deployment.action.setting("RoleArn")
        role = deployment_role(deployment.action, pipeline)
        if role is None or template is None or template.rewritten:
            continue
        grants = grants_of(role, system)
        # A role that is allowed what does not exist is allowed everything.
        is_judged = grants.is_whole and not grants.may("none:None", "none")
        missing = _missing(grants, deployment, template) if is_judged else {}
        if missing:
            shown = [f"{action} ({what})" for action, what in list(missing.items())[:_SHOWN]]
            more = len(missing) - len(shown)
            yield problem(
                deployment.action,
                node,
                f"role {role.logical_id} ({role.template.file}) is not allowed to create what "
                f"{template.file} contains; allow {', '.join(shown)}"
                f"{f' and {more} more' if more else ''}; cfn-pipeline permissions lists all that "
                "it needs",
                resource=role,
            )


def _missing(grants: Grants, deployment: Deployment, template: Template) -> dict[str, str]:
    """Return the actions that the role lacks, each with a resource that needs it."""
    # Loaded here, since checks of pipelines without such a role do not need it.
    from cfn_pipeline.permissions import catalogue
    from cfn_pipeline.permissions.references import bound
    from cfn_pipeline.permissions.template_needs import needs_of

    system = deployment.pipeline.system
    stack = deployment.action.setting("StackName").text or ANYTHING
    needed = needs_of(_with_values(deployment, template))
    lacking: dict[str, dict[str, str]] = {}
    sufficient: set[str] = set()
    for need in needed.needs:
        resource = template.resources.get(need.resource)
        if need.operation != "create" or resource is None or "Condition" in resource.body:
            continue
        service, _, name = need.action.partition(":")
        creates = service == catalogue.own_service(need.type) and _creates(name, need.type)
        if not creates and not (need.action == "iam:PassRole" and need.type in _PASSING):
            continue
        arns = [bound(arn, stack) for arn in needed.arns_of(need.type, need.action) or ["*"]]
        texts = [_text(arn, system) if isinstance(arn, str) else ANYTHING for arn in arns]
        if any(grants.may(need.action, text) for text in texts):
            sufficient.add(need.action if need.action == "iam:PassRole" else need.type)
        else:
            what = (
                f"{need.resource} on {readable(texts[0].replace(ANYTHING, '*'))}"
                if len(texts) == 1
                else need.resource
            )
            key = need.action if need.action == "iam:PassRole" else need.type
            lacking.setdefault(key, {}).setdefault(need.action, what)
    # Of two actions that can create a type, one is enough.
    return {
        action: what
        for key, actions in lacking.items()
        if key not in sufficient
        for action, what in actions.items()
    }


def _creates(action: str, type_: str) -> bool:
    """Whether an action is named for creating a type: CreateCluster, RunTasks."""
    kind = type_.rsplit("::", 1)[-1].lower()
    return action.lower().removesuffix("s") in {
        f"{verb}{kind}".removesuffix("s") for verb in _CREATING
    }


def _with_values(deployment: Deployment, template: Template) -> dict[str, Any]:
    """Return the template with the values that the deployment gives to its parameters.

    A value that is not known has no default.
    """
    values = {**deployment.configured, **deployment.overridden}
    parameters = {}
    for name, parameter in template.section("Parameters").items():
        if isinstance(parameter, dict):
            parameter = dict(parameter)
            value = values.get(name)
            if isinstance(value, str) and is_known(value) and "#{" not in value:
                parameter["Default"] = value
            elif name in values or not deployment.sees_all_values:
                parameter.pop("Default", None)
        parameters[name] = parameter
    return {**template.content, "Parameters": parameters}


def _text(arn: str, system: System) -> str:
    """Return a derived ARN with characters for its unknown parts."""

    def unknown(match: re.Match[str]) -> str:
        return system.unknowns.open(match[1]) if match[1] else ANYTHING

    return re.sub(r"\$\{(AWS::\w+)\}|\*", unknown, arn)


RULES = (
    CheckRule(
        id="E9817",
        title="Deployment roles may create what they deploy",
        impact="The stack rolls back at the first resource that the role may not create.",
        aws_message="... is not authorized to perform: ecs:CreateCluster on resource: ...",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-"
        "servicerole.html",
        certainty="documented",
        fix="Allow the actions; cfn-pipeline permissions derives all that a template needs.",
        find_in_pipeline=_suffices,
    ),
)
