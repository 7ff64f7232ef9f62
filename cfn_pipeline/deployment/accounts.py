"""The accounts and regions of a deployment: each is reached by a profile, and is the right one."""

from collections.abc import Iterator, Mapping, Sequence

from cfn_pipeline.deployment.account import Account
from cfn_pipeline.deployment.planning import Step
from cfn_pipeline.deployment.stacks import Stacks
from cfn_pipeline.errors import DeploymentError
from cfn_pipeline.files.makefile import Place, Target


class Accounts:
    """The accounts of an application's stacks.

    ``Accounts(targets, profiles={"prod": "orders-prod"}).of(target.place).client("s3")``

    Args:
        targets: all stacks of the application.
        region: of the pipeline; None: that of the application, or of the AWS CLI.
        profile: for places that have none; None: the default one.
        profiles: by the name of an environment, in place of its own.

    Raises:
        DeploymentError: a profile is for an unknown environment, the region is another one than
            the application's, or AWS cannot be called.

    """

    def __init__(
        self,
        targets: Sequence[Target],
        *,
        region: str | None = None,
        profile: str | None = None,
        profiles: Mapping[str, str] | None = None,
    ) -> None:
        self._profile = profile
        self._profiles = profiles or {}
        self._accounts: dict[tuple[str | None, str], Account] = {}
        self._stacks: dict[Account, Stacks] = {}
        self._verified: set[Place] = set()
        places = [target.place for target in targets]
        environments = dict.fromkeys(place.name for place in places if place.name is not None)
        for name in self._profiles:
            if name not in environments:
                existing = ", ".join(environments) or "the NAME of a profile alone"
                raise DeploymentError(f"unknown environment {name!r} in --profile: use {existing}")
        home = next((place for place in places if place.is_home), Place())
        if None not in (region, home.region) and region != home.region:
            raise DeploymentError(
                f"the pipeline is in region {home.region} (got --region {region}); remove --region"
            )
        self.home = Account(region=region or home.region, profile=profile)
        self._accounts[profile, self.home.region] = self.home

    def of(self, place: Place) -> Account:
        """Return the account of a place, in its region.

        Raises:
            DeploymentError: the credentials are of another account, or AWS cannot be called.

        """
        key = (self._profile_of(place), place.region or self.home.region)
        if key not in self._accounts:
            profile, region = key
            self._accounts[key] = Account(region=region, profile=profile)
        account = self._accounts[key]
        if place not in self._verified:
            self._verify(place, account)
            self._verified.add(place)
        return account

    def stacks(self, target: Target) -> Stacks:
        """Return the stacks of the account and region in which a target is."""
        account = self.of(target.place)
        if account not in self._stacks:
            self._stacks[account] = Stacks(account)
        return self._stacks[account]

    def with_home(self, step: Step) -> Step:
        """Return a step with the values of the parameters that say where the pipeline is.

        Those that the application names are the defaults; the others are of the credentials.
        """
        values = {}
        for name, what in step.target.home_parameters.items():
            if step.value(name) is None:
                default = step.declared[name].get("Default")
                if default is None:
                    default = self.home.number if what == "account" else self.home.region
                values[name] = str(default)
        return step.with_values(values)

    def with_outputs(self, step: Step, targets: Sequence[Target]) -> Step:
        """Return a step with the values of parameters that outputs of other stacks give.

        Raises:
            DeploymentError: such a stack does not exist.

        """
        values = {}
        for parameter, (name, output) in step.target.outputs.items():
            source = next(target for target in targets if target.name == name)
            value = step.value(parameter) or self._output(source, output)
            if value is None:
                raise DeploymentError(
                    f"{step.target.file} needs {parameter}, an output of the stack "
                    f"{source.stack}, which does not exist; deploy {name} first"
                )
            values[parameter] = value
        return step.with_values(values)

    def _output(self, target: Target, name: str) -> str | None:
        """Return an output of a target's stack; None: it does not have it, or does not exist."""
        described = self.stacks(target).find(target.stack) or {}
        outputs = {o["OutputKey"]: str(o["OutputValue"]) for o in described.get("Outputs", [])}
        return outputs.get(name)

    def _profile_of(self, place: Place) -> str | None:
        return self._profiles.get(place.name or "") or place.profile or self._profile

    def _verify(self, place: Place, account: Account) -> None:
        """Compare the account of the credentials with that of the place.

        Raises:
            DeploymentError: they differ.

        """
        wanted = place.account or self.home.number
        if account.number == wanted:
            return
        profile = self._profile_of(place)
        used = "the default credentials are" if profile is None else f"profile {profile!r} is"
        where, way_out = "the pipeline", "--profile NAME"
        if place.name is not None:
            where = f"environment {place.name!r}"
            way_out = f"profile: in the environment, or --profile {place.name}=NAME"
        raise DeploymentError(
            f"{where} is in account {wanted}, and {used} of account {account.number}; use {way_out}"
        )


def region_problems(targets: Sequence[Target], region: str) -> Iterator[str]:
    """Yield buckets for another region which are in that of the pipeline.

    Args:
        targets: what is deployed.
        region: of the pipeline.

    """
    for target in targets:
        place = target.place
        if place.name is None and not place.is_home and place.region == region:
            yield (
                f"{target.file}: the pipeline itself is in {region}; add region: {region} to the "
                "application, or deploy the pipeline in another region"
            )
