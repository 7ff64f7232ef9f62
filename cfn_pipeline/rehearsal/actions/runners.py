"""Which function does what an action does."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.actions.cloudformation import run_cloudformation
from cfn_pipeline.rehearsal.actions.codebuild import run_codebuild, run_commands
from cfn_pipeline.rehearsal.actions.source import run_source
from cfn_pipeline.rehearsal.actions.variables import Unresolved, resolved
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome, Status, Stopped
from cfn_pipeline.rehearsal.pipeline import Action

__all__ = ["is_known", "run_action", "unresolved", "with_variables"]

_RUNNERS: Mapping[tuple[str, str], Callable[[Action, Context], Outcome]] = {
    ("Build", "CodeBuild"): run_codebuild,
    ("Compute", "Commands"): run_commands,
    ("Deploy", "CloudFormation"): run_cloudformation,
    ("Source", "CodeCommit"): run_source,
    ("Source", CONNECTION_PROVIDER): run_source,
    ("Source", "ECR"): run_source,
    ("Source", "GitHub"): run_source,
    ("Source", "S3"): run_source,
    ("Test", "CodeBuild"): run_codebuild,
}


def is_known(category: str, provider: str) -> bool:
    """Tell whether actions of a kind can be rehearsed."""
    return category == "Approval" or (category, provider) in _RUNNERS


def run_action(action: Action, context: Context) -> Outcome:
    """Run an action, but no approval, and return what comes of it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        runner = _RUNNERS.get((action.category, action.provider))
        if runner is None:
            raise ActionFailed(
                f"a rehearsal cannot run {action.provider} ({action.category}); leave it out with "
                f"--skip {action.id}"
            )
        return runner(with_variables(action, context.variables), context)
    except ActionFailed as error:
        return Outcome(status=Status.FAILED, message=str(error), details=error.details)
    except Unresolved as error:
        return unresolved(error)
    except Stopped:
        return Outcome(status=Status.STOPPED, message="stopped")
    except (RehearsalError, OSError, ClientError, BotoCoreError) as error:
        return Outcome(status=Status.FAILED, message=str(error))
    except Exception as error:
        return Outcome(status=Status.FAILED, message=f"{type(error).__name__}: {error}")


def unresolved(error: Unresolved) -> Outcome:
    """Return what comes of an action that names a variable without a value."""
    message = f"the variable {error} has no value here; no action before it makes it"
    return Outcome(status=Status.FAILED, message=message)


def with_variables(action: Action, variables: Mapping[str, Mapping[str, str]]) -> Action:
    """Return an action with the values of variables in its settings.

    Raises:
        Unresolved: a variable that no action has made.

    """

    def each(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
        return {name: resolved(text, variables) for name, text in texts}

    return replace(
        action,
        configuration=each(action.configuration.items()),
        environment_variables=[each(said.items()) for said in action.environment_variables],
    )
