"""Environments: each has its own stack and its own configuration, and production comes last.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
"""

import itertools
from collections.abc import Iterator

from cfn_pipeline.analysis.artifact_references import file_references
from cfn_pipeline.analysis.environments import PRODUCTION, environments_in
from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.checks.rules.change_sets import is_preview

_REFERENCE = (
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html"
)


def _deploying(pipeline: Pipeline) -> list[Action]:
    """Return the actions that deploy a template to a stack whose name is known or comparable."""
    return [
        action
        for action in pipeline.actions
        if action.mode_terms is not None
        and action.mode_terms.reads_template
        and action.setting("StackName").text is not None
    ]


def _configurations(pipeline: Pipeline) -> Iterator[Problem]:
    """Find production with another environment's configuration, and the other way round."""
    for action in _deploying(pipeline):
        stack = action.setting("StackName").text
        targets = environments_in([stack]) or environments_in([action.stage.name, action.name])
        for file in file_references(action):
            named = environments_in([file.path.rsplit("/", 1)[-1]]) or environments_in([file.path])
            if file.key != "TemplateConfiguration" or len(named) != 1 or len(targets) != 1:
                continue
            everywhere = environments_in([stack, action.stage.name, action.name])
            if PRODUCTION in named | targets and not named & everywhere:
                [environment] = targets
                yield problem(
                    action,
                    file.node,
                    f"TemplateConfiguration '{readable(file.path)}' is the configuration of "
                    f"{named.pop()}, but the action deploys stack {readable(stack or '')} in "
                    f"{environment}; use the configuration of {environment}",
                )


def _stacks(pipeline: Pipeline) -> Iterator[Problem]:
    """Find stacks that two stages deploy."""
    reported: set[Action] = set()
    stacks = [(action, _stack(action)) for action in _deploying(pipeline)]
    for (one, key), (other, other_key) in itertools.combinations(stacks, 2):
        if one.stage.number == other.stage.number or key is None or key != other_key:
            continue
        if is_preview(one, pipeline):
            continue
        if other in reported or not _is_by_mistake(one, other):
            continue
        if _comes_too_early(one, pipeline):
            continue  # another rule reports it
        reported.add(other)
        stack = readable(other.setting("StackName").text or "")
        yield problem(
            other,
            other.setting("StackName"),
            f"{one.where} deploys the stack '{stack}', too; give each stage its own stack",
        )


def _stack(action: Action) -> tuple[str | None, ...] | None:
    """Return what tells a stack from others: region, role, name; None if it is not known."""
    nodes = (action.node.at("Region"), action.node.at("RoleArn"), action.setting("StackName"))
    texts = tuple(node.text for node in nodes)
    is_known = all(
        text is not None or not node.is_there for text, node in zip(texts, nodes, strict=True)
    )
    return texts if is_known else None


def _is_by_mistake(one: Action, other: Action) -> bool:
    """Whether nothing speaks for two passes of one deployment."""
    environments = [environments_in([a.stage.name]) for a in (one, other)]
    if all(environments) and not environments[0] & environments[1]:
        return True
    same = {
        key: _same(one.setting(key), other.setting(key))
        for key in ("TemplatePath", "TemplateConfiguration", "ParameterOverrides")
    }
    return same["TemplatePath"] and (
        all(same.values()) or (not same["TemplateConfiguration"] and same["ParameterOverrides"])
    )


def _same(one: Node, other: Node) -> bool:
    return one.is_there == other.is_there and one.text == other.text


def _approvals(pipeline: Pipeline) -> Iterator[Problem]:
    """Find deployments to production's stack before the approval."""
    for action in pipeline.actions:
        if _comes_too_early(action, pipeline):
            stack = readable(action.setting("StackName").text or "")
            yield problem(
                action,
                action.setting("StackName"),
                f"the stack '{stack}' is production's, but the deployment is not approved before; "
                f"use the stack of stage '{readable(action.stage.name)}', or move the action "
                "behind the approval",
            )


def _comes_too_early(action: Action, pipeline: Pipeline) -> bool:
    """Whether an action of another environment deploys production's stack before an approval."""
    terms = action.mode_terms
    if terms is None or not any("Update" in c or "Execute" in c for c in terms.calls):
        return False
    if environments_in([action.setting("StackName").text]) != {PRODUCTION}:
        return False
    stage = environments_in([action.stage.name, action.name])
    approvals = [other for other in pipeline.actions if other.is_approval]
    return (
        bool(stage)
        and PRODUCTION not in stage
        and bool(approvals)
        and all(action.runs_before(approval) for approval in approvals)
    )


RULES = (
    CheckRule(
        id="W9814",
        severity="warning",
        title="Production has its own configuration",
        impact="Production runs with the values of another environment, or the other way round.",
        source=_REFERENCE,
        fix="Set TemplateConfiguration to the environment's own file.",
        find_in_pipeline=_configurations,
    ),
    CheckRule(
        id="W9815",
        severity="warning",
        title="Each stage deploys its own stacks",
        impact="The later stage replaces what the earlier one has deployed, or finds nothing to "
        "do.",
        source=_REFERENCE,
        fix="Give each stage a stack of its own.",
        find_in_pipeline=_stacks,
    ),
    CheckRule(
        id="W9816",
        severity="warning",
        title="Production is deployed after the approval",
        impact="Production changes before a person has approved it.",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html",
        fix="Use the stack of the stage's own environment, or move the action behind the approval.",
        find_in_pipeline=_approvals,
    ),
)
