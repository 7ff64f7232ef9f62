"""Changes of pipelines in words: stages, actions, their order, triggers, approvals."""

from collections.abc import Iterator, Mapping, Sequence

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import readable
from cfn_pipeline.analysis.pipelines import PIPELINE, Action, Pipeline, Stage, named, pipelines
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.aws.pipelines import GATES
from cfn_pipeline.diff.difference import Change
from cfn_pipeline.diff.matching import Pair
from cfn_pipeline.diff.texts import Form, form, replaced, text
from cfn_pipeline.diff.trees import places

#: Settings of a pipeline, each with the words for it.
_SETTINGS = {
    "Name": "name",
    "PipelineType": "type",
    "ExecutionMode": "execution mode",
    "RoleArn": "role",
    "ArtifactStore": "artifact store",
    "ArtifactStores": "artifact stores",
    "Variables": "variables",
    "RestartExecutionOnUpdate": "restart of executions on update",
    "DisableInboundStageTransitions": "disabled transitions",
}


def pipeline_changes(
    pairs: Sequence[Pair], old: Template | None, new: Template | None
) -> list[Change]:
    """Return the changes of the pipelines of two templates, in words.

    Where conditions of the templates make pipelines differ, each is compared in the same case.

    Args:
        pairs: the resources of both templates.
        old: the old template; None: it does not exist.
        new: the new template; None: it does not exist.

    """
    found: dict[Change, None] = {}
    before, after = _by_id(old), _by_id(new)
    for pair in pairs:
        if pair.side.type != PIPELINE or pair.after is None:
            continue
        if pair.before is None:
            found |= dict.fromkeys(map(_new, after.get(pair.after.name, [])))
            continue
        names = {p.before.name: p.after.name for p in pairs if p.before and p.after}
        subject = pair.after.name
        for one, other in _alike(before.get(pair.before.name, []), after.get(subject, [])):
            found |= dict.fromkeys(_Comparison(subject, names).changes(one, other))
    return list(found)


def _new(pipeline: Pipeline) -> Change:
    stages = ", ".join(readable(stage.name) for stage in pipeline.stages)
    return Change(
        sign="+", subject=pipeline.resource.logical_id, text=f"is new, with the stages {stages}"
    )


def _by_id(template: Template | None) -> dict[str, list[Pipeline]]:
    found: dict[str, list[Pipeline]] = {}
    if template is not None:
        for pipeline in pipelines(System(templates=[template])):
            found.setdefault(pipeline.resource.logical_id, []).append(pipeline)
    return found


def _alike(old: list[Pipeline], new: list[Pipeline]) -> Iterator[tuple[Pipeline, Pipeline]]:
    """Yield the pipelines of the cases that agree where they have the same conditions."""
    for after in new:
        for before in old:
            cases = dict(after.node.scenario or {})
            if all(
                cases.get(k, holds) == holds for k, holds in (before.node.scenario or {}).items()
            ):
                yield before, after
                break


