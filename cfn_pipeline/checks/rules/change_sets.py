"""Change sets: created, approved, executed, in this order.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from cfn_pipeline.analysis.partial_text import ANYTHING, may_be, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import resource_behind
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.evaluation.acting import build_grants

_MAKE, _EXECUTE = "CHANGE_SET_REPLACE", "CHANGE_SET_EXECUTE"


def _key(action: Action) -> tuple[str, str] | None:
    """Return the names of an action's stack and change set; None if one is missing."""
    stack, change_set = action.setting("StackName").text, action.setting("ChangeSetName").text
    return None if stack is None or change_set is None else (stack, change_set)


def _place(action: Action) -> str | None:
    """Return the action's role (for its account) and region; None if it sets neither."""
    role, region = action.node.at("RoleArn").text, action.node.at("Region").text
    return None if role is None and region is None else f"{role} {region}"


def _of_mode(pipeline: Pipeline, mode: str) -> list[tuple[Action, tuple[str, str]]]:
    return [
        (action, key)
        for action in pipeline.actions
        if action.mode == mode and (key := _key(action)) is not None
    ]


def _same(key: tuple[str, str], other: tuple[str, str]) -> bool:
    return may_be(key[0], other[0]) and may_be(key[1], other[1])


def _modes_are_known(pipeline: Pipeline) -> bool:
    """Whether the mode of every action that may deploy a stack is known."""
    return pipeline.is_whole and all(
        action.mode is not None
        or (
            action.is_cloudformation
            and not action.configuration.hides_keys
            and not action.setting("ActionMode").is_there
        )
        for action in pipeline.actions
        if action.category in (None, "Deploy") and action.provider in (None, "CloudFormation")
    )


def _may_call(call: str, actions: Iterable[Action], pipeline: Pipeline) -> bool:
    """Whether a build or a function among the actions may call CloudFormation."""
    system = pipeline.system
    for action in actions:
        if action.category not in (None, "Build", "Test", "Invoke", "Compute"):
            continue
        name = action.setting("ProjectName")
        project = resource_behind(name.value, name.template, system, "AWS::CodeBuild::Project")
        grants = None if project is None else build_grants(action, project, system)
        if grants is None or grants.may(call, ANYTHING):
            return True
    return False


def _never_created(pipeline: Pipeline) -> Iterator[Problem]:
    if not _modes_are_known(pipeline):
        return
    creations = _of_mode(pipeline, _MAKE)
    if len(creations) < sum(action.mode == _MAKE for action in pipeline.actions):
        return  # one creates a change set whose name is unknown
    for action, key in _of_mode(pipeline, _EXECUTE):
        if any(_same(key, other) for _, other in creations):
            continue
        stack, name = (readable(part) for part in key)
        on_stack = [(m, other) for m, other in creations if may_be(key[0], other[0])]
        named = [(m, other) for m, other in creations if may_be(key[1], other[1])]
        earlier = (other for other in pipeline.actions if other.runs_before(action) is not False)
        astray = _never_matched(creations, pipeline)
        if not {m for m, _ in (*on_stack, *named)} & astray and _may_call(
            "cloudformation:CreateChangeSet", earlier, pipeline
        ):
            continue
        if on_stack:
            maker, other = on_stack[0]
            mistake = (
                f"executes change set '{name}' of stack '{stack}', but {maker.where} creates "
                f"'{readable(other[1])}'; use the same ChangeSetName in both"
            )
            at = action.setting("ChangeSetName")
        elif named:
            maker, other = named[0]
            mistake = (
                f"executes change set '{name}' of stack '{stack}', but {maker.where} creates it "
                f"for stack '{readable(other[0])}'; use the same StackName in both"
            )
            at = action.setting("StackName")
        else:
            mistake = (
                f"executes change set '{name}' of stack '{stack}', which no action creates; add an "
                f"action with ActionMode {_MAKE} before it"
            )
            at = action.setting("ChangeSetName")
        yield problem(action, at, mistake)


def _never_matched(
    creations: Sequence[tuple[Action, tuple[str, str]]], pipeline: Pipeline
) -> set[Action]:
    """Return the actions whose change set no action executes."""
    executions = _of_mode(pipeline, _EXECUTE)
    return {
        maker for maker, key in creations if not any(_same(key, other) for _, other in executions)
    }


