"""What an action does, in words."""

from collections.abc import Callable, Iterator

from cfn_pipeline.aws.cloudformation import ACTION_MODES
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER

#: Providers that people know by another name.
_PROVIDERS = {
    CONNECTION_PROVIDER: "Connection",
    "CodeDeployToECS": "CodeDeploy to ECS",
    "CloudFormationStackSet": "CloudFormation stack set",
    "CloudFormationStackInstances": "CloudFormation stack instances",
    "ECRBuildAndPublish": "Builds and publishes an image",
    "StepFunctions": "Step Functions",
}

#: The settings that name what a source reads, and the words before the name.
_SOURCES = {"FullRepositoryId": "", "RepositoryName": "", "Repo": "", "S3Bucket": ""}
_REVISIONS = {"BranchName": "branch ", "Branch": "branch ", "ImageTag": "tag ", "S3ObjectKey": ""}
#: The settings that name what an action uses.
_TARGETS = {
    "ProjectName": "project ",
    "ServiceName": "service ",
    "ApplicationName": "application ",
    "FunctionName": "function ",
    "StateMachineArn": "",
    "PipelineName": "pipeline ",
    "StackSetName": "stack set ",
    "BucketName": "bucket ",
}


def action_lines(category: str | None, provider: str, setting: Callable[[str], str]) -> list[str]:
    """Return what an action does, a line each.

    Args:
        category: of its type; None: not known.
        provider: of its type.
        setting: returns the value of a setting as it is shown; empty: it is missing.

    """
    return [line for line in _lines(category, provider, setting) if line]


def _lines(category: str | None, provider: str, setting: Callable[[str], str]) -> Iterator[str]:
    if category == "Approval":
        yield "Waits for an approval"
        return
    if (category, provider) == ("Deploy", "CloudFormation"):
        yield "CloudFormation"
        yield f"{_verb(setting('ActionMode'))} {setting('StackName') or '?'}"
        return
    yield _PROVIDERS.get(provider, provider)
    for settings in (_SOURCES, _REVISIONS, _TARGETS):
        for key, word in settings.items():
            text = setting(key)
            # A name that AWS generates says less than that of the action.
            if text.replace("...", ""):
                yield f"{word}{text}"
                break


def _verb(name: str) -> str:
    """Return what an action does with a stack, by its mode."""
    mode = ACTION_MODES.get(name)
    if mode is None:
        return "Stack"
    if "ChangeSetName" in mode.settings:
        return "Makes a change set for" if mode.reads_template else "Executes the change set of"
    return "Deploys stack" if mode.reads_template else "Deletes stack"
