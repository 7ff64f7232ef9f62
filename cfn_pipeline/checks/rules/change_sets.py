"""Change sets: made, then approved, then executed.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
"""

import re
from collections.abc import Iterator

from cfn_pipeline.analysis.partial_text import may_be, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

__all__ = ["RULES"]

_MAKE, _EXECUTE = "CHANGE_SET_REPLACE", "CHANGE_SET_EXECUTE"


def _key(action: Action) -> tuple[str, str] | None:
    """Return the names of an action's stack and change set, where it says both."""
    stack, change_set = action.setting("StackName").text, action.setting("ChangeSetName").text
    return None if stack is None or change_set is None else (stack, change_set)


def _place(action: Action) -> str | None:
    """Return the account (by the acting role) and region, where the action says one."""
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
    """Tell whether every action's mode is known, so that none is overlooked."""
    return pipeline.is_whole and all(
        action.mode is not None or action.setting("ActionMode").text is None
        for action in pipeline.actions
        if action.is_cloudformation
    )


def _never_made(pipeline: Pipeline) -> Iterator[Problem]:
    if not _modes_are_known(pipeline):
        return
    made = _of_mode(pipeline, _MAKE)
    if len(made) < sum(action.mode == _MAKE for action in pipeline.actions):
        return  # one does not say which change set it makes
    for action, key in _of_mode(pipeline, _EXECUTE):
        if any(_same(key, other) for _, other in made):
            continue
        stack, name = (readable(part) for part in key)
        on_stack = [(m, other) for m, other in made if may_be(key[0], other[0])]
        named = [(m, other) for m, other in made if may_be(key[1], other[1])]
        if on_stack:
            maker, other = on_stack[0]
            said = (
                f"it executes the change set '{name}' of stack '{stack}', but {maker.where} makes "
                f"the one called '{readable(other[1])}'; use one ChangeSetName in both"
            )
            at = action.setting("ChangeSetName")
        elif named:
            maker, other = named[0]
            said = (
                f"it executes the change set '{name}' of stack '{stack}', but {maker.where} makes "
                f"it for stack '{readable(other[0])}'; use one StackName in both"
            )
            at = action.setting("StackName")
        else:
            said = (
                f"it executes the change set '{name}' of stack '{stack}', which no action makes; "
                f"add an action with ActionMode {_MAKE} before it"
            )
            at = action.setting("ChangeSetName")
        yield problem(action, at, f"{said}")


def _made_later(pipeline: Pipeline) -> Iterator[Problem]:
    made = _of_mode(pipeline, _MAKE)
    for action, key in _of_mode(pipeline, _EXECUTE):
        makers = [maker for maker, other in made if _same(key, other)]
        if makers and all(maker.runs_before(action) is False for maker in makers):
            [first, *_] = makers
            beside = first.order == action.order
            how = "side by side with it" if beside else "later"
            yield problem(
                action,
                action.node.at("RunOrder") if first.stage is action.stage else action.node,
                f"it executes the change set '{readable(key[1])}', which {first.where} makes "
                f"{how}; make it first, then have it approved, then execute it (RunOrder 1, 2, 3)",
            )


def _executed_again(pipeline: Pipeline) -> Iterator[Problem]:
    """Find executions between which nobody makes the change set anew."""
    executed = _of_mode(pipeline, _EXECUTE)
    made = _of_mode(pipeline, _MAKE)
    for number, (action, key) in enumerate(executed):
        for earlier, other in executed[:number]:
            if key != other or _place(action) != _place(earlier):
                continue
            anew = [
                maker
                for maker, made_key in made
                if _same(key, made_key)
                and _place(maker) == _place(action)
                and maker.runs_before(earlier) is not True
                and maker.runs_before(action) is not False
            ]
            if not anew:
                yield problem(
                    action,
                    action.node,
                    f"{earlier.where} has executed the change set '{readable(key[1])}' already, "
                    "and a change set can be executed once; make it anew between them, or remove "
                    "one of them",
                )
                break


def _never_executed(pipeline: Pipeline) -> Iterator[Problem]:
    if not _modes_are_known(pipeline):
        return
    made, executed = _of_mode(pipeline, _MAKE), _of_mode(pipeline, _EXECUTE)
    # An execution under another name is told where it stands.
    astray = [key for _, key in executed if not any(_same(key, other) for _, other in made)]
    for action, key in made:
        meant = [k for k in astray if may_be(key[0], k[0]) or may_be(key[1], k[1])]
        if not meant and not any(_same(key, other) for _, other in executed):
            yield problem(
                action,
                action.node,
                f"no action executes the change set '{readable(key[1])}' of stack "
                f"'{readable(key[0])}', so the stack never changes; add an action with ActionMode "
                f"{_EXECUTE} after it",
            )


