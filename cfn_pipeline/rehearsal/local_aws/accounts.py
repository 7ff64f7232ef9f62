"""The accounts and regions of a pipeline: its own, and those in which its actions work."""

import threading
from collections.abc import Callable
from dataclasses import replace

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.local_aws.account import Account


class Accounts:
    """The accounts of a rehearsal.

    Args:
        home: the pipeline's account, in its region.
        key_of: returns the access key of another account of the local AWS, by its number; None:
            only the pipeline's account can be used.

    """

    def __init__(self, home: Account, key_of: Callable[[str], str] | None = None) -> None:
        self.home = home
        self._key_of = key_of
        self._lock = threading.Lock()
        self._accounts = {(home.number, home.region): home}

    def at(self, number: str | None = None, region: str | None = None) -> Account:
        """Return an account in a region; None: those of the pipeline.

        Raises:
            RehearsalError: it is another account, and not of the local AWS.

        """
        place = (number or self.home.number, region or self.home.region)
        with self._lock:
            if place not in self._accounts:
                self._accounts[place] = self._made(*place)
            return self._accounts[place]

    def _made(self, number: str, region: str) -> Account:
        if number == self.home.number:
            return replace(self.home, region=region)
        if self._key_of is None:
            raise RehearsalError(
                f"account {number} is another than the pipeline's ({self.home.number}), and only "
                "the local AWS has several accounts; rehearse without --live and --endpoint-url"
            )
        return replace(self.home, number=number, region=region, key=self._key_of(number))