def _created_later(pipeline: Pipeline) -> Iterator[Problem]:
    creations = _of_mode(pipeline, _MAKE)
    for action, key in _of_mode(pipeline, _EXECUTE):
        makers = [maker for maker, other in creations if _same(key, other)]
        if makers and all(maker.runs_before(action) is False for maker in makers):
            [first, *_] = makers
            parallel = first.order == action.order
            how = "in parallel" if parallel else "later"
            yield problem(
                action,
                action.node.at("RunOrder") if first.stage is action.stage else action.node,
                f"executes change set '{readable(key[1])}', which {first.where} creates {how}; "
                "create it first, then approve it, then execute it (RunOrder 1, 2, 3)",
            )


def _executed_again(pipeline: Pipeline) -> Iterator[Problem]:
    """Find repeated executions of a change set that is not created again between them."""
    executions = _of_mode(pipeline, _EXECUTE)
    creations = _of_mode(pipeline, _MAKE)
    for number, (action, key) in enumerate(executions):
        for earlier, other in executions[:number]:
            if key != other or _place(action) != _place(earlier):
                continue
            repeated = [
                maker
                for maker, other_key in creations
                if _same(key, other_key)
                and _place(maker) == _place(action)
                and maker.runs_before(earlier) is not True
                and maker.runs_before(action) is not False
            ]
            if not repeated:
                yield problem(
                    action,
                    action.node,
                    f"executes change set '{readable(key[1])}' a second time, after "
                    f"{earlier.where}; a change set can be executed once, so create it again "
                    "between them, or remove one of them",
                )
                break


def _never_executed(pipeline: Pipeline) -> Iterator[Problem]:
    if not _modes_are_known(pipeline):
        return
    creations, executions = _of_mode(pipeline, _MAKE), _of_mode(pipeline, _EXECUTE)
    if len(executions) < sum(action.mode == _EXECUTE for action in pipeline.actions):
        return  # one executes a change set whose name is unknown
    # An execution with another name is reported at that action.
    astray = [key for _, key in executions if not any(_same(key, other) for _, other in creations)]
    for action, key in creations:
        meant = [k for k in astray if may_be(key[0], k[0]) or may_be(key[1], k[1])]
        later = (other for other in pipeline.actions if action.runs_before(other) is not False)
        if _may_call("cloudformation:ExecuteChangeSet", later, pipeline):
            continue
        if is_preview(action, pipeline):
            continue
        if not meant and not any(_same(key, other) for _, other in executions):
            yield problem(
                action,
                action.node,
                f"no action executes change set '{readable(key[1])}' of stack "
                f"'{readable(key[0])}', so the pipeline does not change the stack; add an action "
                f"with ActionMode {_EXECUTE} after it",
            )


def is_preview(action: Action, pipeline: Pipeline) -> bool:
    """Whether a change set is made for an approval to look at, and a later one is executed."""
    key = _key(action)
    if action.mode != _MAKE or key is None:
        return False
    executions = _of_mode(pipeline, _EXECUTE)
    if any(_same(key, other) for _, other in executions):
        return False
    approvals = [approval for approval in pipeline.actions if approval.is_approval]
    return any(
        other[0] == key[0]
        and _place(maker) == _place(action)
        and action.runs_before(maker) is True
        and maker.runs_before(executor) is True
        and any(_between(approval, (action, maker)) for approval in approvals)
        for maker, other in _of_mode(pipeline, _MAKE)
        for executor, executed in executions
        if executed == other
    )


