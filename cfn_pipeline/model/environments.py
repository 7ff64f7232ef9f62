"""The environments of an application: their names, and in which accounts and regions they are."""

from collections.abc import Iterator, Sequence

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.regions import partition_of
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.validated import repeated


@frozen(kw_only=False)
class Places(Frozen):
    """Where the environments of an application are.

    ``application.places.account(application.environment("prod"))``

    Args:
        environments: all of them.
        account_of_pipeline: None: it is not known, so an account that is named is another.
        region_of_pipeline: likewise.

    """

    environments: Sequence[Environment]
    account_of_pipeline: str | None = None
    region_of_pipeline: str | None = None

    def account(self, environment: Environment) -> str | None:
        """Return the account of an environment; None: that of the pipeline."""
        other = environment.account != self.account_of_pipeline
        return environment.account if other else None

    def region(self, environment: Environment) -> str | None:
        """Return the region of an environment; None: that of the pipeline."""
        return environment.region if environment.region != self.region_of_pipeline else None

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts other than the pipeline's, each once."""
        return tuple(dict.fromkeys(a for e in self.environments if (a := self.account(e))))

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions other than the pipeline's in which an action runs, each once."""
        regions = dict.fromkeys(map(self.region, self.environments))
        actions = (a for e in self.environments for a in (*e.before, *e.after))
        regions |= dict.fromkeys(action.region for action in actions)
        return tuple(region for region in regions if region is not None)

    @property
    def is_home_only(self) -> bool:
        """Whether every environment is in the account and region of the pipeline."""
        return not any(self.account(e) or self.region(e) for e in self.environments)


def environment_problems(
    where: str, places: Places, stacks: Sequence[str], *, maximum_tasks: int
) -> Iterator[str]:
    """Yield what is wrong with the environments of an application together.

    Args:
        where: how messages call the application.
        places: of the environments.
        stacks: the names of their stacks.
        maximum_tasks: of the application.

    """
    environments = places.environments
    if not environments:
        yield f"{where}: environments is empty; add one, such as Environment('dev')"
    in_accounts: dict[str | None, dict[str, str]] = {}
    for environment, stack in zip(environments, stacks, strict=True):
        count = environment.desired_count
        if count is not None and count > maximum_tasks:
            yield (
                f"{where}, {environment.where}: desired_count ({count}) is greater than "
                f"maximum_tasks ({maximum_tasks})"
            )
        if environment.stack is None:
            yield from name_forms.APPLICATION_STACK.problems(stack, where)
        for action in (*environment.before, *environment.after):
            if action.region is not None and action.region == places.region_of_pipeline:
                yield (
                    f"{where}, {environment.where}, {action.where}: region {action.region} is that "
                    "of the pipeline; remove it"
                )
        in_accounts.setdefault(places.account(environment), {})[environment.name] = stack
    yield from repeated(f"{where}: environment name", [e.name for e in environments])
    # The same stage and stack follow from the same name.
    stages = {e.name: e.stage_name for e in environments}
    yield from repeated(f"{where}: stage", [*stages.values()])
    regions = [r for r in (places.region_of_pipeline, *(e.region for e in environments)) if r]
    if len({partition_of(region) for region in regions}) > 1:
        yield (
            f"{where}: the regions {', '.join(dict.fromkeys(regions))} are in several partitions "
            "of AWS, and accounts of one cannot reach another; use an application for each "
            "partition"
        )
    for names in in_accounts.values():
        yield from repeated(f"{where}: stack name", [*names.values()])
