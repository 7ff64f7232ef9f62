"""An AWS to speak to: the local one, another on this machine, or AWS itself."""

import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from cfn_pipeline.errors import RehearsalError

__all__ = ["LOCAL_NUMBER", "Account", "at_endpoint", "live"]

#: The number of the local account, which no real one has.
LOCAL_NUMBER = "123456789012"

_LOOPBACK = ("localhost", "127.0.0.1", "::1", "localhost.localstack.cloud")


_LOCK = threading.Lock()


@cache
def _session() -> Any:
    """Return the one session of this process: what it has read of services it reads once."""
    import boto3

    return boto3.session.Session()


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account, its region, and where its AWS answers.

    Args:
        number: its twelve digits.
        region: where the pipeline runs.
        endpoint: the URL of its AWS; None: AWS itself.

    """

    number: str
    region: str
    endpoint: str | None
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service, the same for each call."""
        from botocore.config import Config

        with _LOCK:  # sessions are not made for threads
            if service not in self._clients:
                said = {"retries": {"mode": "standard"}, "s3": {"addressing_style": "path"}}
                keys = {} if self.endpoint is None else _DUMMY_KEYS
                self._clients[service] = _session().client(
                    service,
                    region_name=self.region,
                    endpoint_url=self.endpoint,
                    config=Config(**said),
                    **keys,
                )
            return self._clients[service]

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which programs find the account."""
        found = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.endpoint is None:
            return found
        return found | {
            "AWS_ACCESS_KEY_ID": _DUMMY_KEYS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": _DUMMY_KEYS["aws_secret_access_key"],
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


#: Keys that no account has, so that a call that goes astray is refused.
_DUMMY_KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def at_endpoint(url: str, region: str) -> Account:
    """Return the account behind a URL of this machine.

    Raises:
        RehearsalError: the URL is none of this machine, or nothing there answers as AWS does.

    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK:
        raise RehearsalError(
            f"--endpoint-url {url}: this is no URL of this machine; give one such as "
            "http://127.0.0.1:4566 (AWS itself is --live)"
        )
    found = Account(number="", region=region, endpoint=url)
    return Account(number=_number(found, f"--endpoint-url {url}"), region=region, endpoint=url)


def live(number: str, region: str) -> Account:
    """Return an account of AWS's, to which the credentials of this machine belong.

    Raises:
        RehearsalError: there are none, or they belong to another account.

    """
    found = Account(number=number, region=region, endpoint=None)
    actual = _number(found, f"--live {number}")
    if actual != number:
        raise RehearsalError(
            f"--live {number}: the credentials of this machine belong to the account {actual}; "
            "nothing was done"
        )
    return found


def _number(account: Account, where: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return str(account.client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise RehearsalError(f"{where}: nothing there answers as AWS does: {error}") from error