class _Comparison:
    """Compares a pipeline with what it was.

    Args:
        subject: its logical id.
        names: the logical ids of resources now, by those before.

    """

    def __init__(self, subject: str, names: Mapping[str, str]) -> None:
        self._subject = subject
        self._names = names

    def changes(self, old: Pipeline, new: Pipeline) -> Iterator[Change]:
        """Yield the changes."""
        for key, words in _SETTINGS.items():
            yield from self._setting(words, old.node.at(key), new.node.at(key))
        yield from self._triggers(old.node.at("Triggers"), new.node.at("Triggers"))
        before = {readable(stage.name): stage for stage in old.stages}
        after = {readable(stage.name): stage for stage in new.stages}
        renamed = _renamed(before, after)
        before = {renamed.get(name, name): stage for name, stage in before.items()}
        for was, name in renamed.items():
            yield self._change("~", f"stage {name} was {was} before")
        yield from self._stages(before, after)
        yield from self._actions(before, after)

    def _stages(self, old: Mapping[str, Stage], new: Mapping[str, Stage]) -> Iterator[Change]:
        order = list(new)
        for name in new:
            if name not in old:
                place = order.index(name)
                where = f"after {order[place - 1]}" if place else "at the beginning"
                actions = ", ".join(readable(action.name) for action in new[name].actions)
                yield self._change("+", f"stage {name} is new, {where}: {actions or 'no action'}")
        for name in old:
            if name not in new:
                yield self._change("-", f"stage {name} is removed")
        common = [name for name in old if name in new]
        moved = [name for name in new if name in old]
        if common != moved:
            yield self._change(
                "~", f"stages run as {', '.join(moved)}; before: {', '.join(common)}"
            )
        for name in common:
            for gate in GATES:
                yield from self._setting(
                    f"{gate} of stage {name}", old[name].node.at(gate), new[name].node.at(gate)
                )

    def _actions(self, old: Mapping[str, Stage], new: Mapping[str, Stage]) -> Iterator[Change]:
        before = {(s, readable(a.name)): a for s, stage in old.items() for a in stage.actions}
        after = {(s, readable(a.name)): a for s, stage in new.items() for a in stage.actions}
        gone = {key: action for key, action in before.items() if key not in after}
        come = {key: action for key, action in after.items() if key not in before}
        for key, action in come.items():
            stage, name = key
            was = next((k for k in gone if k[1] == name and _kind(gone[k]) == _kind(action)), None)
            if was is not None:
                yield self._change("~", f"action {name} runs in stage {stage}, not {was[0]}")
                yield from self._same_action(gone.pop(was), action, f"{stage}/{name}")
            elif stage in old:
                yield self._added(action, stage)
        for (stage, _), action in gone.items():
            yield from self._removed(action, stage, stage in new)
        for key in before:
            if key in after:
                yield from self._same_action(before[key], after[key], "/".join(key))

    def _added(self, action: Action, stage: str) -> Change:
        if action.is_approval:
            later = self._later(action, "waits", "wait")
            return self._change(
                "+",
                f"approval {readable(action.name)} is new in stage {stage}{later}",
                effect="narrowing",
            )
        order = action.node.at("RunOrder").text or "1"
        return self._change(
            "+",
            f"action {readable(action.name)} ({_kind(action)}) is new in stage {stage}, "
            f"RunOrder {order}",
        )

    def _removed(self, action: Action, stage: str, stays: bool) -> Iterator[Change]:
        if action.is_approval:
            later = self._later(action, "no longer waits", "no longer wait")
            text_ = f"approval {readable(action.name)} is removed from stage {stage}{later}"
            alarm = f"approval {readable(action.name)} of stage {stage} is no longer asked for"
            yield self._change("-", text_, effect="broadening", alarm=alarm)
        elif stays:
            text_ = (
                f"action {readable(action.name)} ({_kind(action)}) is removed from stage {stage}"
            )
            yield self._change("-", text_)

    def _later(self, approval: Action, waits: str, wait: str) -> str:
        """Return which actions wait for an approval, in words."""
        held = [a for a in approval.stage.actions if approval.runs_before(a) and a is not approval]
        names = ", ".join(readable(action.name) for action in held)
        verb = waits if len(held) == 1 else wait
        return f"; {names} {verb} for it" if names else ""

    def _same_action(self, old: Action, new: Action, where: str) -> Iterator[Change]:
        if _kind(old) != _kind(new):
            yield self._change("~", f"action {where} is {_kind(new)} instead of {_kind(old)}")
        for key in ("RunOrder", "Region", "RoleArn", "Namespace", "TimeoutInMinutes", "Commands"):
            one, other = (a.node.at(key) for a in (old, new))
            yield from self._setting(f"{key} of action {where}", one, other)
        for verb, were, are in (
            ("reads", old.inputs, new.inputs),
            ("writes", old.outputs, new.outputs),
        ):
            was, is_ = (named([artifact.name for artifact in side]) for side in (were, are))
            if was != is_:
                yield self._change("~", f"action {where} {verb} {is_}; before: {was}")
        before, after = self._form(old.configuration), self._form(new.configuration)
        # Another kind of action has other settings.
        for place in places(before or {}, after or {}) if _kind(old) == _kind(new) else ():
            yield self._moved(f"{place.path} of action {where}", place.before, place.after)

    def _triggers(self, old: Node, new: Node) -> Iterator[Change]:
        before, after = (_triggers_in_words(self._form(node)) for node in (old, new))
        for words in after:
            if words not in before:
                yield self._change("+", f"starts on {words}")
        for words in before:
            if words not in after:
                yield self._change("-", f"no longer starts on {words}")

    def _setting(self, words: str, old: Node, new: Node) -> Iterator[Change]:
        before, after = self._form(old), self._form(new)
        if isinstance(before, dict) and isinstance(after, dict):
            for place in places(before, after):
                yield self._moved(f"{place.path} of the {words}", place.before, place.after)
        elif before != after:
            yield self._moved(words, before, after)

    def _moved(self, words: str, before: Form | None, after: Form | None) -> Change:
        if before is None:
            return self._change("+", f"{words} is {text(after)}")
        if after is None:
            return self._change("-", f"{words} is removed (it was {text(before)})")
        return self._change("~", f"{words} is {text(after)}; before: {text(before)}")

    def _form(self, node: Node) -> Form | None:
        if not node.is_there:
            return None
        return replaced(form(node.value), lambda name: self._names.get(name, name))

    def _change(self, sign: str, text_: str, **more: str) -> Change:
        return Change(sign=sign, subject=self._subject, text=text_, **more)  # type: ignore[arg-type]


