"""Where an application runs: one stack for each environment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.model.validated import Validated

__all__ = ["Environment"]


@dataclass(frozen=True)
class Environment(Validated):
    """One environment, deployed as one stack, in one stage of the pipeline.

    Args:
        name: names the configuration file (``dev`` makes ``dev.json``) and ``make deploy/dev``.
        approval: whether a person approves each deployment, looking at a change set.
        stage: the stage's name; absent: the environment's, with a capital letter.
        stack: the name of the stack that the pipeline deploys; absent:
            ``<application>-<environment>``.
        vpc_id: the VPC; absent: whoever deploys must say the parameter VpcId.
        subnets: at least two subnets, in two zones; absent: whoever deploys must say them.
        desired_count: how many tasks the service starts with, and in the current edition the
            fewest; absent: the application's ``minimum_tasks``.
        protected: whether its database and load balancer refuse to be deleted, and a second
            database stands by; absent: where a person approves. The book edition has none of it.
        parameters: further parameters of the application's stack, for the configuration file.

    """

    name: str
    _: KW_ONLY
    approval: bool = False
    stage: str | None = None
    stack: str | None = None
    vpc_id: str | None = None
    subnets: Sequence[str] = ()
    desired_count: int | None = None
    protected: bool | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def stage_name(self) -> str:
        """The stage of the pipeline that deploys it."""
        return self.name.capitalize() if self.stage is None else self.stage

    @property
    def is_protected(self) -> bool:
        """Whether what holds data refuses to be deleted."""
        return self.approval if self.protected is None else self.protected

    @property
    def where(self) -> str:
        """How messages call the environment."""
        return f"environment {self.name!r}"

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the environment by itself."""
        where = self.where
        yield from names.ENVIRONMENT.problems(self.name, where)
        yield from names.APPLICATION_STACK.problems(self.stack, where)
        yield from names.VPC.problems(self.vpc_id, where)
        for subnet in self.subnets:
            yield from names.SUBNET.problems(subnet, where)
        yield from names.STAGE.problems(self.stage_name, where)
        for name in self.parameters:
            yield from names.PARAMETER.problems(name, where)
        if len(self.subnets) == 1:
            yield f"{where}: one subnet; a load balancer wants two, in two availability zones"
        if self.desired_count is not None and self.desired_count < 0:
            yield f"{where}: the desired count is {self.desired_count}; give 0 or more"
