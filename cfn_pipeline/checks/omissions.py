"""What the rules could not look at, so that no finding does not pass for no mistake."""

from collections.abc import Iterable, Iterator, Sequence

from cfn_pipeline.analysis.builds import builds
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline, pipelines
from cfn_pipeline.analysis.sources import unopened_sources
from cfn_pipeline.analysis.system import System
from cfn_pipeline.evaluation.acting import deployment_role, pipeline_role, role_of
from cfn_pipeline.evaluation.places import home_of, is_elsewhere, place_of
from cfn_pipeline.printable import printable, shortened

_STACK = "AWS::CloudFormation::Stack"
#: So many names are told.
_MOST = 6


def omissions(system: System) -> list[str]:
    """Return what was not looked at, a line for each kind, with what to do about it.

    Args:
        system: the templates that are checked together.

    """
    lines = [*_of_templates(system), *_of_pipelines(system)]
    return [printable(shortened(line)) for line in lines]


def _of_templates(system: System) -> Iterator[str]:
    if names := _listed(system.skipped):
        yield f"left out: {names}; not templates"
    for template in system.templates:
        if template.rewritten:
            names = ", ".join(name for name in template.transforms if not name.startswith("AWS::"))
            yield f"{template.file}: macro {names} is not run; check the template that it returns"
        elif template.hides_resources:
            yield (
                f"{template.file}: resources that functions such as Fn::ForEach and Fn::Transform "
                "generate are not judged; check the template that they return"
            )
        nested = [r.logical_id for r in template.resources.values() if r.type == _STACK]
        if nested:
            yield f"{template.file}: nested stacks not opened: {_listed(nested)}"


def _of_pipelines(system: System) -> Iterator[str]:
    found = pipelines(system)
    if artifacts := unopened_sources(system):
        yield f"artifacts not opened: {_listed(artifacts)}; give --artifact {artifacts[0]}=FOLDER"
    if names := _listed(where for each in found for where in _roles_elsewhere(each)):
        yield f"permissions not judged: {names}; give the templates of their roles, too"
    if names := _listed(where for each in found for where in _projects_elsewhere(each)):
        yield f"projects not judged: {names}; give their templates, too"
    if names := _listed(_short(a) for each in found for a in each.actions if _is_unknown(a)):
        yield f"settings not judged: {names}; these actions are not AWS's"
    if names := _listed(_short(a) for each in found for a in each.actions if _is_open(a, each)):
        yield (
            f"accounts or regions not judged: {names}; give them as --parameter NAME=VALUE, or "
            "--account FILE=ACCOUNT"
        )

    for each in found:
        if names := _listed(_short(a) for a in each.actions if _may_be_at_home(a, each)):
            file = each.resource.template.file
            yield (
                f"accounts not compared: {names} may be in the account of {file}, or in another; "
                f"give --account {file}=ACCOUNT"
            )


def _roles_elsewhere(pipeline: Pipeline) -> Iterator[str]:
    """Yield whose roles are not in the templates."""
    if pipeline.node.at("RoleArn").is_there and pipeline_role(pipeline) is None:
        yield f"pipeline {pipeline.resource.logical_id}"
    for action in pipeline.actions:
        own = action.node.at("RoleArn").is_there and role_of(action, pipeline) is None
        passed = action.setting("RoleArn").is_there and deployment_role(action, pipeline) is None
        if own or passed:
            yield _short(action)


def _projects_elsewhere(pipeline: Pipeline) -> Iterator[str]:
    return (_short(build.action) for build in builds(pipeline) if build.project is None)


def _is_unknown(action: Action) -> bool:
    """Whether it is of a kind of which only its owner knows the settings."""
    return action.owner not in (None, "AWS") and action.terms is None


def _is_open(action: Action, pipeline: Pipeline) -> bool:
    """Whether it is not known in which account or region it works."""
    place, home = place_of(action, pipeline), home_of(pipeline)
    return place is None or any(
        not is_known(there) and there != here for there, here in zip(place, home, strict=True)
    )


def _may_be_at_home(action: Action, pipeline: Pipeline) -> bool:
    """Whether the number of its account is known, but not that of the pipeline's."""
    place = place_of(action, pipeline)
    return place is not None and is_known(place.account) and is_elsewhere(action, pipeline) is None


def _short(action: Action) -> str:
    return f"{readable(action.stage.name)}/{readable(action.name)}"


def _listed(names: Iterable[str]) -> str:
    """Return names, each once; of many the first, and how many more there are."""
    unique: Sequence[str] = list(dict.fromkeys(names))
    more = f" and {len(unique) - _MOST} more" if len(unique) > _MOST else ""
    return ", ".join(unique[:_MOST]) + more