def _unseen(pipeline: Pipeline) -> Iterator[Problem]:
    """Find approvals that are there for a change set and cannot hold it up."""
    made, executed = _of_mode(pipeline, _MAKE), _of_mode(pipeline, _EXECUTE)
    pairs = [
        (maker, executor)
        for maker, key in made
        for executor, other in executed
        if _same(key, other) and maker.runs_before(executor)
    ]
    approvals = [action for action in pipeline.actions if action.is_approval]
    for approval in approvals:
        here = [
            pair
            for pair in pairs
            if approval.stage in (pair[0].stage, pair[1].stage) or _speaks_of_change_set(approval)
        ]
        if not here or any(_between(approval, pair) for pair in here):
            continue
        for maker, executor in here:
            if any(_between(other, (maker, executor)) for other in approvals):
                continue
            if approval.order is None or maker.order is None or executor.order is None:
                continue
            said = _misplaced(approval, maker, executor, pipeline)
            if said:
                yield problem(
                    approval,
                    approval.node.at("RunOrder")
                    if approval.node.at("RunOrder").is_there
                    else approval.node,
                    f"{said}; give it a RunOrder between '{readable(maker.name)}' and "
                    f"'{readable(executor.name)}'",
                )
                break


def _between(approval: Action, pair: tuple[Action, Action]) -> bool:
    maker, executor = pair
    return maker.runs_before(approval) is not False and approval.runs_before(executor) is not False


def _misplaced(approval: Action, maker: Action, executor: Action, pipeline: Pipeline) -> str:
    """Say why an approval in the stage of a change set is of no use; nothing where it is."""
    if approval.order == executor.order:
        return f"it runs side by side with {executor.where}, which does not wait for it"
    if approval.order == maker.order:
        return (
            f"it runs side by side with {maker.where}, so that the change set may not be there "
            "when somebody approves it"
        )
    if executor.runs_before(approval):
        followers = [a for a in pipeline.actions if approval.runs_before(a) is not False]
        gate = approval.stage.node.at("OnFailure")
        if _speaks_of_change_set(approval) or (
            not followers and not gate.is_there and _asks_for_approval(approval)
        ):
            return f"{executor.where} has executed the change set before anybody is asked"
    elif approval.runs_before(maker) and _speaks_of_change_set(approval):
        return f"{maker.where} makes the change set after it was approved, unseen"
    return ""


def _asks_for_approval(approval: Action) -> bool:
    """Tell whether it is to be approved that something happens, not that it has happened."""
    return bool(re.search(r"approv|review|release|deploy", approval.name, re.IGNORECASE))


def _speaks_of_change_set(approval: Action) -> bool:
    said = f"{approval.name} {approval.setting('CustomData').text or ''}"
    return bool(re.search(r"change[\s_-]?set", said, re.IGNORECASE))


RULES = (
    CheckRule(
        id="E9301",
        title="A change set that is executed is made by the pipeline, for the same stack",
        impact="The action fails each time it runs, or it executes what somebody else left there.",
        aws_message="ChangeSet [...] does not exist",
        fix="Use the same StackName and ChangeSetName where it is made and where it is executed.",
        find_in_pipeline=_never_made,
    ),
    CheckRule(
        id="E9302",
        title="A change set is made before it is executed",
        impact="The first execution fails; later ones execute the change set of the run before.",
        aws_message="ChangeSet [...] does not exist",
        fix="Make it in an earlier stage, or under a lower RunOrder.",
        find_in_pipeline=_made_later,
    ),
    CheckRule(
        id="E9303",
        title="A change set is executed once",
        impact="The second action fails: an executed change set is gone.",
        aws_message="ChangeSet [...] does not exist",
        fix="Make the change set anew between the two, or remove one of them.",
        find_in_pipeline=_executed_again,
    ),
    CheckRule(
        id="E9304",
        title="An approval stands between making a change set and executing it",
        impact="Nobody sees what is approved, or it is deployed before it is approved.",
        fix="Number them so: make 1, approve 2, execute 3.",
        find_in_pipeline=_unseen,
    ),
    CheckRule(
        id="E9305",
        title="A change set that is made is executed, too",
        impact="Nothing fails, and nothing is ever deployed.",
        fix="Add an action with ActionMode CHANGE_SET_EXECUTE.",
        find_in_pipeline=_never_executed,
    ),
)
