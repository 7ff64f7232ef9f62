"""A pipeline: stages of actions, validated as a whole."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY
from functools import cached_property

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.pipelines import (
    ACTIONS,
    ACTIONS_IN_STAGE,
    EXECUTION_MODES,
    GATES,
    ONLY_V2_MODES,
    PIPELINE_TYPES,
    STAGES,
    VARIABLE_DESCRIPTION,
    VARIABLE_VALUE,
    VARIABLES,
)
from cfn_pipeline.aws.providers import PROVIDERS
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action
from cfn_pipeline.model.change_sets import (
    DescribedApproval,
    Groups,
    change_set_problems,
    described_approvals,
    description_problems,
)
from cfn_pipeline.model.conditions import Condition, Rule
from cfn_pipeline.model.deployments import StackAction
from cfn_pipeline.model.permissions import action_logs
from cfn_pipeline.model.shared import Shared
from cfn_pipeline.model.sources import ConnectedSource
from cfn_pipeline.model.validated import Validated, repeated
from cfn_pipeline.model.values import Value


@frozen(kw_only=False)
class Stage(Validated):
    """Actions that run one after another: ``Stage("Build", [build])``.

    Args:
        name: unique in the pipeline.
        actions: in the order in which they run. A group within the list runs side by side:
            ``[build, (unit_tests, scan), publish]``. Sources always run side by side.
        before_entry: the condition for the stage to begin; absent: none.
        on_success: the condition for the stage to succeed; absent: none.
        on_failure: ROLLBACK (to the last execution that succeeded) or RETRY; absent: the stage
            fails. These three need pipeline type V2.

    Raises:
        ModelError: every mistake, a line each.

    """

    name: str
    actions: Sequence[Action | Sequence[Action]]
    _: KW_ONLY
    before_entry: Condition | None = None
    on_success: Condition | None = None
    on_failure: str | None = None

    @cached_property
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
        yield from name_forms.STAGE.problems(self.name, where)
        flat = list(_actions(self))
        if not flat:
            yield f"{where}: actions is empty; add one, or omit the stage"
        if len(flat) > ACTIONS_IN_STAGE.most:
            yield f"{where}: a stage has {ACTIONS_IN_STAGE} actions (got {len(flat)})"
        yield from self._condition_problems(where)
        yield from repeated(f"{where}: action name", [action.name for action in flat])

    @property
    def has_conditions(self) -> bool:
        """Whether it has conditions, which need pipeline type V2."""
        return any(o is not None for o in (self.before_entry, self.on_success, self.on_failure))

    @property
    def rolls_back(self) -> bool:
        """Whether it may roll back to an earlier execution."""
        after = "" if self.on_success is None else self.on_success.result
        return "ROLLBACK" in (self.on_failure, after)

    def _condition_problems(self, where: str) -> Iterator[str]:
        if self.on_failure not in (None, *GATES["OnFailure"]):
            known = " or ".join(GATES["OnFailure"])
            yield f"{where}: unknown on_failure {self.on_failure!r}; use {known}"
        for gate, shown, condition in (
            ("BeforeEntry", "before_entry", self.before_entry),
            ("OnSuccess", "on_success", self.on_success),
        ):
            if condition is not None and condition.result not in GATES[gate]:
                known = " or ".join(GATES[gate])
                yield f"{where}: result of {shown} must be {known} (got {condition.result})"


@frozen(kw_only=False)
class Variable(Validated):
    """A variable of a pipeline, which settings refer to as ``#{variables.NAME}``.

    ``Variable("TARGET", default="blue", description="Where tests run")``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html

    Args:
        name: letters, digits, ``@``, ``-`` and ``_``.
        default: absent: each start must give a value, and a push cannot start the pipeline.
        description: 200 characters at most; absent: none.

    """

    name: str
    _: KW_ONLY
    default: str | None = None
    description: str | None = None

    def problems(self) -> Iterator[str]:
        """Yield what CodePipeline does not accept."""
        yield from name_forms.PIPELINE_VARIABLE.problems(self.name, f"variable {self.name!r}")
        for what, text, length in (
            ("default", self.default, VARIABLE_VALUE),
            ("description", self.description, VARIABLE_DESCRIPTION),
        ):
            if text is not None and len(text) not in length:
                yield (
                    f"variable {self.name!r}: {what} must have {length} characters (got "
                    f"{len(text):,})"
                )


@frozen(kw_only=False)
class Pipeline(Validated):
    """A pipeline in which every input is produced by an earlier action.

    ``Pipeline(name="orders", stages=[Stage("Source", [code]), Stage("Build", [build])])``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html

    Args:
        name: unique in the account and region.
        stages: in order; the first holds the sources and nothing else.
        variables: values that a person may give when starting it; empty: none. They need type V2.
        pipeline_type: ``V2`` (paid by the minute; triggers, modes, conditions) or ``V1`` (paid by
            the month).
        execution_mode: what a second execution does while a first one runs: ``SUPERSEDED``,
            ``QUEUED`` or ``PARALLEL``; absent: CodePipeline's default, SUPERSEDED.
        shared: what it shares with other pipelines; absent: nothing.

    Raises:
        ModelError: every mistake, a line each, with stage and action.

    """

    _: KW_ONLY
    name: str
    stages: Sequence[Stage]
    variables: Sequence[Variable] = ()
    pipeline_type: str = "V2"
    execution_mode: str | None = None
    shared: Shared | None = None

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """Every action, in order."""
        return tuple(action for stage in self.stages for action in _actions(stage))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the stages' conditions, in order."""
        conditions = [c for s in self.stages for c in (s.before_entry, s.on_success) if c]
        return tuple(rule for condition in conditions for rule in condition.rules)

    @property
    def has_action_logs(self) -> bool:
        """Whether CodePipeline itself runs actions or rules, which write logs, in its region."""
        needed = [
            *(a.permissions(self.name) for a in self.actions if a.action_role is None is a.region),
            *(rule.permissions(self.name) for rule in self.rules),
        ]
        logs = action_logs(self.name)
        return any(logs in permissions for permissions in needed)

    @property
    def connections(self) -> tuple[ConnectedSource, ...]:
        """The sources that use a connection."""
        return tuple(action for action in self.actions if isinstance(action, ConnectedSource))

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of actions other than the pipeline's, each once."""
        return tuple(dict.fromkeys(action.region for action in self.actions if action.region))

    @property
    def action_roles(self) -> tuple[Value, ...]:
        """The roles that the pipeline assumes for its actions, each once."""
        return tuple(dict.fromkeys(a.action_role for a in self.actions if a.action_role))

    @property
    def stack_names(self) -> tuple[Value, ...]:
        """The stacks of the actions, each once."""
        return tuple(dict.fromkeys(a.stack for a in self.actions if isinstance(a, StackAction)))

    @property
    def described_approvals(self) -> list[DescribedApproval]:
        """The approvals whose message describes the change sets that wait for them."""
        return described_approvals(self._groups)

    @property
    def _groups(self) -> list[Groups]:
        return [(stage.name, stage.groups) for stage in self.stages]

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the pipeline as a whole."""
        yield from name_forms.PIPELINE.problems(self.name, f"pipeline {self.name!r}")
        yield from self._version_problems()
        yield from self._option_problems()
        yield from self._stage_problems()
        yield from _namespace_problems(self.stages)
        yield from _artifact_problems(self.stages)
        yield from change_set_problems(self._groups)
        yield from description_problems(self._groups, self.execution_mode)
        if self.described_approvals and self.shared is not None and self.shared.notifications:
            yield (
                f"pipeline {self.name!r}: describe_changes needs notifications of its own; remove "
                f"it, or remove notifications from {self.shared.where}"
            )

    def _version_problems(self) -> Iterator[str]:
        where = f"pipeline {self.name!r}"
        if self.pipeline_type not in PIPELINE_TYPES:
            yield f"{where}: unknown pipeline_type {self.pipeline_type!r}; use V2 or V1"
        if self.execution_mode is None:
            return
        if self.execution_mode not in EXECUTION_MODES:
            yield (
                f"{where}: unknown execution_mode {self.execution_mode!r}; "
                f"use {', '.join(EXECUTION_MODES)}"
            )
        elif self.execution_mode in ONLY_V2_MODES and self.pipeline_type == "V1":
            yield f"{where}: execution_mode {self.execution_mode} needs pipeline_type V2"

    def _option_problems(self) -> Iterator[str]:
        """Yield options that type, mode or place do not allow."""
        for source in self.connections:
            if (source.push or source.pull_requests) and self.pipeline_type == "V1":
                yield f"action {source.name!r}: push and pull_requests need pipeline_type V2"
        if self.variables and self.pipeline_type == "V1":
            yield f"pipeline {self.name!r}: variables need pipeline_type V2"
        if len(self.variables) not in VARIABLES:
            yield (
                f"pipeline {self.name!r}: variables must have {VARIABLES} (got "
                f"{len(self.variables)})"
            )
        yield from repeated(
            f"pipeline {self.name!r}: variable", [variable.name for variable in self.variables]
        )
        for number, stage in enumerate(self.stages):
            where = f"stage {stage.name!r}"
            for action in _actions(stage):
                kind = (action.type.category, action.type.owner, action.type.provider)
                if self.pipeline_type == "V1" and kind in PROVIDERS and PROVIDERS[kind].v2:
                    yield (
                        f"{_where(stage, action)}: actions of {action.type.provider} need "
                        "pipeline_type V2"
                    )
            if stage.has_conditions and self.pipeline_type == "V1":
                yield f"{where}: conditions need pipeline_type V2"
            if stage.rolls_back and self.execution_mode == "PARALLEL":
                yield f"{where}: ROLLBACK is not possible in execution_mode PARALLEL"
            if stage.rolls_back and not number:
                yield f"{where}: ROLLBACK is not possible in the first stage"

    def _stage_problems(self) -> Iterator[str]:
        where = f"pipeline {self.name!r}"
        if len(self.stages) not in STAGES:
            yield f"{where}: a pipeline has {STAGES} stages (got {len(self.stages)})"
        if len(self.actions) > ACTIONS.most:
            yield (
                f"{where}: a pipeline has {ACTIONS} actions (got {len(self.actions):,}); use "
                "several pipelines"
            )
        yield from repeated(f"{where}: stage name", [stage.name for stage in self.stages])
        for number, stage in enumerate(self.stages):
            for action in _actions(stage):
                source = action.type.category == "Source"
                if source and number:
                    yield (
                        f"{_where(stage, action)}: a source must be in the first stage, "
                        f"{self.stages[0].name!r} (got stage {number + 1})"
                    )
                if not source and not number:
                    yield (
                        f"{_where(stage, action)}: the first stage can have sources only; move "
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
                    f"{where}: namespace {action.namespace!r} is used by "
                    f"{holders[action.namespace]}; namespaces must be unique"
                )
            holders.setdefault(action.namespace, where)


def _artifact_problems(stages: Sequence[Stage]) -> Iterator[str]:
    """Yield inputs that no earlier action produces, and outputs with two producers."""
    producers: dict[str, str] = {}
    for stage in stages:
        for action in _actions(stage):
            for artifact in action.outputs:
                producers.setdefault(artifact.name, _where(stage, action))
    earlier: dict[str, str] = {}
    for stage in stages:
        for group in stage.groups:
            for action in group:
                for artifact in action.inputs:
                    if artifact.name not in earlier:
                        yield _missing(artifact.name, _where(stage, action), producers)
            for action in group:
                where = _where(stage, action)
                for artifact in action.outputs:
                    if artifact.name in earlier:
                        yield (
                            f"{where}: the artifact {artifact.name!r} is also an output of "
                            f"{earlier[artifact.name]}; output names must be unique"
                        )
                    earlier.setdefault(artifact.name, where)


def _missing(artifact: str, where: str, producers: dict[str, str]) -> str:
    if artifact in producers:
        return (
            f"{where}: the artifact {artifact!r} is an output of {producers[artifact]}, which does "
            "not run before; move one of them"
        )
    known = ", ".join(map(repr, producers)) or "none"
    return (
        f"{where}: unknown artifact {artifact!r}; the outputs of the pipeline's actions are {known}"
    )


def _actions(stage: Stage) -> Iterable[Action]:
    return (action for group in stage.groups for action in group)


def _where(stage: Stage, action: Action) -> str:
    return f"stage {stage.name!r}, action {action.name!r}"
