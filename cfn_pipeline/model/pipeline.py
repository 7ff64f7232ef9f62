"""A pipeline: stages of actions, judged as a whole when it is made."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.aws.pipelines import (
    ACTIONS,
    ACTIONS_IN_STAGE,
    EXECUTION_MODES,
    GATES,
    ONLY_V2_MODES,
    PIPELINE_TYPES,
    STAGES,
)
from cfn_pipeline.model.actions import Action
from cfn_pipeline.model.conditions import Condition
from cfn_pipeline.model.deployments import CreateChangeSet, ExecuteChangeSet, StackAction
from cfn_pipeline.model.sources import GitHub
from cfn_pipeline.model.validated import Validated
from cfn_pipeline.model.values import Value

__all__ = ["Pipeline", "Stage"]


@dataclass(frozen=True)
class Stage(Validated):
    """Actions that run one after another.

    Args:
        name: unique in the pipeline.
        actions: in the order in which they run. A group within the list runs side by side:
            ``[build, (unit_tests, scan), publish]``. Sources always run side by side.
        before_entry: what must hold before the stage begins; absent: nothing.
        on_success: what must hold when its actions have succeeded; absent: nothing.
        on_failure: ROLLBACK (go back to the last execution that came through) or RETRY; absent:
            the stage stays as it is. These three need pipeline type V2.

    Raises:
        ModelError: a name that CodePipeline refuses, no action or too many, two of one name.

    """

    name: str
    actions: Sequence[Action | Sequence[Action]]
    _: KW_ONLY
    before_entry: Condition | None = None
    on_success: Condition | None = None
    on_failure: str | None = None

    @property
    def groups(self) -> tuple[tuple[Action, ...], ...]:
        """The actions by run order: each group runs when the one before it has succeeded."""
        groups = tuple(
            (entry,) if isinstance(entry, Action) else tuple(entry) for entry in self.actions
        )
        flat = tuple(action for group in groups for action in group)
        if flat and all(action.type.category == "Source" for action in flat):
            return (flat,)
        return tuple(group for group in groups if group)

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the stage by itself."""
        where = f"stage {self.name!r}"
        yield from names.STAGE.problems(self.name, where)
        flat = list(_actions(self))
        if not flat:
            yield f"{where}: it has no action; give it one, or leave the stage out"
        if len(flat) > ACTIONS_IN_STAGE.most:
            yield f"{where}: it has {len(flat)} actions; CodePipeline takes {ACTIONS_IN_STAGE.most}"
        yield from self._condition_problems(where)
        for name, count in Counter(action.name for action in flat).items():
            if count > 1:
                yield f"{where}: {count} actions are called {name!r}; a name is unique in its stage"

    @property
    def has_conditions(self) -> bool:
        """Whether it has what only pipelines of type V2 have."""
        return any(o is not None for o in (self.before_entry, self.on_success, self.on_failure))

    @property
    def rolls_back(self) -> bool:
        """Whether it may go back to an execution that came through before."""
        after = "" if self.on_success is None else self.on_success.result
        return "ROLLBACK" in (self.on_failure, after)

    def _condition_problems(self, where: str) -> Iterator[str]:
        if self.on_failure not in (None, *GATES["OnFailure"]):
            known = " or ".join(GATES["OnFailure"])
            yield f"{where}: on failure it cannot {self.on_failure!r}; use {known}"
        for gate, shown, condition in (
            ("BeforeEntry", "before entry", self.before_entry),
            ("OnSuccess", "on success", self.on_success),
        ):
            if condition is not None and condition.result not in GATES[gate]:
                known = " or ".join(GATES[gate])
                yield f"{where}: {shown} a stage can {known}, not {condition.result}"


