"""The pipeline that delivers the pipelines of a fleet.

It never runs in a loop. A run renders the configuration, and with it this pipeline, of which it has
the digest. Where that is the digest of the pipeline that runs, applications are updated, and the
last stage changes nothing. Where it is another, all stages but the last are skipped, which updates
the pipeline; that starts it once more, with the digest that it now has.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from itertools import groupby

from cfn_pipeline.aws.pipelines import ACTIONS, ACTIONS_IN_STAGE, CONFIGURATION_VALUE, STAGES
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.actions import Action, Approve, CodeBuild
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.conditions import Condition, Rule
from cfn_pipeline.model.deployments import DeleteStack, UpdateStack
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.pipeline import Pipeline, Stage
from cfn_pipeline.model.values import Value
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.environment.names import application_stack, arn_of_role, role_name
from cfn_pipeline.stacks.fleet.boundary import fleet_role_arn
from cfn_pipeline.stacks.fleet.delivery import delivery_role_name

#: The artifacts of configuration and rendered folders.
CONFIGURATION, RENDERED = "Configuration", "Rendered"
#: The variables of the build: what changes, and the digest of the pipeline that it renders.
CHANGES, PIPELINE = "CHANGES", "PIPELINE"
#: The value of CHANGES where nothing changes.
NOTHING = "nothing"

_BUILD = "Render"
_ROLE_TARGET = "delivery"
#: When a stack of an application is deployed; the others are third.
_ORDER = {_ROLE_TARGET: 0, "kms": 1, "iam": 3, "codebuild": 4, "pipeline": 5}
_OTHERS = 2


@frozen
class FleetStack(Frozen):
    """A stack that a fleet's pipeline deploys, or the application's own, which it may delete.

    In another account, an environment's stack has a role of its own, in a stack beside it.

    Args:
        target: what ``make deploy/`` calls it.
        path: of its template, from the folder of the configuration file.
        stack: its name.
        capabilities: what its deployment acknowledges.
        account: None: that of the pipeline.
        region: None: that of the pipeline.
        parameters: the parameters of its template, with their defaults; None: it has none.
        outputs: those that outputs of other stacks give: target and output.
        is_own: whether it is the application itself, which its own pipeline deploys.

    """

    target: str
    path: str
    stack: str
    capabilities: Sequence[str] = ()
    account: str | None = None
    region: str | None = None
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    outputs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_own: bool = False

    @property
    def file(self) -> str:
        """The name of its template."""
        return self.path.rpartition("/")[2]

    @property
    def title(self) -> str:
        """What it is called among those of all accounts."""
        return self.stack if self.account is None else f"{self.stack}@{self.account}"

    @property
    def arns(self) -> Arns:
        """Its account and region."""
        return ARNS.at(account=self.account, region=self.region)

    @property
    def is_role(self) -> bool:
        """Whether it has the role with which others are deployed."""
        return self.target.partition("-")[0] == _ROLE_TARGET

    @property
    def order(self) -> int:
        """When it is deployed."""
        return _ORDER[_ROLE_TARGET] if self.is_role else _ORDER.get(self.target, _OTHERS)


def fleet_pipeline(
    fleet: Fleet,
    *,
    applications: Mapping[str, Sequence[FleetStack]],
    removed: Mapping[str, Sequence[FleetStack]],
    shared: str | None = None,
    own: Sequence[FleetStack],
    digest: str,
) -> Pipeline:
    """Return the pipeline.

    Args:
        fleet: the fleet.
        applications: the stacks of each application, by its name.
        removed: the same of those that are no longer in the configuration file.
        shared: which of both are what applications share: it is deployed before them, and removed
            after them; absent: none.
        own: the stacks of the fleet itself, in their order.
        digest: of the pipeline.

    Raises:
        ModelError: a parameter without a value, or more than a pipeline can deploy.

    """
    rendered = Artifact(RENDERED)
    ModelError.raise_for(_missing(fleet, applications))
    source = fleet.source.action(name="Source", output=CONFIGURATION)
    build = CodeBuild(name=_BUILD, namespace=_BUILD, input=source.artifact, output=RENDERED)
    current = _skipped_unless("PipelineIsCurrent", PIPELINE, "EQ", digest)
    stages = [Stage("Source", [source]), Stage(_BUILD, [build])]
    if fleet.approval:
        stages.append(_review(fleet))
    updates = {n: _updates(fleet, n, s, rendered) for n, s in applications.items()}
    if shared in updates:
        stages.append(Stage("Shared", updates.pop(shared), before_entry=current))
    waves = list(_waves(updates))
    _require_room(fleet, len(updates), waves)
    stages += [
        Stage(f"Wave{number}", wave, before_entry=current) for number, wave in enumerate(waves, 1)
    ]
    if removed:
        stages.append(Stage("Remove", _removal(fleet, removed, shared), before_entry=current))
    named = {target for stack in own for target, _ in stack.outputs.values()}
    stages.append(
        Stage(
            "Pipeline",
            [
                _update(
                    fleet,
                    None,
                    stack,
                    rendered,
                    _parameters(fleet, fleet.name, stack),
                    namespace=_namespace(fleet.name, stack.target)
                    if stack.target in named
                    else None,
                )
                for stack in own
            ],
        )
    )
    return Pipeline(name=fleet.name, stages=stages, execution_mode="QUEUED")


def _review(fleet: Fleet) -> Stage:
    """Return the stage in which a person sees what changes; it is skipped where nothing does."""
    note = f"{fleet.name}: #{{{_BUILD}.{CHANGES}}}. The log of the build has the differences."
    return Stage(
        "Review",
        [Approve(name="Approve", note=note)],
        before_entry=_skipped_unless("SomethingChanges", CHANGES, "NE", NOTHING),
    )


def _skipped_unless(name: str, variable: str, operator: str, value: str) -> Condition:
    """Return the condition that skips a stage, unless a variable of the build has a value."""
    rule = Rule(
        name=name,
        provider="VariableCheck",
        configuration={
            "Variable": f"#{{{_BUILD}.{variable}}}",
            "Operator": operator,
            "Value": value,
        },
    )
    return Condition(rules=[rule], result="SKIP")


def _updates(
    fleet: Fleet, application: str, stacks: Sequence[FleetStack], rendered: Artifact
) -> list[list[Action]]:
    """Return the updates of an application's stacks, by when they are deployed."""
    delivered = sorted((s for s in stacks if not s.is_own), key=lambda stack: stack.order)
    named = {target for stack in delivered for target, _ in stack.outputs.values()}
    groups: list[list[Action]] = []
    for _, group in groupby(delivered, key=lambda stack: stack.order):
        groups.append(
            [
                _update(
                    fleet,
                    application,
                    stack,
                    rendered,
                    _parameters(fleet, application, stack),
                    namespace=_namespace(application, stack.target)
                    if stack.target in named
                    else None,
                )
                for stack in group
            ]
        )
    return groups


