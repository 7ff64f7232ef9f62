"""What is refused before anything is done that could not come to an end."""

from collections.abc import Mapping, Sequence

from cfn_pipeline.analysis.pipelines import Action, pipelines
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.actions.runners import is_known
from cfn_pipeline.rehearsal.actions.source import needs_source
from cfn_pipeline.rehearsal.artifacts.sources import refuse_missing
from cfn_pipeline.rehearsal.local_aws.embedded import refuse_used
from cfn_pipeline.rehearsal.pipeline import Pipeline
from cfn_pipeline.rehearsal.preparation.surroundings import pipeline_in
from cfn_pipeline.rehearsal.run.plan import Plan, Settings

__all__ = ["refuse_pipeline", "refuse_plan", "refuse_skips"]


def refuse_plan(plan: Plan, settings: Settings, *, again: bool) -> str:
    """Refuse what cannot be rehearsed, as far as that can be told before anything is done.

    Args:
        plan: what is to be rehearsed.
        settings: how.
        again: whether a run goes on, which has read its template and found its sources.

    Returns:
        What to call the run: the pipeline's name, or its template's.

    Raises:
        RehearsalError: what was given is not there.
        CfnPipelineError: what was given cannot be read.

    """
    if plan.is_embedded:
        refuse_used(settings.port)
    if again:
        return ""
    resource = pipeline_in(plan.template, plan.pipeline)
    for source in plan.sources.values():
        refuse_missing(source)
    actions = [a for a in _actions_of(resource) if _id(a) not in settings.skip]
    _refuse_lacking_sources(
        [
            (a.where, [_id(a), a.name, *(artifact.name for artifact in a.outputs)])
            for a in actions
            if a.category == "Source" and a.provider != "ECR"
        ],
        plan.sources,
    )
    _refuse_unknown([(_id(a), str(a.category), str(a.provider)) for a in actions])
    name = resource.properties.get("Name")
    return name if isinstance(name, str) else plan.template.name.partition(".")[0]


def _actions_of(resource: Resource) -> Sequence[Action]:
    """Return the actions of a pipeline; none, where not all is known before it is deployed."""
    found = pipelines(System(templates=[resource.template]))
    shapes = [each for each in found if each.resource is resource]
    if len(shapes) != 1 or not shapes[0].is_whole:
        return []
    actions = shapes[0].actions
    return actions if all(action.category and action.provider for action in actions) else []


def _id(action: Action) -> str:
    return f"{action.stage.name}/{action.name}"


def refuse_pipeline(pipeline: Pipeline, plan: Plan, settings: Settings) -> None:
    """Refuse what the pipeline has, and has not.

    Raises:
        RehearsalError: an option names something that is not there, or something is lacking.

    """
    skip = settings.skip
    actions = [action for action in pipeline.actions if action.id not in skip]
    sources = [action for action in actions if action.category == "Source"]
    every = [action for action in pipeline.actions if action.category == "Source"]
    names = [name for a in every for name in (a.id, a.name, *a.outputs)]
    for name in plan.sources:
        if name not in names:
            raise RehearsalError(
                f"--source {name}: the pipeline has no such source; it has "
                f"{', '.join(name for a in every for name in a.outputs) or 'none'}"
            )
    _refuse_lacking_sources(
        [(a.where, [a.id, a.name, *a.outputs]) for a in sources if needs_source(a)],
        plan.sources,
    )
    _refuse_unknown([(a.id, a.category, a.provider) for a in actions])
    for name in plan.variables:
        if name not in pipeline.variables:
            raise RehearsalError(
                f"--variable {name}: the pipeline has no such variable; it has "
                f"{', '.join(pipeline.variables) or 'none'}"
            )
    for name, default in pipeline.variables.items():
        if default is None and name not in plan.variables:
            raise RehearsalError(
                f"the pipeline's variable {name} has no default; add --variable {name}=VALUE"
            )


def refuse_skips(pipeline: Pipeline, settings: Settings) -> None:
    """Refuse to skip what the pipeline does not have.

    Raises:
        RehearsalError: there is no such action.

    """
    ids = [action.id for action in pipeline.actions]
    for action_id in settings.skip:
        if action_id not in ids:
            raise RehearsalError(
                f"--skip {action_id}: the pipeline has no such action; it has {', '.join(ids)}"
            )


def _refuse_lacking_sources(
    actions: Sequence[tuple[str, Sequence[str]]], given: Mapping[str, str]
) -> None:
    lacking = [(where, names) for where, names in actions if not set(names) & set(given)]
    if lacking:
        words = " ".join(f"--source {names[-1]}=FOLDER" for _, names in lacking)
        raise RehearsalError(
            f"nothing is given for {', '.join(where for where, _ in lacking)}; add {words}"
        )


def _refuse_unknown(actions: Sequence[tuple[str, str, str]]) -> None:
    unknown = [action for action in actions if not is_known(*action[1:])]
    if unknown:
        said = ", ".join(f"{id_} ({category}, {provider})" for id_, category, provider in unknown)
        words = " ".join(f"--skip {action_id}" for action_id, _, _ in unknown)
        raise RehearsalError(f"a rehearsal cannot run {said}; leave it out with {words}")
