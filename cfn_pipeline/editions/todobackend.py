"""The application of "Docker in AWS", which is rendered by default."""

from dataclasses import fields, replace
from typing import ClassVar

from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.approval import Approval
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.database import MySql
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.repositories import GitHubRepository

_SETTINGS = {"DJANGO_SETTINGS_MODULE": "todobackend.settings_release"}
_PUBLIC = {"public": "/public"}

_MIGRATION = Container(
    name="migrate",
    cpu=5,
    memory=16,
    command=["python3", "manage.py", "migrate", "--no-input"],
    environment=_SETTINGS,
)

todobackend = Application(
    name="todobackend",
    source=GitHubRepository("todobackend"),
    image_repository="docker-in-aws/todobackend",
    build_image_repository="docker-in-aws/codebuild",
    container=Container(
        name="todobackend",
        cpu=1000,
        memory=395,
        port=8000,
        command=[
            "uwsgi",
            "--http=0.0.0.0:8000",
            "--module=todobackend.wsgi",
            "--master",
            "--die-on-term",
            "--processes=4",
            "--threads=2",
            "--check-static=/public",
        ],
        environment=_SETTINGS,
        mounts=_PUBLIC,
    ),
    sidecars=[
        Container(
            name="collectstatic",
            cpu=5,
            memory=16,
            command=["python3", "manage.py", "collectstatic", "--no-input"],
            environment=_SETTINGS,
            database=False,
            mounts=_PUBLIC,
            essential=False,
        )
    ],
    volumes={"public": "/data/public"},
    database=MySql(name="todobackend", username="todobackend"),
    migration=_MIGRATION,
    environments=[
        Environment("dev"),
        Environment("prod", stage="Production", approval=Approval()),
    ],
)

_BOOK_NETWORK = Environment(
    "dev",
    vpc_id="vpc-f8233a80",
    subnets=["subnet-a5d3ecee", "subnet-324e246f"],
    parameters={"ApplicationImageId": "ami-ec957491", "ApplicationImageTag": "latest"},
)


@frozen
class ContainerOf2018(Container):
    """A container on Docker as it was in 2018, whose least memory was 4 MiB."""

    least_memory: ClassVar[int] = 4


def _as_in_the_book(container: Container) -> Container:
    values = {field.name: getattr(container, field.name) for field in fields(container)}
    return ContainerOf2018(**values | {"memory": 5})


#: The same application as the book's author deployed it, in his account and network.
todobackend_of_the_book = replace(
    todobackend,
    source=GitHubRepository("todobackend", branch="master"),
    pull_accounts=["158949774536"],
    log_retention_days=7,
    container=replace(todobackend.containers[0], cpu=245),
    sidecars=[_as_in_the_book(sidecar) for sidecar in todobackend.sidecars],
    migration=_as_in_the_book(_MIGRATION),
    environments=[
        replace(_BOOK_NETWORK, stack="todobackend"),
        replace(_BOOK_NETWORK, name="prod", stage="Production", approval=True),
    ],
)