@dataclass(frozen=True)
class Pipeline(Validated):
    """A pipeline that can work: every input is made by an earlier action.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html

    Args:
        name: unique in the account and region.
        stages: in order; the first holds the sources and nothing else.
        pipeline_type: ``V2`` (paid by the minute; triggers, modes, conditions) or ``V1`` (paid by
            the month).
        execution_mode: what a second execution does while a first one runs: ``SUPERSEDED``,
            ``QUEUED`` or ``PARALLEL``; absent: CodePipeline's default, SUPERSEDED.

    Raises:
        ModelError: all that is wrong, told together, each with stage and action.

    """

    _: KW_ONLY
    name: str
    stages: Sequence[Stage]
    pipeline_type: str = "V2"
    execution_mode: str | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        """Every action, in order."""
        return tuple(action for stage in self.stages for action in _actions(stage))

    @property
    def connections(self) -> tuple[GitHub, ...]:
        """The sources that come through a connection."""
        return tuple(action for action in self.actions if isinstance(action, GitHub))

    @property
    def stack_names(self) -> tuple[Value, ...]:
        """The stacks that the actions name, each once."""
        return tuple(dict.fromkeys(a.stack for a in self.actions if isinstance(a, StackAction)))

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the pipeline as a whole."""
        yield from names.PIPELINE.problems(self.name, f"pipeline {self.name!r}")
        yield from self._version_problems()
        yield from self._option_problems()
        yield from self._stage_problems()
        yield from _namespace_problems(self.stages)
        yield from _artifact_problems(self.stages)
        yield from _change_set_problems(self.stages)

    def _version_problems(self) -> Iterator[str]:
        where = f"pipeline {self.name!r}"
        if self.pipeline_type not in PIPELINE_TYPES:
            yield f"{where}: there is no pipeline type {self.pipeline_type!r}; use V2 or V1"
        if self.execution_mode is None:
            return
        if self.execution_mode not in EXECUTION_MODES:
            yield (
                f"{where}: there is no execution mode {self.execution_mode!r}; "
                f"use {', '.join(EXECUTION_MODES)}"
            )
        elif self.execution_mode in ONLY_V2_MODES and self.pipeline_type == "V1":
            yield f"{where}: execution mode {self.execution_mode} needs pipeline type V2"

    def _option_problems(self) -> Iterator[str]:
        """Yield options that pipeline type, mode or place do not allow."""
        for source in self.connections:
            if (source.push or source.pull_requests) and self.pipeline_type == "V1":
                yield f"action {source.name!r}: filters of changes need pipeline type V2"
        for number, stage in enumerate(self.stages):
            where = f"stage {stage.name!r}"
            if stage.has_conditions and self.pipeline_type == "V1":
                yield f"{where}: conditions need pipeline type V2"
            if stage.rolls_back and self.execution_mode == "PARALLEL":
                yield f"{where}: there is no rollback in execution mode PARALLEL"
            if stage.rolls_back and not number:
                yield f"{where}: the sources' stage has nothing to roll back to"

    def _stage_problems(self) -> Iterator[str]:
        where = f"pipeline {self.name!r}"
        if len(self.stages) not in STAGES:
            yield f"{where}: it has {len(self.stages)} stages; CodePipeline takes {STAGES}"
        if len(self.actions) > ACTIONS.most:
            yield (
                f"{where}: it has {len(self.actions):,} actions; CodePipeline takes "
                f"{ACTIONS.most:,}; divide it"
            )
        for name, count in Counter(stage.name for stage in self.stages).items():
            if count > 1:
                yield f"{where}: {count} stages are called {name!r}; a stage's name is unique"
        for number, stage in enumerate(self.stages):
            for action in _actions(stage):
                source = action.type.category == "Source"
                if source and number:
                    yield (
                        f"{_where(stage, action)}: a source stands in stage {number + 1}; sources "
                        f"belong in the first stage, {self.stages[0].name!r}"
                    )
                if not source and not number:
                    yield (
                        f"{_where(stage, action)}: the first stage may hold sources only; move "
                        f"this {action.type.provider} action to a later stage"
                    )


def _namespace_problems(stages: Sequence[Stage]) -> Iterator[str]:
    holders: dict[str, str] = {}
    for stage in stages:
        for action in _actions(stage):
            if action.namespace is None:
                continue
            where = _where(stage, action)
            if action.namespace in holders:
                yield (
                    f"{where}: the namespace {action.namespace!r} belongs to "
                    f"{holders[action.namespace]}; a namespace is unique in the pipeline"
                )
            holders.setdefault(action.namespace, where)


def _artifact_problems(stages: Sequence[Stage]) -> Iterator[str]:
    """Yield inputs that nobody makes before they are read, and outputs that are made twice."""
    everyone: dict[str, str] = {}
    for stage in stages:
        for action in _actions(stage):
            for artifact in action.outputs:
                everyone.setdefault(artifact.name, _where(stage, action))
    made: dict[str, str] = {}
    for stage in stages:
        for group in stage.groups:
            for action in group:
                for artifact in action.inputs:
                    if artifact.name not in made:
                        yield _unmade(artifact.name, _where(stage, action), everyone)
            for action in group:
                where = _where(stage, action)
                for artifact in action.outputs:
                    if artifact.name in made:
                        yield (
                            f"{where}: the artifact {artifact.name!r} is made by "
                            f"{made[artifact.name]} already; give each output a name of its own"
                        )
                    made.setdefault(artifact.name, where)


def _unmade(artifact: str, where: str, everyone: dict[str, str]) -> str:
    if artifact in everyone:
        return (
            f"{where}: the artifact {artifact!r} is made by {everyone[artifact]}, which does not "
            "run before; move one of them"
        )
    known = ", ".join(map(repr, everyone)) or "none at all"
    return (
        f"{where}: no action makes the artifact {artifact!r}; the pipeline's artifacts are {known}"
    )


def _change_set_problems(stages: Sequence[Stage]) -> Iterator[str]:
    """Yield change sets that are executed but are not, or no longer, there to be executed."""
    waiting: dict[tuple[Value, Value], CreateChangeSet | None] = {}
    for stage in stages:
        for group in stage.groups:
            for action in group:
                if isinstance(action, ExecuteChangeSet):
                    key = (action.stack, action.of.change_set_name)
                    if waiting.get(key) != action.of:
                        yield _not_waiting(action, _where(stage, action), key in waiting)
                    waiting[key] = None
            for action in group:
                if isinstance(action, CreateChangeSet):
                    waiting[action.stack, action.change_set_name] = action


def _not_waiting(action: ExecuteChangeSet, where: str, known: bool) -> str:
    if known:
        return (
            f"{where}: the change set {action.of.change_set_name!r} of stack {action.stack!r} is "
            f"no longer the one that action {action.of.name!r} made: it was executed, or made "
            "anew; execute each change set once, before the next of its name"
        )
    return (
        f"{where}: the change set of action {action.of.name!r} is executed, but that action does "
        "not run before; put it in an earlier place of the pipeline"
    )


def _actions(stage: Stage) -> Iterable[Action]:
    return (action for group in stage.groups for action in group)


def _where(stage: Stage, action: Action) -> str:
    return f"stage {stage.name!r}, action {action.name!r}"
