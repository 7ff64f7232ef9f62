"""A database that exists: its address, secret and security group are parameters."""

from awacs.aws import Statement
from troposphere import Parameter, Sub

from cfn_pipeline.model.existing_database import ExistingDatabase
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.policies.application import get_secrets
from cfn_pipeline.policies.keys import decrypt_secrets
from cfn_pipeline.stacks.application.interfaces import Backend, Credentials
from cfn_pipeline.stacks.application.stack import ApplicationStack

SECRET_ARN = "DatabaseSecretArn"


def existing_database(stack: ApplicationStack, database: ExistingDatabase) -> Backend:
    """Add parameters for a database that exists, whose user and password ECS reads from a secret.

    The database's security group gets a rule that lets containers in.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    host = stack.parameter(
        Parameter(
            "DatabaseHost",
            Type="String",
            Description="Address of the database",
            **present(Default=database.host),
        )
    )
    secret = stack.parameter(
        Parameter(
            SECRET_ARN,
            Type="String",
            Description=(
                "ARN of the secret with the keys "
                f"{database.username_key} and {database.password_key} of the database"
            ),
            AllowedPattern="arn:.*:secretsmanager:.*",
            **present(Default=database.secret),
        )
    )
    group = stack.parameter(
        Parameter(
            "DatabaseSecurityGroup",
            Type="AWS::EC2::SecurityGroup::Id",
            Description="Security group of the database",
            **present(Default=database.security_group),
        )
    )
    host_variable, user_variable, name_variable = database.variables
    environment: dict[str, Value] = {host_variable: host, name_variable: database.name}
    if database.port is not None:
        environment[database.port_variable] = str(database.port)
    return Backend(
        security_group=group,
        rule="Queries from containers to the database",
        port=database.port or database.engine_port,
        environment=environment,
        credentials=Credentials(
            secrets={
                user_variable: Sub(f"${{{SECRET_ARN}}}:{database.username_key}::"),
                database.password_variable: Sub(f"${{{SECRET_ARN}}}:{database.password_key}::"),
            },
            permissions=[get_secrets(secret), *_decrypt(stack, database)],
        ),
        depends_on=[],
    )


def _decrypt(stack: ApplicationStack, database: ExistingDatabase) -> list[Statement]:
    if database.encryption_key is None:
        return []
    through = stack.arns.service("secretsmanager")
    return [decrypt_secrets(database.encryption_key, through=through)]
