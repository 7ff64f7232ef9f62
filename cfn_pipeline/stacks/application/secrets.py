"""The application's secret: made here or read here, and how its values are named."""

from troposphere import GetAtt, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies import application as duties
from cfn_pipeline.policies import keys
from cfn_pipeline.resources import cloudformation, secretsmanager
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.inline_function import FunctionSettings, InlineFunction
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.document import add_resources, keep

__all__ = [
    "custom_resource",
    "dynamic_reference",
    "from_custom_resource",
    "generated",
    "secret_arn",
    "secret_value",
]

FUNCTION = "SecretsManager"


def custom_resource(
    template: Template, application: Application, *, settings: FunctionSettings, arns: Arns
) -> None:
    """Add a custom resource with the secret's values as attributes, and its function.

    Args:
        template: to which they are added.
        application: whose secret it is; without a database nobody needs it, and nothing is added.
        settings: of the function.
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
            keys.decrypt_secrets(exports.take(exports.SECRETS_KEY)),
        ],
    ).add(template, application, settings=settings)


def generated(template: Template, application: Application) -> None:
    """Add a secret with a random password, unless the application names one that exists."""
    if application.database is None or application.secret is not None:
        return
    secret = secretsmanager.generated_secret(
        ids.SECRET,
        name=Sub("${AWS::StackName}/credentials"),
        description=Sub("Password of the database of ${AWS::StackName}"),
        password_key=application.database.password_key,
        key=exports.take(exports.key(application.name)),
    )
    add_resources(template, keep(secret, "Delete"))


def from_custom_resource(application: Application, key: str) -> Value:  # noqa: ARG001
    """Read a value of the secret from the custom resource."""
    return Sub(f"${{{ids.SECRETS}.{key}}}")


def dynamic_reference(application: Application, key: str) -> Value:
    """Let CloudFormation read a value of the secret while it deploys.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    """
    if application.secret is not None:
        return f"{{{{resolve:secretsmanager:{application.secret}:SecretString:{key}}}}}"
    return Sub(f"{{{{resolve:secretsmanager:${{{ids.SECRET}}}:SecretString:{key}}}}}")


def secret_value(application: Application, key: str, *, arns: Arns) -> Value:
    """Name a value of the secret as ECS reads it when it starts a container.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    if application.secret is not None:
        return arns.regional("secretsmanager", f"secret:{application.secret}:{key}::")
    return Sub(f"${{{ids.SECRET}}}:{key}::")


def secret_arn(application: Application, *, arns: Arns) -> Value:
    """Return the ARN of the secret, for a policy."""
    if application.secret is not None:
        return arns.regional("secretsmanager", f"secret:{application.secret}-??????")
    return Ref(ids.SECRET)
