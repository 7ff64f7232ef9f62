"""Say what you deliver, get the plain CloudFormation that delivers it."""

from importlib import import_module
from typing import Any

from cfn_pipeline._version import __version__ as __version__

#: The modules of this package's names. A module is loaded when a name of it is first used
#: (PEP 562); type checkers and editors read ``__init__.pyi``.
_MODULES = {
    "checks.checking": ("check",),
    "checks.finding": ("Finding",),
    "editions": ("EDITIONS",),
    "editions.book": ("BOOK",),
    "editions.current": ("CURRENT",),
    "editions.edition": ("Edition", "StackFile"),
    "editions.loading": ("application_template", "edition"),
    "editions.todobackend": ("todobackend", "todobackend_of_the_book"),
    "errors": (
        "BuildspecError",
        "CfnPipelineError",
        "DeploymentError",
        "EditionError",
        "ModelError",
        "OutputError",
        "RehearsalError",
        "TemplateError",
    ),
    "model.actions": (
        "Action",
        "ActionDefaults",
        "ActionType",
        "Approve",
        "CodeBuild",
        "CodeBuildTest",
    ),
    "model.application": ("Application",),
    "model.approval": ("Approval",),
    "model.artifacts": ("Artifact", "ArtifactFile", "ArtifactParameter"),
    "model.aurora": ("AuroraMySql", "AuroraPostgreSql"),
    "model.aws_sources": ("CodeCommit", "ECRSource", "S3Source"),
    "model.build": ("Build", "ImageBuild"),
    "model.build_parts": ("BuildVpc", "Report"),
    "model.cluster_releases": ("ECSDeploy", "EKSDeploy"),
    "model.commands": ("Commands", "ECRBuildAndPublish"),
    "model.compute": ("Ec2", "Fargate"),
    "model.conditions": ("Condition", "Rule"),
    "model.containers": (
        "Container",
        "HealthCheck",
    ),
    "model.database": ("MySql", "PostgreSql"),
    "model.delivery": ("continuous_delivery", "continuous_deployment", "continuous_integration"),
    "model.deployments": (
        "CreateChangeSet",
        "DeleteStack",
        "ExecuteChangeSet",
        "ReplaceFailedStack",
        "UpdateStack",
    ),
    "model.egress": ("Egress",),
    "model.environment": ("Environment",),
    "model.instance_releases": ("EC2Deploy",),
    "model.existing_database": ("ExistingMySql", "ExistingPostgreSql"),
    "model.invocations": ("InspectorScan", "LambdaInvoke", "StartPipeline", "StepFunctions"),
    "model.load_balancers": (
        "ListenerRule",
        "LoadBalancer",
    ),
    "model.managed_instances": ("InstanceRequirements", "ManagedInstances"),
    "model.own_stack": ("OwnStack",),
    "model.permissions": ("Allow", "regional_arn"),
    "model.pipeline": ("Pipeline", "Stage", "Variable"),
    "model.releases": ("LambdaDeploy", "S3Deploy"),
    "model.repositories": ("ECRImage", "GitHubRepository", "Repository", "S3Object"),
    "model.scaling": (
        "Queue",
        "Scaling",
    ),
    "model.scheduled_tasks": ("ScheduledTask",),
    "model.secret_values": ("Secret",),
    "model.fleet": ("Fleet",),
    "model.shared": ("Shared", "SharedBuildImage", "SharedListener"),
    "model.sources": (
        "AzureDevOps",
        "Bitbucket",
        "GitHub",
        "GitHubOAuth",
        "GitLab",
    ),
    "model.stack_sets": ("StackInstances", "StackSet"),
    "model.strategies": (
        "BlueGreen",
        "Canary",
        "Linear",
        "Rolling",
    ),
    "model.triggers": ("Patterns", "PullRequest", "Push"),
    "model.volumes": ("EfsVolume", "ExistingEfsVolume", "HostVolume"),
    "output": ("Change",),
    "project": ("render", "write"),
    "resources.s3": ("private_bucket",),
    "stacks.arns": ("Arns",),
    "stacks.builders.combining": ("add_template",),
    "stacks.builders.load_balancers": ("load_balancer_resources",),
    "stacks.builders.roles": ("deployment_resources", "pipeline_role"),
    "stacks.delivery.build_role": ("build_role",),
    "stacks.delivery.codebuild": ("codebuild_template",),
    "stacks.delivery.ecr": ("ecr_template",),
    "stacks.delivery.iam": ("iam_template",),
    "stacks.delivery.kms": ("key_template",),
    "stacks.delivery.pipeline": ("pipeline_template",),
    "stacks.delivery.regions": ("artifacts_template",),
    "stacks.environment.home": ("Home",),
    "stacks.environment.names": ("action_role", "deployment_role", "reader_role"),
    "stacks.environment.template": ("environment_template",),
    "template": ("emit", "load"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

#: Constants, then classes, then functions, each by name.
__all__ = sorted(
    [*_MODULE_OF, "__version__"],
    key=lambda name: (not name.isupper(), not name[0].isupper(), name),
)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
