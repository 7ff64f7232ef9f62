"""An account: of the local AWS, of another emulator on this machine, or of AWS.

The one place that creates clients of AWS's APIs.
"""

import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from cfn_pipeline.errors import RehearsalError

#: The number of the local account.
LOCAL_NUMBER = "123456789012"

_LOOPBACK = ("localhost", "127.0.0.1", "::1", "localhost.localstack.cloud")


_LOCK = threading.Lock()


@cache
def _session() -> Any:
    """Return the session of this process, which reads the descriptions of services once."""
    import boto3

    return boto3.session.Session()


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account and a region.

    Args:
        number: its twelve digits.
        region: the region of its clients.
        endpoint: the URL of an emulator; None: AWS.

    """

    number: str
    region: str
    endpoint: str | None
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service; each call returns the same one."""
        from botocore.config import Config

        with _LOCK:  # sessions are not thread-safe
            if service not in self._clients:
                config = Config(retries={"mode": "standard"}, s3={"addressing_style": "path"})
                keys = {} if self.endpoint is None else _DUMMY_KEYS
                self._clients[service] = _session().client(
                    service,
                    region_name=self.region,
                    endpoint_url=self.endpoint,
                    config=config,
                    **keys,
                )
            return self._clients[service]

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables by which programs find the account."""
        variables = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.endpoint is None:
            return variables
        return variables | {
            "AWS_ACCESS_KEY_ID": _DUMMY_KEYS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": _DUMMY_KEYS["aws_secret_access_key"],
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


#: Keys of no account: AWS refuses a call that reaches it by mistake.
_DUMMY_KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def endpoint_account(url: str, region: str) -> Account:
    """Return the account of an emulator on this machine.

    Raises:
        RehearsalError: the URL is not on this machine, or no AWS API answers there.

    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK:
        raise RehearsalError(
            f"invalid --endpoint-url {url}: use a URL of this machine, such as "
            "http://127.0.0.1:4566 (for AWS: --live)"
        )
    unnumbered = Account(number="", region=region, endpoint=url)
    return Account(number=_number(unnumbered, f"--endpoint-url {url}"), region=region, endpoint=url)


def live_account(number: str, region: str) -> Account:
    """Return the account of AWS to which the credentials of this machine belong.

    Raises:
        RehearsalError: there are no credentials, or they belong to another account.

    """
    account = Account(number=number, region=region, endpoint=None)
    actual = _number(account, f"--live {number}")
    if actual != number:
        raise RehearsalError(
            f"--live {number}: the credentials of this machine belong to account {actual}; nothing "
            "has been changed"
        )
    return account


def _number(account: Account, where: str) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return str(account.client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise RehearsalError(f"{where}: no AWS API answers: {error}") from error