def _unseen(pipeline: Pipeline) -> Iterator[Problem]:
    """Find approvals that are meant for a change set but cannot stop its execution."""
    creations, executions = _of_mode(pipeline, _MAKE), _of_mode(pipeline, _EXECUTE)
    pairs = [
        (maker, executor)
        for maker, key in creations
        for executor, other in executions
        if _same(key, other) and maker.runs_before(executor)
    ]
    approvals = [action for action in pipeline.actions if action.is_approval]
    possible = [*approvals, *(action for action in pipeline.actions if action.category is None)]
    for approval in approvals:
        here = [
            pair
            for pair in pairs
            if approval.stage in (pair[0].stage, pair[1].stage) or _mentions_change_set(approval)
        ]
        if not here or any(_between(approval, pair) for pair in here):
            continue
        for maker, executor in here:
            if any(_between(other, (maker, executor)) for other in possible):
                continue
            if approval.order is None or maker.order is None or executor.order is None:
                continue
            mistake = _misplaced(approval, maker, executor, pipeline)
            if mistake:
                yield problem(
                    approval,
                    approval.node.at("RunOrder")
                    if approval.node.at("RunOrder").is_there
                    else approval.node,
                    f"{mistake}; set its RunOrder between '{readable(maker.name)}' and "
                    f"'{readable(executor.name)}'",
                )
                break


def _between(approval: Action, pair: tuple[Action, Action]) -> bool:
    maker, executor = pair
    return maker.runs_before(approval) is not False and approval.runs_before(executor) is not False


def _misplaced(approval: Action, maker: Action, executor: Action, pipeline: Pipeline) -> str:
    """Return why an approval cannot stop a change set; empty if it can."""
    if approval.order == executor.order:
        return f"the approval runs in parallel with {executor.where}, which does not wait for it"
    if approval.order == maker.order:
        return (
            f"the approval runs in parallel with {maker.where}, so the change set may not exist "
            "when a person approves it"
        )
    if executor.runs_before(approval):
        followers = [a for a in pipeline.actions if approval.runs_before(a) is not False]
        gate = approval.stage.node.at("OnFailure")
        if _mentions_change_set(approval) or (
            not followers and not gate.is_there and _asks_for_approval(approval)
        ):
            return f"{executor.where} executes the change set before the approval"
    elif approval.runs_before(maker) and _mentions_change_set(approval):
        return f"{maker.where} creates the change set after the approval"
    return ""


def _asks_for_approval(approval: Action) -> bool:
    """Whether the approval is for something that has not happened yet, by its name."""
    return bool(re.search(r"approv|review|release|deploy", approval.name, re.IGNORECASE))


def _mentions_change_set(approval: Action) -> bool:
    text = f"{approval.name} {approval.setting('CustomData').text or ''}"
    return bool(re.search(r"change[\s_-]?set", text, re.IGNORECASE))


RULES = (
    CheckRule(
        id="E9301",
        title="Every executed change set is created by the pipeline",
        impact="The action fails each time it runs, or executes a change set that another process "
        "left.",
        aws_message="ChangeSet [...] does not exist",
        fix="Use the same StackName and ChangeSetName in the actions that create and execute it.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="inferred",
        find_in_pipeline=_never_created,
    ),
    CheckRule(
        id="E9302",
        title="Change sets are created before they are executed",
        impact="The first execution fails; later ones execute the change set of the previous run.",
        aws_message="ChangeSet [...] does not exist",
        fix="Create it in an earlier stage, or with a lower RunOrder.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="inferred",
        find_in_pipeline=_created_later,
    ),
    CheckRule(
        id="E9303",
        title="Each change set is executed once",
        impact="The second action fails: CloudFormation deletes a change set that was executed.",
        aws_message="ChangeSet [...] does not exist",
        fix="Create the change set again between the two, or remove one of them.",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html",
        certainty="documented",
        find_in_pipeline=_executed_again,
    ),
    CheckRule(
        id="E9304",
        severity="warning",
        title="Approvals are between creating and executing a change set",
        impact="The reviewer cannot see the change set, or it is deployed before it is approved.",
        fix="Use RunOrder 1 to create it, 2 to approve it, and 3 to execute it.",
        source=f"{CODEPIPELINE}/approvals.html",
        certainty="inferred",
        find_in_pipeline=_unseen,
    ),
    CheckRule(
        id="E9305",
        severity="warning",
        title="Every change set is executed",
        impact="Nothing fails, but nothing is deployed until a person executes the change set.",
        fix="Add an action with ActionMode CHANGE_SET_EXECUTE.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="inferred",
        find_in_pipeline=_never_executed,
    ),
)
