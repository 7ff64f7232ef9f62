"""Services of ECS that deployments wait for.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.deployments import deployments
from cfn_pipeline.analysis.pipelines import pipelines
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.aws.cloudformation import SERVICE_WAIT
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.template.positions import Path


def _pauses(system: System) -> Iterator[Problem]:
    deployed = [
        deployment.template
        for pipeline in pipelines(system)
        for deployment in deployments(pipeline)
        if deployment.template is not None
    ]
    for template in dict.fromkeys([*system.templates, *deployed]):
        for name, path, minutes in _hooks(template):
            if minutes > SERVICE_WAIT:
                yield Problem(
                    at=(template.file, path),
                    message=f"resource {name}: the hook pauses for up to {minutes:,} minutes, and "
                    f"CloudFormation waits {SERVICE_WAIT:,} minutes for a service; set a shorter "
                    "TimeoutInMinutes",
                )


def _hooks(template: Template) -> Iterator[tuple[str, Path, int]]:
    """Yield the pausing hooks: the service, the path of the minutes, and the minutes."""
    for resource in template.resources.values():
        match resource.properties.get("DeploymentConfiguration"):
            case {"LifecycleHooks": list(hooks)} if resource.type == "AWS::ECS::Service":
                for number, hook in enumerate(hooks):
                    match hook:
                        case {"TargetType": "PAUSE", "TimeoutConfiguration": dict(timeout)}:
                            minutes = str(timeout.get("TimeoutInMinutes"))
                            path = ("DeploymentConfiguration", "LifecycleHooks", number)
                            if minutes.isdecimal():
                                start = ("Resources", resource.logical_id, "Properties", *path)
                                key = ("TimeoutConfiguration", "TimeoutInMinutes")
                                yield resource.logical_id, (*start, *key), int(minutes)


RULES = (
    CheckRule(
        id="W9818",
        title="Hooks of services pause for less time than CloudFormation waits",
        impact="The stack fails and rolls back while the hook still pauses.",
        source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
        "deployment-lifecycle-hooks.html",
        severity="warning",
        fix="Set TimeoutInMinutes to less than 2,160.",
        find_in_system=_pauses,
    ),
)