def _update(
    fleet: Fleet,
    application: str | None,
    stack: FleetStack,
    rendered: Artifact,
    parameters: Mapping[str, str],
    *,
    namespace: str | None = None,
) -> Action:
    return UpdateStack(
        name=stack.title,
        namespace=namespace,
        region=stack.region,
        action_role=_action_role(fleet, stack),
        stack=stack.stack,
        role=_role(fleet, application, stack),
        template=rendered / stack.path,
        capabilities=stack.capabilities,
        parameters=parameters,
    )


def _role(fleet: Fleet, application: str | None, stack: FleetStack) -> Value:
    if stack.is_own:
        return arn_of_role(role_name(stack.stack), stack.arns)
    if application is None or stack.is_role:
        return fleet_role_arn(fleet.deployment_role_name, stack.arns)
    if stack.account is not None:
        application = application_stack(stack.stack)
    return fleet_role_arn(delivery_role_name(application), stack.arns)


def _action_role(fleet: Fleet, stack: FleetStack) -> Value | None:
    """Return the role that the pipeline assumes for a stack; None: it runs with its own."""
    if stack.account is None:
        return None
    return arn_of_role(fleet.action_role_name, stack.arns)


def _parameters(fleet: Fleet, application: str, stack: FleetStack) -> dict[str, str]:
    values = _of_outputs(application, stack)
    for name in stack.parameters:
        value = fleet.value(application, name)
        if value is not None:
            values[name] = value
    return values


