"""Checks of a plan, before anything is started or deployed."""

from collections.abc import Iterable, Sequence

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.actions.runners import is_supported
from cfn_pipeline.rehearsal.artifacts.sources import parse_source
from cfn_pipeline.rehearsal.local_aws.embedded import listen
from cfn_pipeline.rehearsal.pipeline import Action, Name, Pipeline
from cfn_pipeline.rehearsal.preparation.template import PipelineTemplate
from cfn_pipeline.rehearsal.run.plan import Plan, Settings


def validate_port(plan: Plan, settings: Settings) -> None:
    """Check that the local AWS can listen on its port, if one is started.

    Raises:
        RehearsalError: it cannot.

    """
    if plan.is_embedded:
        listen(settings.port).close()


def validate_plan(plan: Plan, settings: Settings, template: PipelineTemplate) -> None:
    """Check a plan as far as the template alone allows.

    Raises:
        RehearsalError: a name is invalid, a source does not exist, is missing or unknown, or an
            action cannot run.

    """
    validate_names(template.names)
    for source in plan.sources.values():
        parse_source(source)
    if template.is_complete:
        _validate_actions(template.actions, plan, settings)


def validate_pipeline(pipeline: Pipeline, plan: Plan, settings: Settings) -> None:
    """Check a plan against the pipeline, whose values are all known.

    Raises:
        RehearsalError: an option names something that does not exist, or something is missing.

    """
    validate_names(pipeline.names)
    _validate_actions(pipeline.actions, plan, settings)
    for name in plan.variables:
        if name not in pipeline.variables:
            raise RehearsalError(
                f"--variable {name}: the pipeline has no such variable; it has "
                f"{', '.join(pipeline.variables) or 'none'}"
            )
    for name, default in pipeline.variables.items():
        if default is None and name not in plan.variables:
            raise RehearsalError(
                f"the pipeline variable {name} has no default; add --variable {name}=VALUE"
            )


def validate_names(names: Iterable[Name]) -> None:
    """Check the names of a pipeline, as CodePipeline does; folders and files are named after them.

    Raises:
        RehearsalError: some are invalid; the message has all of them.

    """
    problems = dict.fromkeys(problem for name in names for problem in name.problems)
    if problems:
        raise RehearsalError(*problems)


def validate_skips(pipeline: Pipeline, settings: Settings) -> None:
    """Check that the actions to skip exist.

    Raises:
        RehearsalError: one does not.

    """
    ids = [action.id for action in pipeline.actions]
    for id_ in settings.skip:
        if id_ not in ids:
            raise RehearsalError(
                f"--skip {id_}: the pipeline has no such action; it has {', '.join(ids)}"
            )


def _validate_actions(actions: Sequence[Action], plan: Plan, settings: Settings) -> None:
    sources = [action for action in actions if action.category == "Source"]
    for name in plan.sources:
        if not any(name in action.source_names for action in sources):
            raise RehearsalError(
                f"--source {name}: the pipeline has no such source; it has "
                f"{', '.join(name for a in sources for name in a.outputs) or 'none'}"
            )
    run = [action for action in actions if action.id not in settings.skip]
    missing = [a for a in run if a.needs_source and a.source(plan.sources) is None]
    if missing:
        options = " ".join(f"--source {action.source_names[-1]}=FOLDER" for action in missing)
        raise RehearsalError(
            f"no source for {', '.join(action.where for action in missing)}; add {options}"
        )
    unsupported = [action for action in run if not is_supported(action)]
    if unsupported:
        names = ", ".join(f"{a.id} ({a.category}, {a.provider})" for a in unsupported)
        options = " ".join(f"--skip {action.id}" for action in unsupported)
        raise RehearsalError(f"a rehearsal cannot run {names}; skip it with {options}")
