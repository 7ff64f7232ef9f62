"""The names of deployment roles, which others must know before a role exists."""

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.values import Value
from cfn_pipeline.permissions.protection import ROLE_PATH
from cfn_pipeline.stacks.arns import ARNS, Arns

#: The logical id.
DEPLOYMENT_ROLE = "CloudFormationRole"


def role_name(stack: str) -> str:
    """Return the name of the role that deploys a stack."""
    return f"{stack}-deployment"


def deployment_role(
    application: Application, environment: Environment, *, arns: Arns = ARNS
) -> Value:
    """Return the ARN of the role with which CloudFormation deploys an environment.

    Its name is fixed, so that a pipeline can name it before it exists, and from another account. ::

        pipeline_template(continuous_delivery(application, role=deployment_role))

    """
    name = role_name(application.stack_name(environment))
    return arns.global_("iam", f"role{ROLE_PATH}{name}")
