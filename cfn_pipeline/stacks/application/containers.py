"""How the application's containers are run: image, variables, secrets, logs, and their roles."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from troposphere import AWSObject, GetAtt, Ref, Sub
from troposphere.ecs import ContainerDefinition

from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies import application as duties
from cfn_pipeline.policies import keys
from cfn_pipeline.policies.documents import document, from_account, trust
from cfn_pipeline.resources import ecs, iam
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.secrets import secret_arn, secret_value
from cfn_pipeline.stacks.arns import Arns

__all__ = [
    "Define",
    "MakeRoles",
    "handed_the_secret",
    "log_group_name",
    "reading_the_secret",
    "secret_reader",
    "task_and_execution_roles",
]

#: Makes a container's definition from what the application says of it.
Define: TypeAlias = Callable[[Application, Container], ContainerDefinition]

#: Makes the roles of the application's tasks.
MakeRoles: TypeAlias = Callable[[Application], Sequence[AWSObject]]

_TASKS = "ecs-tasks.amazonaws.com"
_TEMPORARY_MIB = 64
_LEAST_MEMORY_MIB = 6


def log_group_name(application: Application) -> str:
    """Return the log group of all the application's containers, for use in Sub."""
    return f"/${{AWS::StackName}}/ecs/{application.name}"


def reading_the_secret(
    application: Application, container: Container, *, arns: Arns
) -> ContainerDefinition:
    """Define a container that is told the name of the secret and reads it when it starts."""
    environment: dict[str, Value] = {}
    if container.database and application.database is not None:
        environment = {
            **_database_variables(application),
            "SECRETS": application.secret_name,
            "AWS_DEFAULT_REGION": Ref("AWS::Region"),
        }
    return ecs.container_definition(
        container,
        image=_image(application, arns),
        environment=environment,
        log_options=_log_options(Sub(log_group_name(application))),
    )


def handed_the_secret(
    application: Application, container: Container, *, arns: Arns
) -> ContainerDefinition:
    """Define a container that ECS hands the password, and that writes to its mounts and /tmp.

    Raises:
        ModelError: less memory is reserved than Docker takes today.

    """
    if container.memory < _LEAST_MEMORY_MIB:
        raise ModelError(
            f"application {application.name!r}, {container.where}: {container.memory} MiB of "
            f"memory; Docker takes {_LEAST_MEMORY_MIB} at least"
        )
    environment: Mapping[str, Value] = {}
    secrets: dict[str, Value] = {}
    if container.database and application.database is not None:
        environment = _database_variables(application)
        key = application.database.password_key
        secrets = {key: secret_value(application, key, arns=arns)}
    return ecs.container_definition(
        container,
        image=_image(application, arns),
        environment=environment,
        secrets=secrets,
        temporary_mib=_TEMPORARY_MIB,
        log_options=_log_options(Ref(ids.LOG_GROUP)),
    )


def secret_reader(application: Application, *, arns: Arns) -> list[AWSObject]:
    """Make the containers' role, which may read the application's secrets."""
    secrets = arns.regional("secretsmanager", f"secret:{application.secret_prefix}*")
    return [
        iam.role(
            ids.TASK_ROLE,
            trust=trust(_TASKS),
            policies={
                "SecretsManagerPermissions": document(
                    duties.get_secrets(secrets),
                    keys.decrypt_secrets(exports.take(exports.SECRETS_KEY)),
                )
            },
        )
    ]


def task_and_execution_roles(application: Application, *, arns: Arns) -> list[AWSObject]:
    """Make the containers' role, which may do nothing, and the one with which ECS starts them."""
    repository = arns.regional("ecr", f"repository/{application.image_repository_name}")
    statements = [
        *duties.pull_images(repository),
        duties.write_logs(GetAtt(ids.LOG_GROUP, "Arn"), sid="WriteLogs"),
    ]
    if application.database is not None:
        statements += [
            duties.get_secrets(secret_arn(application, arns=arns)),
            keys.decrypt_secrets(
                exports.take(exports.key(application.name)),
                through=Sub(f"secretsmanager.${{AWS::Region}}.{arns.suffix}"),
            ),
        ]
    trusted = trust(_TASKS, from_account(Ref("AWS::AccountId"), arns.regional("ecs", "*")))
    return [
        iam.role(ids.TASK_ROLE, description=f"Containers of {application.name}", trust=trusted),
        iam.role(
            ids.EXECUTION_ROLE,
            description=f"ECS, starting containers of {application.name}",
            trust=trusted,
            policies={"ExecutionPermissions": document(*statements)},
        ),
    ]


def _image(application: Application, arns: Arns) -> Value:
    return arns.image(application.image_repository_name, f"${{{ids.IMAGE_TAG}}}")


def _database_variables(application: Application) -> dict[str, Value]:
    if application.database is None:
        return {}
    return {
        "MYSQL_HOST": GetAtt(ids.DATABASE, "Endpoint.Address"),
        "MYSQL_USER": application.database.username,
        "MYSQL_DATABASE": application.database.name,
    }


def _log_options(group: Value) -> dict[str, Value]:
    return {
        "awslogs-group": group,
        "awslogs-region": Ref("AWS::Region"),
        "awslogs-stream-prefix": "docker",
    }