def _of_outputs(application: str, stack: FleetStack) -> dict[str, str]:
    return {
        name: f"#{{{_namespace(application, target)}.{output}}}"
        for name, (target, output) in stack.outputs.items()
    }


def _namespace(application: str, target: str) -> str:
    return f"{application}-{target}"


def _missing(fleet: Fleet, applications: Mapping[str, Sequence[FleetStack]]) -> Iterator[str]:
    for application, stacks in applications.items():
        for stack in stacks:
            for name, default in stack.parameters.items():
                given = name in stack.outputs or fleet.value(application, name) is not None
                if default is None and not given and not stack.is_own:
                    yield (
                        f"{fleet.where}: {stack.path} has the parameter {name}, which has no "
                        f"value; add {application}/{name}, or {name}, to parameters"
                    )


def _waves(updates: Mapping[str, Sequence[Sequence[Action]]]) -> Iterator[list[list[Action]]]:
    """Yield as many applications as a stage can have, side by side."""
    wave: list[list[Action]] = []
    for groups in updates.values():
        if sum(map(len, wave)) + sum(map(len, groups)) > ACTIONS_IN_STAGE.most:
            yield wave
            wave = []
        for number, group in enumerate(groups):
            if number == len(wave):
                wave.append([])
            wave[number] = [*wave[number], *group]
    if wave:
        yield wave


def _require_room(fleet: Fleet, applications: int, waves: Sequence[list[list[Action]]]) -> None:
    """Refuse more than one pipeline can deploy.

    Raises:
        ModelError: with the way out.

    """
    actions = sum(len(group) for wave in waves for group in wave)
    # Beside the waves: source, build, review, what is shared, removal, and the pipeline itself.
    if actions > ACTIONS.most - 2 * ACTIONS_IN_STAGE.most or len(waves) > STAGES.most - 6:
        raise ModelError(
            f"{fleet.where}: {applications:,} applications take {actions:,} actions in "
            f"{len(waves)} waves; a pipeline has {ACTIONS.most:,} actions, of which "
            f"{2 * ACTIONS_IN_STAGE.most} are kept for removals and itself, and {STAGES.most} "
            "stages; divide the applications among several configuration files, each with a fleet"
        )


def _removal(
    fleet: Fleet, removed: Mapping[str, Sequence[FleetStack]], shared: str | None
) -> list[list[Action]]:
    """Return the deletion of what delivers applications that are gone, after a person's yes."""
    names = [stack.title for stacks in removed.values() for stack in stacks]
    note = (
        f"No longer in the configuration: {', '.join(removed)}. Approve to DELETE the stacks "
        f"{', '.join(names)}. To keep them, put the applications back into the configuration."
    )
    if len(note) > CONFIGURATION_VALUE.most:
        note = (
            f"No longer in the configuration: {len(removed)} applications with {len(names)} "
            "stacks, which the next actions name. Approve to DELETE these stacks."
        )
    groups: list[list[Action]] = [[Approve(name="Approve", note=note)]]
    every = [(name, stack) for name, stacks in removed.items() for stack in stacks]

    def order(entry: tuple[str, FleetStack]) -> tuple[bool, int]:
        name, stack = entry
        return name == shared, -1 if stack.is_own else len(_ORDER) - stack.order

    for _, group in groupby(sorted(every, key=order), key=order):
        groups.append(
            [
                DeleteStack(
                    name=stack.title,
                    region=stack.region,
                    action_role=_action_role(fleet, stack),
                    stack=stack.stack,
                    role=_role(fleet, name, stack),
                )
                for name, stack in group
            ]
        )
    if sum(map(len, groups)) > ACTIONS_IN_STAGE.most:
        raise ModelError(
            f"{fleet.where}: {len(removed)} applications with {len(names)} stacks are removed at "
            f"once; a stage has {ACTIONS_IN_STAGE.most} actions; remove fewer at a time"
        )
    return groups
