"""Environments: where an application is deployed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, field

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action
from cfn_pipeline.model.approval import Approval
from cfn_pipeline.model.validated import Validated


@frozen(kw_only=False)
class Environment(Validated):
    """One environment, deployed as one stack, in one stage of the pipeline.

    What it says of parameters wins over its configuration file, which people fill in. ::

        Environment("prod", approval=True, desired_count=2)

    Args:
        name: names the configuration file (``dev``: ``dev.json``) and ``make deploy/dev``.
        approval: whether a person approves each deployment, with a change set to look at; or an
            ``Approval``, which says what that person is told.
        stage: the stage's name; absent: ``name`` with a capital letter.
        stack: the stack's name; absent: ``<application>-<environment>``.
        vpc_id: the VPC; absent: the parameter VpcId has no value until you set it.
        subnets: at least two subnets, in two availability zones; empty: the parameter
            ApplicationSubnets has no value until you set it.
        private_subnets: at least two private subnets, where tasks run in such; empty: the
            parameter PrivateSubnets has no value until you set it.
        desired_count: how many tasks the service starts with, which is the fewest where it is
            scaled; absent: the application's ``minimum_tasks``, and two at least where it is
            protected.
        protected: whether a standby of the database runs, its backups are kept for a week, and
            database and load balancer cannot be deleted; absent: the value of ``approval``, but
            they can be deleted until you set the parameter DeletionProtection, after the first
            deployment.
        before: actions that run before the deployment, one after another; empty: none.
        after: actions that run after it, such as a test; empty: none.
        parameters: further parameters of the stack, for the configuration file; empty: none.
        account: the AWS account, 12 digits, in which it is deployed; absent: that of the pipeline.
        region: the region, such as ``eu-west-1``; absent: that of the pipeline.
        profile: the profile of the AWS CLI with which ``cfn-pipeline deploy`` and ``make`` reach
            the account; absent: the default one.

    """

    name: str
    _: KW_ONLY
    approval: bool | Approval = False
    stage: str | None = None
    stack: str | None = None
    vpc_id: str | None = None
    subnets: Sequence[str] = ()
    private_subnets: Sequence[str] = ()
    desired_count: int | None = None
    protected: bool | None = None
    before: Sequence[Action] = ()
    after: Sequence[Action] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    region: str | None = None
    profile: str | None = None

    @property
    def stage_name(self) -> str:
        """The stage of the pipeline that deploys it."""
        return self.name.capitalize() if self.stage is None else self.stage

    @property
    def is_protected(self) -> bool:
        """Whether the failure of an instance or of a database does not end the service."""
        return bool(self.approval) if self.protected is None else self.protected

    @property
    def where(self) -> str:
        """How messages call the environment."""
        return f"environment {self.name!r}"

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the environment by itself."""
        where = self.where
        yield from name_forms.ENVIRONMENT.problems(self.name, where)
        yield from name_forms.APPLICATION_STACK.problems(self.stack, where)
        yield from name_forms.ACCOUNT.problems(self.account, where)
        yield from name_forms.REGION.problems(self.region, where)
        yield from name_forms.PROFILE.problems(self.profile, where)
        yield from name_forms.VPC.problems(self.vpc_id, where)
        for subnet in (*self.subnets, *self.private_subnets):
            yield from name_forms.SUBNET.problems(subnet, where)
        yield from name_forms.STAGE.problems(self.stage_name, where)
        for name in self.parameters:
            yield from name_forms.PARAMETER.problems(name, where)
        for name in ("subnets", "private_subnets"):
            if len(getattr(self, name)) == 1:
                yield f"{where}: {name} has one subnet; use two, in two availability zones"
        if self.desired_count is not None and self.desired_count < 0:
            yield f"{where}: desired_count must be 0 or more (got {self.desired_count})"
