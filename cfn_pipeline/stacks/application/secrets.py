"""The application's secret: generated or existing, and how its values are read."""

import json

from awacs.aws import Statement
from troposphere import GetAtt, ImportValue, Ref, Sub
from troposphere.cloudformation import CustomResource
from troposphere.secretsmanager import GenerateSecretString, Secret

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.aspects import ExistingSecret, GeneratedSecret
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.application import get_secrets
from cfn_pipeline.policies.keys import decrypt_secrets
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.inline_function import InlineFunction
from cfn_pipeline.stacks.application.interfaces import Credentials
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.stack import DELETE

FUNCTION = "SecretsManager"

#: RDS takes no / " @ or space in a password; quotes and backslashes are trouble in shells.
_EXCLUDED = "\"'/@\\ "


def custom_resource(
    stack: ApplicationStack, secret: ExistingSecret | GeneratedSecret
) -> Credentials:
    """Add a custom resource with the values of a secret that exists, and its function."""
    name = secret_name(stack.application)
    stack.add(CustomResource(ids.SECRETS, ServiceToken=GetAtt(FUNCTION, "Arn"), SecretId=name))
    stack.build(
        InlineFunction(
            title=FUNCTION,
            role="SecretsManagerRole",
            log_group="SecretsManagerLogGroup",
            name="secretsManager",
            description="Secrets Manager",
            module="secrets_manager",
            policy="SecretsManagerPermissions",
            permissions=[
                get_secrets(secret_arns(stack)),
                decrypt_secrets(ImportValue(exports.SECRETS_KEY)),
            ],
        )
    )
    return Credentials(
        password=Sub(f"${{{ids.SECRETS}.{secret.key}}}"),
        environment={"SECRETS": name, "AWS_DEFAULT_REGION": Ref("AWS::Region")},
    )


def secret_name(application: Application) -> str:
    """Return the name of the secret that exists; absent: ``<application>/credentials``."""
    return application.secret or f"{application.name}/credentials"


def secret_arns(stack: ApplicationStack) -> Value:
    """Return the ARNs of the secrets whose names begin as that of the application's."""
    folder, slash, name = secret_name(stack.application).rpartition("/")
    return stack.arns.regional("secretsmanager", f"secret:{folder}{slash}{'' if slash else name}*")


def generated_secret(stack: ApplicationStack, secret: GeneratedSecret) -> Credentials:
    """Add a secret with a random password."""
    stack.add(
        Secret(
            ids.SECRET,
            **DELETE,
            Name=Sub("${AWS::StackName}/credentials"),
            Description=Sub("Password of the database of ${AWS::StackName}"),
            KmsKeyId=stack.key,
            GenerateSecretString=GenerateSecretString(
                SecretStringTemplate=json.dumps({}),
                GenerateStringKey=secret.key,
                PasswordLength=32,
                ExcludeCharacters=_EXCLUDED,
            ),
        )
    )
    return Credentials(
        password=Sub(f"{{{{resolve:secretsmanager:${{{ids.SECRET}}}:SecretString:{secret.key}}}}}"),
        secrets={secret.key: Sub(f"${{{ids.SECRET}}}:{secret.key}::")},
        permissions=[get_secrets(Ref(ids.SECRET)), _decrypt(stack)],
    )


def existing_secret(stack: ApplicationStack, secret: ExistingSecret) -> Credentials:
    """Read a secret that exists: CloudFormation while it deploys, ECS when it starts a container.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    arns = stack.arns
    arn = arns.regional("secretsmanager", f"secret:{secret.name}-??????")
    return Credentials(
        password=f"{{{{resolve:secretsmanager:{secret.name}:SecretString:{secret.key}}}}}",
        secrets={
            secret.key: arns.regional("secretsmanager", f"secret:{secret.name}:{secret.key}::")
        },
        permissions=[get_secrets(arn), _decrypt(stack)],
    )


def _decrypt(stack: ApplicationStack) -> Statement:
    return decrypt_secrets(stack.key, through=stack.arns.service("secretsmanager"))
