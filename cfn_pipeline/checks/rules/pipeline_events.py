"""Events of pipelines: rules that wait for them, functions that they run, roles that approve.

https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

import difflib
from collections.abc import Collection, Iterator, Mapping

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_known, may_be
from cfn_pipeline.analysis.pipelines import Pipeline, pipelines
from cfn_pipeline.analysis.resolving import may_be_resource, name_of, resource_behind
from cfn_pipeline.analysis.starts import RULE
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.checks.rule import CheckRule, Problem

_EVENTS = "events.amazonaws.com"
_SOURCE = "aws.codepipeline"
_FUNCTION = "AWS::Lambda::Function"
_PERMISSION = "AWS::Lambda::Permission"
_ROLE = "AWS::IAM::Role"
_APPROVE = "codepipeline:putapprovalresult"


def _known(system: System) -> dict[str, list[Pipeline]]:
    """Return the pipelines of which every name is known, by name, each in all scenarios."""
    found: dict[str, list[Pipeline]] = {}
    for pipeline in pipelines(system):
        found.setdefault(name_of(pipeline.resource, system), []).append(pipeline)
    return {
        name: scenarios
        for name, scenarios in found.items()
        if is_known(name)
        and len({each.resource for each in scenarios}) == 1
        and all(_is_known(each) for each in scenarios)
    }


def _is_known(pipeline: Pipeline) -> bool:
    names = [name for a in pipeline.actions for name in (a.stage.name, a.name)]
    return pipeline.is_whole and all(map(is_known, names))


def _rules(system: System) -> Iterator[tuple[Resource, Node]]:
    """Yield the rules for events of CodePipeline alone, with their patterns."""
    for rule in system.resources(RULE):
        pattern = properties_of(rule, system).at("EventPattern").parsed
        if [item.text for item in pattern.at("source").items()] == [_SOURCE]:
            yield rule, pattern


def _literals(node: Node) -> dict[str, Node]:
    """Return the texts for which a list of a pattern waits; without those with operators."""
    return {item.text: item for item in node.items() if item.text and is_known(item.text)}


def _names(system: System) -> Iterator[Problem]:
    """Find rules that wait for a stage or an action which their pipeline does not have."""
    known = _known(system)
    for rule, pattern in _rules(system):
        detail = pattern.at("detail")
        waited = _literals(detail.at("pipeline"))
        if len(waited) != 1 or len(detail.at("pipeline").items()) != 1:
            continue
        [name] = waited
        actions = [action for each in known.get(name, ()) for action in each.actions]
        if not actions:
            continue
        stages = _literals(detail.at("stage"))
        here = [a for a in actions if not stages or a.stage.name in stages]
        for kind, nodes, existing in (
            ("stage", stages, [a.stage.name for a in actions]),
            ("action", _literals(detail.at("action")), [a.name for a in here or actions]),
        ):
            for text, node in nodes.items():
                if text not in existing:
                    yield Problem(
                        at=node,
                        message=f"resource {rule.logical_id}: waits for events of {kind} "
                        f"'{text}', which pipeline '{name}' does not have{_near(text, existing)}",
                        resource=rule,
                    )


def _near(text: str, existing: Collection[str]) -> str:
    names = list(dict.fromkeys(existing))
    near = difflib.get_close_matches(text, names, 1)
    return f"; did you mean '{near[0]}'?" if near else f"; use {' or '.join(map(repr, names))}"


def _invocations(system: System) -> Iterator[Problem]:
    """Find functions that rules run, and that do not let EventBridge call them."""
    permissions = [properties_of(each, system) for each in system.resources(_PERMISSION)]
    for rule, _ in _rules(system):
        for target in properties_of(rule, system).at("Targets").items():
            arn = target.at("Arn")
            function = resource_behind(arn.value, arn.template, system, _FUNCTION)
            if function is None or target.hides_keys or target.at("RoleArn").is_there:
                continue
            if function.template.rewritten or function.template.hides_resources:
                continue
            if not any(_lets_in(permission, function, system) for permission in permissions):
                yield Problem(
                    at=arn,
                    message=f"resource {rule.logical_id}: function {function.logical_id} does not "
                    f"let {_EVENTS} call it; add an {_PERMISSION} with Action "
                    f"lambda:InvokeFunction and Principal {_EVENTS}",
                    resource=rule,
                )


def _lets_in(permission: Node, function: Resource, system: System) -> bool:
    name, principal = permission.at("FunctionName"), permission.at("Principal").text
    return (principal is None or may_be(principal, _EVENTS) or principal == "*") and (
        permission.hides_keys or may_be_resource(name.value, function, system, name.template)
    )


def _approvals(system: System) -> Iterator[Problem]:
    """Find roles that may give an approval which the pipeline does not have."""
    known = _known(system)
    for role in system.resources(_ROLE):
        for policy in properties_of(role, system).at("Policies").items():
            for statement in policy.at("PolicyDocument").parsed.at("Statement").items():
                actions = [node.text or "" for node in statement.at("Action").items()]
                if _APPROVE in [action.lower() for action in actions]:
                    yield from _missing(role, statement.at("Resource"), known)


def _missing(
    role: Resource, resources: Node, known: Mapping[str, list[Pipeline]]
) -> Iterator[Problem]:
    for node in resources.items() or [resources]:
        parts = (node.text or "").split(":", 5)
        names = parts[-1].split("/")
        if len(parts) != 6 or len(names) != 3 or not all(map(is_known, names)):
            continue
        if any(character in parts[-1] for character in "*?"):
            continue
        approvals = [
            f"{action.stage.name}/{action.name}"
            for pipeline in known.get(names[0], ())
            for action in pipeline.actions
            if action.category in ("Approval", None)  # it may be one
        ]
        if names[0] in known and "/".join(names[1:]) not in approvals:
            existing = ", ".join(dict.fromkeys(approvals)) or "none"
            yield Problem(
                at=node,
                message=f"resource {role.logical_id}: pipeline '{names[0]}' has no approval "
                f"'{'/'.join(names[1:])}'; its approvals are {existing}",
                resource=role,
            )


RULES = (
    CheckRule(
        id="W9906",
        severity="warning",
        title="Rules wait for stages and actions that the pipeline has",
        impact="The rule matches no event: a message is not sent, or a function does not run.",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-"
        "cloudwatch-events.html",
        certainty="documented",
        fix="Use the names of the pipeline's stages and actions in the event pattern.",
        find_in_system=_names,
    ),
    CheckRule(
        id="W9907",
        severity="warning",
        title="Functions let EventBridge call them for events of pipelines",
        impact="The function does not run.",
        source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based"
        ".html",
        certainty="documented",
        fix="Add an AWS::Lambda::Permission for the principal events.amazonaws.com.",
        find_in_system=_invocations,
    ),
    CheckRule(
        id="W9908",
        severity="warning",
        title="Roles may give approvals that the pipeline has",
        impact="The approval is not given: the call is denied.",
        aws_message="is not authorized to perform: codepipeline:PutApprovalResult",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-iam-"
        "permissions.html",
        certainty="documented",
        fix="Use the ARN of the approval: of the pipeline, then its stage and its action.",
        find_in_system=_approvals,
    ),
)
