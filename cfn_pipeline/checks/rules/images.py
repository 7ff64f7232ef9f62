"""Images of tasks in other accounts: the repository lets them be pulled, and so does the role.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from cfn_pipeline.analysis.deployments import Deployment, deployments
from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.resolving import arn_of, resource_at, resource_behind
from cfn_pipeline.analysis.scenarios import Scenario
from cfn_pipeline.analysis.system import Place, Resource, System, Template
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.checks.rules.action_roles import Wanted, lacking
from cfn_pipeline.evaluation.access import asking
from cfn_pipeline.evaluation.grants import grants_of
from cfn_pipeline.evaluation.matching import same_account
from cfn_pipeline.evaluation.places import apart, home_of, is_elsewhere, place_of
from cfn_pipeline.evaluation.policies import policy_of
from cfn_pipeline.frozen import Frozen, frozen

_CALLS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_IMAGE = re.compile(r"([^./]+)\.dkr\.ecr\.([^./]+)\.[^/]+/([^:@]+)[:@]?.*", re.DOTALL)


@frozen
class _Deployed(Frozen):
    """A template as an action deploys it."""

    deployment: Deployment
    system: System
    template: Template
    place: Place
    scenario: Scenario

    def tasks(self) -> Iterator[Node]:
        """Yield the properties of its task definitions."""
        for resource in self.template.resources.values():
            if resource.type == "AWS::ECS::TaskDefinition" and "Condition" not in resource.body:
                yield properties_of(resource, self.system, self.scenario)


def _pull(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        place, template = place_of(deployment.action, pipeline), deployment.template
        if place is None or template is None or not is_elsewhere(deployment.action, pipeline):
            continue
        deployed = _deployed(deployment, template, place)
        for task in deployed.tasks():
            yield from _of_task(task, deployed, pipeline)


def _deployed(deployment: Deployment, template: Template, place: Place) -> _Deployed:
    system = deployment.pipeline.system
    there = [t for t in system.templates_at(place) if t.content == template.content]
    if not there:
        system = replace(system, templates=[*system.templates, template])
        there = [t for t in system.templates_at(place) if t.content == template.content]
    values = {**deployment.configured, **deployment.overridden}
    known = {name: text for name, text in values.items() if isinstance(text, str)}
    stack = deployment.action.setting("StackName").text
    return _Deployed(
        deployment=deployment,
        system=system,
        template=there[0],
        place=place,
        scenario=Scenario({}, {**known, "AWS::StackName": stack if is_known(stack) else None}),
    )


def _of_task(task: Node, deployed: _Deployed, pipeline: Pipeline) -> Iterator[Problem]:
    node = task.at("ExecutionRoleArn")
    role = resource_behind(node.value, node.template, deployed.system, "AWS::IAM::Role")
    if role is None:
        return
    seen: set[str] = set()
    for container in task.at("ContainerDefinitions").items():
        repository = _repository(container.at("Image"), deployed, pipeline)
        if repository is not None and repository.logical_id not in seen:
            seen.add(repository.logical_id)
            yield from _of_role(role, repository, deployed, pipeline)


def _repository(image: Node, deployed: _Deployed, pipeline: Pipeline) -> Resource | None:
    """Return the repository of an image, if it is in the pipeline's account."""
    match = _IMAGE.fullmatch(image.text or "")
    if match is None:
        return None
    account, _, name = match.groups()
    home = home_of(pipeline)
    own = same_account(account, home.account, apart(pipeline))
    # What we render names the account of the pipeline by a parameter's default.
    if own is False or (own is None and not pipeline.system.is_rendered):
        return None
    if account == deployed.place.account:
        return None
    there = pipeline.resource.template.place
    return resource_at(name, pipeline.system, there, "AWS::ECR::Repository")


def _of_role(
    role: Resource, repository: Resource, deployed: _Deployed, pipeline: Pipeline
) -> Iterator[Problem]:
    system = deployed.system
    asker = asking(grants_of(role, system), apart(pipeline))
    node = properties_of(repository, system).at("RepositoryPolicyText")
    policy = policy_of(node) if node.is_there else None
    arn = arn_of(repository, system)
    account = home_of(pipeline).account
    partition = system.unknowns.open("AWS::Partition")
    yield from lacking(
        asker,
        role,
        Wanted(
            where=deployed.deployment.action.where,
            what=f"pull images of repository {readable(arn.rsplit('/', 1)[-1])}",
            arn=arn,
            opens=f"the policy of repository {repository.logical_id}"
            if node.is_there
            else f"repository {repository.logical_id}, which has no policy,",
            policy=node if node.is_there else properties_of(repository, system),
            owner=repository,
            decisions={call: asker.decide(call, arn, account, policy) for call in _CALLS},
            # The role is made with the stack, by a name that AWS makes up.
            grantee=f"arn:{partition}:iam::{deployed.place.account}:root",
        ),
    )


RULES = (
    CheckRule(
        id="E9733",
        title="Tasks in other accounts may pull their images",
        impact="The tasks do not start, and the deployment of their service fails.",
        aws_message="CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        "... 403 Forbidden",
        source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-"
        "examples.html",
        certainty="documented",
        fix="Allow the calls of a pull: in the policy of the repository for the account of the "
        "tasks, and in the policies of the tasks' execution role.",
        find_in_pipeline=_pull,
    ),
)
