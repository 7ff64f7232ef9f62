"""Which role acts: for a pipeline, for each of its actions, for a build."""

from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import properties_of
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import resource_behind
from cfn_pipeline.analysis.system import Place, Resource, System
from cfn_pipeline.evaluation.grants import Grants, grants_of
from cfn_pipeline.evaluation.places import place_of, role_behind

_ROLE = "AWS::IAM::Role"


def pipeline_role(pipeline: Pipeline) -> Resource | None:
    """Return the pipeline's role; None if it is not in the templates."""
    node = pipeline.node.at("RoleArn")
    return resource_behind(node.value, node.template, pipeline.system, _ROLE)


def role_of(action: Action, pipeline: Pipeline) -> Resource | None:
    """Return the role with which an action works; None if it is not in the templates."""
    node = action.node.at("RoleArn")
    if not node.is_there:
        return None if action.node.hides_keys else pipeline_role(pipeline)
    return role_behind(node, place_of(action, pipeline), pipeline)


def deployment_role(action: Action, pipeline: Pipeline) -> Resource | None:
    """Return the role that an action passes; None if there is none, or not in the templates."""
    return role_behind(action.setting("RoleArn"), place_of(action, pipeline), pipeline)


def acting(pipeline: Pipeline) -> Iterator[tuple[Action, Grants]]:
    """Yield the actions whose role is in the templates, with the permissions of that role."""
    for action in pipeline.actions:
        role = role_of(action, pipeline)
        if role is not None:
            yield action, grants_of(role, pipeline.system)


def build_grants(action: Action, project: Resource, system: System) -> Grants | None:
    """Return the permissions of a build's role; None if it is not in the templates.

    The action may override the role of the project.
    """
    node = action.setting("ServiceRoleArnOverride")
    if action.configuration.hides_keys:
        return None
    if not node.is_there:
        node = properties_of(project, system).at("ServiceRole")
    role = resource_behind(node.value, node.template, system, _ROLE)
    return None if role is None else grants_of(role, system)


def local_arn(
    system: System,
    service: str,
    resource: str,
    *,
    place: Place | None = None,
    regional: bool = True,
) -> str:
    """Return an ARN in an account and, if ``regional``, in a region.

    Args:
        system: the templates.
        service: such as ``codebuild``.
        resource: the end of the ARN.
        place: the account and region; None: those of the pipeline.
        regional: whether ARNs of the service have account and region.

    """
    unknowns = system.unknowns
    if place is None:
        place = Place(unknowns.open("AWS::AccountId"), unknowns.open("AWS::Region"))
    where = f"{place.region}:{place.account}" if regional else ":"
    return f"arn:{unknowns.open('AWS::Partition')}:{service}:{where}:{resource}"
