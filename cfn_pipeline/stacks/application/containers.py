"""How the application's containers are run: image, variables, logs, and what they may do."""

from collections.abc import Callable
from typing import TypeAlias

from troposphere import GetAtt, Ref, Sub
from troposphere.ecs import ContainerDefinition
from troposphere.iam import Role

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies import application as duties
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources import ecs, iam
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.arns import Arns, image

__all__ = ["Define", "log_group_name", "reading_the_secret", "secret_reader"]

#: Makes a container's definition from what the application says of it.
Define: TypeAlias = Callable[[Application, Container], ContainerDefinition]


def log_group_name(application: Application) -> Value:
    """Return the log group of all the application's containers."""
    return Sub(f"/${{AWS::StackName}}/ecs/{application.name}")


def reading_the_secret(application: Application, container: Container) -> ContainerDefinition:
    """Define a container that is told the name of the secret and reads it when it starts."""
    environment: dict[str, Value] = {}
    database = application.database
    if container.database and database is not None:
        environment = {
            "MYSQL_HOST": GetAtt(ids.DATABASE, "Endpoint.Address"),
            "MYSQL_USER": database.username,
            "MYSQL_DATABASE": database.name,
            "SECRETS": application.secret_name,
            "AWS_DEFAULT_REGION": Ref("AWS::Region"),
        }
    return ecs.container_definition(
        container,
        image=image(application.image_repository_name, f"${{{ids.IMAGE_TAG}}}"),
        environment=environment,
        log_options={
            "awslogs-group": log_group_name(application),
            "awslogs-region": Ref("AWS::Region"),
            "awslogs-stream-prefix": "docker",
        },
    )


def secret_reader(application: Application, *, arns: Arns) -> Role:
    """Make the containers' role, which may read the application's secrets."""
    secrets = arns.regional("secretsmanager", f"secret:{application.secret_prefix}*")
    return iam.role(
        ids.TASK_ROLE,
        trust=trust("ecs-tasks.amazonaws.com"),
        policies={
            "SecretsManagerPermissions": document(
                duties.get_secrets(secrets),
                duties.decrypt_secrets(exports.take(exports.secrets_key())),
            )
        },
    )
