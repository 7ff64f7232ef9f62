"""The names of deployment roles, which others must know before a role exists."""

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.values import Value
from cfn_pipeline.permissions.protection import ROLE_PATH
from cfn_pipeline.stacks.arns import ARNS, Arns

#: The logical id.
DEPLOYMENT_ROLE = "CloudFormationRole"


#: The logical id of the role that a pipeline of another account assumes.
ACTION_ROLE = "ActionRole"

#: The logical id of the role with which the function for approvals reads change sets.
READER_ROLE = "ChangeSetReaderRole"


_ENVIRONMENT = "-environment"


def environment_stack(stack: str) -> str:
    """Return the name of the stack beside an application's stack, which has what it needs first."""
    return f"{stack}{_ENVIRONMENT}"


def application_stack(stack: str) -> str:
    """Return the name of the application's stack that such a stack is beside."""
    return stack.removesuffix(_ENVIRONMENT)


def role_name(stack: str) -> str:
    """Return the name of the role that deploys a stack."""
    return f"{stack}-deployment"


def action_role_name(stack: str) -> str:
    """Return the name of the role that a pipeline of another account assumes for a stack."""
    return f"{stack}-action"


def reader_role_name(stack: str) -> str:
    """Return the name of the role with which change sets of a stack are read."""
    return f"{stack}-reader"


def approval_role_name(pipeline: str) -> str:
    """Return the name of the role that assumes it, of the function for approvals."""
    return f"{pipeline}-approvals"


def pipeline_role_name(pipeline: str) -> str:
    """Return the name of the role of a pipeline, where other accounts must know it."""
    return f"{pipeline}-pipeline"


def arn_of_role(name: str, arns: Arns) -> Value:
    """Return the ARN of one of these roles, by its name."""
    return arns.global_("iam", f"role{ROLE_PATH}{name}")


def deployment_role(
    application: Application, environment: Environment, *, arns: Arns = ARNS
) -> Value:
    """Return the ARN of the role with which CloudFormation deploys an environment.

    Its name is fixed, so that a pipeline can name it before it exists, and from another account. ::

        pipeline_template(continuous_delivery(application, role=deployment_role))

    """
    name = role_name(application.stack_name(environment))
    return arn_of_role(name, arns.at(account=application.places.account(environment)))


def action_role(application: Application, environment: Environment, *, arns: Arns = ARNS) -> Value:
    """Return the ARN of the role that the pipeline assumes in an environment of another account.

    Its name is fixed, as that of ``deployment_role``. ::

        continuous_delivery(application, role=deployment_role, action_role=action_role)

    """
    name = action_role_name(application.stack_name(environment))
    return arn_of_role(name, arns.at(account=application.places.account(environment)))


def reader_role(application: Application, environment: Environment, *, arns: Arns = ARNS) -> Value:
    """Return the ARN of the role that reads change sets of an environment of another account.

    The function for approvals assumes it. Its name is fixed, as that of ``deployment_role``. ::

        continuous_delivery(
            application, role=deployment_role, action_role=action_role, reader_role=reader_role
        )

    """
    name = reader_role_name(application.stack_name(environment))
    return arn_of_role(name, arns.at(account=application.places.account(environment)))
