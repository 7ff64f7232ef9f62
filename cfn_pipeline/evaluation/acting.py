"""Which role acts: for a pipeline, for each of its actions, for a build."""

from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import properties_of
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.evaluation.grants import Grants, grants_of

_ROLE = "AWS::IAM::Role"


def pipeline_role(pipeline: Pipeline) -> Resource | None:
    """Return the pipeline's role; None if it is not in the templates."""
    node = pipeline.node.at("RoleArn")
    return resource_behind(node.value, node.template, pipeline.system, _ROLE)


def acting(pipeline: Pipeline) -> Iterator[tuple[Action, Grants]]:
    """Yield the actions whose role is in the templates, with the permissions of that role."""
    of_pipeline = pipeline_role(pipeline)
    for action in pipeline.actions:
        node = action.node.at("RoleArn")
        role = of_pipeline
        if node.is_there:
            role = resource_behind(node.value, node.template, pipeline.system, _ROLE)
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


def local_arn(system: System, service: str, resource: str, *, regional: bool = True) -> str:
    """Return an ARN in the account and, if ``regional``, in the region of the stacks."""
    account, partition, region = (
        system.unknowns.open(f"AWS::{name}") for name in ("AccountId", "Partition", "Region")
    )
    place = f"{region}:{account}" if regional else ":"
    return f"arn:{partition}:{service}:{place}:{resource}"
