"""The accounts and regions in which the stacks of a fleet are read."""

from collections.abc import Callable
from typing import TypeVar

from cfn_pipeline.aws.regions import partition_of
from cfn_pipeline.deployment.account import Account
from cfn_pipeline.deployment.stacks import Stacks
from cfn_pipeline.errors import DeploymentError
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.permissions.protection import ROLE_PATH
from cfn_pipeline.stacks.fleet.pipeline import FleetStack

_Read = TypeVar("_Read")

#: In what AWS says to those who may not do something.
_NOT_ALLOWED = "not authorized"


class Places:
    """The stacks in all accounts and regions of a fleet.

    In another account they are read as its build reads them, with the role that a person has
    deployed there.

    Args:
        fleet: the fleet.
        home: the account of its pipeline, in its region.

    """

    def __init__(self, fleet: Fleet, home: Account) -> None:
        self._fleet = fleet
        self._home = home
        self._accounts: dict[str | None, Account] = {None: home}
        self._stacks: dict[tuple[str | None, str | None], Stacks] = {}
        #: Why accounts cannot be read, by their numbers.
        self.unread: dict[str, str] = {}
        #: Why stacks in the account of the pipeline cannot be read, by their names: those of an
        #: application that is new, until the roles are updated.
        self.refused: dict[str, str] = {}

    def read(self, stack: FleetStack, what: Callable[[Stacks], _Read | None]) -> _Read | None:
        """Return what is read of the stacks where one of them is; None: it may not be read.

        Raises:
            DeploymentError: AWS cannot be called.

        """
        there = self._of(stack)
        if there is None:
            return None
        try:
            return what(there)
        except DeploymentError as error:
            if _NOT_ALLOWED not in str(error):
                raise
            unread, name = self.unread, stack.account
            if name is None:
                unread, name = self.refused, stack.stack
            unread[name] = str(error)
            return None

    def _of(self, stack: FleetStack) -> Stacks | None:
        key = (stack.account, stack.region)
        if stack.account is not None and not self._is_known(stack.account):
            self._open(stack.account)
        if stack.account in self.unread:
            return None
        if key not in self._stacks:
            self._stacks[key] = Stacks(self._accounts[stack.account].at(stack.region))
        return self._stacks[key]

    def _is_known(self, account: str) -> bool:
        return account in self._accounts or account in self.unread

    def _open(self, account: str) -> None:
        partition = partition_of(self._home.region)
        name = f"role{ROLE_PATH}{self._fleet.reading_role_name}"
        try:
            there = self._home.acting_as(f"arn:{partition}:iam::{account}:{name}")
        except DeploymentError as error:
            self.unread[account] = str(error)
        else:
            self._accounts[account] = there
