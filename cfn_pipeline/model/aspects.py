"""What the stack of an application is made of, beside compute and database."""

from collections.abc import Sequence

from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.validated import Validated


@frozen
class Network(Validated):
    """The VPC and subnets in which everything runs, which are parameters of the stack."""


@frozen
class Service(Validated):
    """An ECS service.

    Args:
        containers: of each task, the one that answers requests first.
        minimum_tasks: the default of the number of tasks.

    """

    containers: Sequence[Container]
    minimum_tasks: int


@frozen
class Tasks(Validated):
    """What the tasks of an application need that has no service."""


@frozen
class Migration(Validated):
    """A task that runs before each deployment of the service; its failure fails the deployment."""

    container: Container


@frozen
class GeneratedSecret(Validated):
    """A secret with a random password under ``key``."""

    key: str


@frozen
class ExistingSecret(Validated):
    """A secret that exists under ``name``, a JSON object with a password under ``key``."""

    name: str
    key: str
