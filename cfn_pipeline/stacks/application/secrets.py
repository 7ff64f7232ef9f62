"""The values of the application's secret, for use in the template."""

from troposphere import GetAtt, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.policies import application as duties
from cfn_pipeline.resources import cloudformation
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.inline_function import InlineFunction
from cfn_pipeline.stacks.arns import Arns

__all__ = ["custom_resource"]

FUNCTION = "SecretsManager"


def custom_resource(
    template: Template, application: Application, *, runtime: str, arns: Arns
) -> None:
    """Add a custom resource with the secret's values as attributes, and its function.

    Args:
        template: to which they are added.
        application: whose secret it is; without a database nobody needs it, and nothing is added.
        runtime: of the function.
        arns: how ARNs are written.

    """
    if application.database is None:
        return
    template.add_resource(
        cloudformation.custom_resource(
            ids.SECRETS, function=GetAtt(FUNCTION, "Arn"), SecretId=application.secret_name
        )
    )
    secrets = arns.regional("secretsmanager", f"secret:{application.secret_prefix}*")
    InlineFunction(
        function=FUNCTION,
        role="SecretsManagerRole",
        log_group="SecretsManagerLogGroup",
        name="secretsManager",
        description="Secrets Manager",
        module="secrets_manager",
        policy="SecretsManagerPermissions",
        permissions=[
            duties.get_secrets(secrets),
            duties.decrypt_secrets(exports.take(exports.secrets_key())),
        ],
    ).add(template, application, runtime=runtime)
