"""What starts a pipeline, in words."""

from collections.abc import Callable, Iterator

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import name_of
from cfn_pipeline.analysis.starts import is_started, starts_by_itself, targets
from cfn_pipeline.analysis.system import Resource
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER

_SCHEDULE, _WEBHOOK = "AWS::Scheduler::Schedule", "AWS::CodePipeline::Webhook"
_BRANCHES = ("BranchName", "Branch")

#: Returns a text with the names of parameters for its unknown parts.
Shown = Callable[[str], str]


def starts_of(pipeline: Pipeline, shown: Shown) -> list[str]:
    """Return what starts a pipeline, a line each; empty: the templates do not tell.

    Args:
        pipeline: the pipeline.
        shown: returns a text as it is shown.

    """
    by_words: dict[str, list[str]] = {}
    for words, who in (
        *_triggers(pipeline, shown),
        *_sources(pipeline, shown),
        *_webhooks(pipeline, shown),
    ):
        by_words.setdefault(words, []).append(who)
    lines = [f"{words} ({', '.join(dict.fromkeys(who))})" for words, who in by_words.items()]
    lines += [*_rules(pipeline, shown), *_schedules(pipeline, shown)]
    if not lines and not is_started(pipeline):
        return ["a call by hand: nothing in the template starts it"]
    return list(dict.fromkeys(lines))


def _triggers(pipeline: Pipeline, shown: Shown) -> Iterator[tuple[str, str]]:
    """Yield what the filters of triggers let through, each with its source action."""
    for trigger in pipeline.node.at("Triggers").items():
        settings = trigger.at("GitConfiguration")
        source = shown(settings.at("SourceActionName").text or "?")
        for entry in settings.at("Push").items():
            yield _push(entry, shown), source
        for entry in settings.at("PullRequest").items():
            events = [shown(item.text or "?") for item in entry.at("Events").items()]
            what = f"a pull request ({', '.join(events)})" if events else "a pull request"
            yield f"{what}{_filters(entry, shown, 'to')}", source


def _push(entry: Node, shown: Shown) -> str:
    return f"a push{_filters(entry, shown, 'of' if entry.at('Tags').is_there else 'to')}"


def _filters(entry: Node, shown: Shown, preposition: str) -> str:
    """Return the filters of an entry: `` to branch main, with changes in src/**``."""
    parts = []
    for key, nouns in {"Branches": ("branch", "branches"), "Tags": ("tag", "tags")}.items():
        included, excluded = _patterns(entry.at(key), shown)
        noun = nouns[len(included) > 1]
        if included or excluded:
            what = f"{noun} {', '.join(included)}" if included else f"any {noun}"
            parts.append(f" {preposition} {what}")
        if excluded:
            parts.append(f" but not {', '.join(excluded)}")
    included, excluded = _patterns(entry.at("FilePaths"), shown)
    if included:
        parts.append(f", with changes in {', '.join(included)}")
        parts += [f" but not {', '.join(excluded)}"] if excluded else []
    elif excluded:
        parts.append(f", with changes outside of {', '.join(excluded)}")
    return "".join(parts)


def _patterns(node: Node, shown: Shown) -> tuple[list[str], list[str]]:
    """Return the patterns that are included, and those that are excluded."""
    included, excluded = (
        [shown(item.text or "?") for item in node.at(side).items()]
        for side in ("Includes", "Excludes")
    )
    return included, excluded


def _sources(pipeline: Pipeline, shown: Shown) -> Iterator[tuple[str, str]]:
    """Yield what CodePipeline itself looks for, each with its source action."""
    filtered = {
        trigger.at("GitConfiguration").at("SourceActionName").text
        for trigger in pipeline.node.at("Triggers").items()
    }
    for action in pipeline.actions:
        if action.category != "Source" or action.name in filtered:
            continue
        if action.provider == CONNECTION_PROVIDER:
            if action.setting("DetectChanges").text not in ("false", "False"):
                yield f"a push{_branch(action, shown)}", shown(action.name)
        elif action.provider in ("S3", "CodeCommit", "GitHub") and starts_by_itself(action):
            yield f"a change{_branch(action, shown)}, by polling", shown(action.name)


def _branch(action: Action, shown: Shown) -> str:
    texts = [action.setting(key).text for key in _BRANCHES]
    return next((f" to branch {shown(text)}" for text in texts if text), "")


def _webhooks(pipeline: Pipeline, shown: Shown) -> Iterator[tuple[str, str]]:
    for webhook in pipeline.system.resources(_WEBHOOK):
        node = properties_of(webhook, pipeline.system)
        if node.at("TargetPipeline").text == name_of(pipeline.resource, pipeline.system):
            yield "a call of the webhook", shown(node.at("TargetAction").text or "?")


def _rules(pipeline: Pipeline, shown: Shown) -> Iterator[str]:
    """Yield the schedules and events for which rules of EventBridge start the pipeline."""
    for target in targets(pipeline.system):
        if not target.may_be(pipeline.resource, pipeline.system):
            continue
        node = properties_of(target.rule, pipeline.system)
        schedule = node.at("ScheduleExpression").text
        if schedule:
            yield f"the schedule {shown(schedule)} ({_state(target.rule, node)})"
        pattern = node.at("EventPattern").parsed
        if pattern.is_there:
            kinds = [shown(item.text or "?") for item in pattern.at("detail-type").items()]
            kinds += [] if kinds else [shown(i.text or "?") for i in pattern.at("source").items()]
            events = " or ".join(kinds) or "any"
            yield f"the event {events} ({_state(target.rule, node)})"


def _schedules(pipeline: Pipeline, shown: Shown) -> Iterator[str]:
    """Yield the schedules of EventBridge Scheduler that start the pipeline."""
    name = name_of(pipeline.resource, pipeline.system)
    for resource in pipeline.system.resources(_SCHEDULE):
        node = properties_of(resource, pipeline.system)
        target = node.at("Target")
        texts = [target.at("Arn").text or "", target.at("Input").text or ""]
        if name and "codepipeline" in texts[0] and any(name in text for text in texts):
            expression = shown(node.at("ScheduleExpression").text or "?")
            yield f"the schedule {expression} ({_state(resource, node)})"


def _state(resource: Resource, node: Node) -> str:
    """Return which resource starts the pipeline, and whether it is disabled."""
    disabled = ", disabled" if node.at("State").text == "DISABLED" else ""
    return f"{resource.logical_id}{disabled}"
