"""Which function runs which kind of action."""

from collections.abc import Callable, Mapping

from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.actions.cloudformation import run_cloudformation
from cfn_pipeline.rehearsal.actions.codebuild import run_codebuild, run_commands
from cfn_pipeline.rehearsal.actions.image import run_image_build
from cfn_pipeline.rehearsal.actions.source import run_source
from cfn_pipeline.rehearsal.actions.variables import with_variables
from cfn_pipeline.rehearsal.authorization.actions import authorize
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome, Status, Stopped
from cfn_pipeline.rehearsal.pipeline import Action

_RUNNERS: Mapping[tuple[str, str], Callable[[Action, Context], Outcome]] = {
    ("Build", "CodeBuild"): run_codebuild,
    ("Build", "ECRBuildAndPublish"): run_image_build,
    ("Compute", "Commands"): run_commands,
    ("Deploy", "CloudFormation"): run_cloudformation,
    ("Source", "CodeCommit"): run_source,
    ("Source", CONNECTION_PROVIDER): run_source,
    ("Source", "ECR"): run_source,
    ("Source", "GitHub"): run_source,
    ("Source", "S3"): run_source,
    ("Test", "CodeBuild"): run_codebuild,
}


def is_supported(action: Action) -> bool:
    """Return whether a rehearsal can run an action."""
    return action.is_approval or (action.category, action.provider) in _RUNNERS


def run_action(action: Action, context: Context) -> Outcome:
    """Run an action that is not an approval, and return its outcome."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        runner = _RUNNERS.get((action.category, action.provider))
        if runner is None:
            raise ActionFailed(
                f"a rehearsal cannot run {action.provider} ({action.category}); skip it with "
                f"--skip {action.id}"
            )
        resolved = with_variables(action, context.variables)
        if context.accounts is not None:
            for notice in authorize(
                resolved, context.pipeline, context.accounts, context.artifacts.stored
            ):
                context.notify(f"{action.where}: {notice}")
        return runner(resolved, context)
    except ActionFailed as error:
        return Outcome(status=Status.FAILED, message=str(error), details=error.details)
    except Stopped:
        return Outcome(status=Status.STOPPED, message="stopped")
    except (RehearsalError, OSError, ClientError, BotoCoreError) as error:
        return Outcome(status=Status.FAILED, message=str(error))
    except Exception as error:
        return Outcome(status=Status.FAILED, message=f"{type(error).__name__}: {error}")