def _renamed(old: Mapping[str, Stage], new: Mapping[str, Stage]) -> dict[str, str]:
    """Return the stages that only have another name: before, and now."""
    gone = {name: _names(stage) for name, stage in old.items() if name not in new}
    come = {name: _names(stage) for name, stage in new.items() if name not in old}
    return {
        was: name
        for was, actions in gone.items()
        for name, others in come.items()
        if actions and actions == others
    }


def _names(stage: Stage) -> list[str]:
    return [readable(action.name) for action in stage.actions]


def _kind(action: Action) -> str:
    return f"{action.category} by {action.provider}" if action.provider else "unknown"


def _triggers_in_words(triggers: Form | None) -> list[str]:
    """Return what starts a pipeline, a line for each filter."""
    found = []
    for trigger in triggers if isinstance(triggers, list) else ():
        settings = trigger.get("GitConfiguration") if isinstance(trigger, dict) else None
        if not isinstance(settings, dict):
            found.append(text(trigger))
            continue
        source = text(settings.get("SourceActionName", "?"))
        for kind, words in (("Push", "a push"), ("PullRequest", "a pull request")):
            filters = settings.get(kind)
            for entry in filters if isinstance(filters, list) else ():
                found.append(f"{words} of {source}{_filter(entry)}")
    return found


def _filter(entry: Form) -> str:
    if not isinstance(entry, dict):
        return f" ({text(entry)})"
    parts = []
    for key, words in (("Branches", "branches"), ("Tags", "tags"), ("FilePaths", "paths")):
        patterns = entry.get(key)
        if isinstance(patterns, dict):
            for side, verb in (("Includes", ""), ("Excludes", "not ")):
                listed = patterns.get(side)
                if isinstance(listed, list):
                    parts.append(f"{words} {verb}{', '.join(map(text, listed))}")
    events = entry.get("Events")
    if isinstance(events, list):
        parts.append(f"events {', '.join(map(text, events))}")
    return f" ({'; '.join(parts)})" if parts else ""
