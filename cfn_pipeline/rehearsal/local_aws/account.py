"""An account: of the local AWS, of another emulator on this machine, or of AWS.

The one place that creates clients of AWS's APIs.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from cfn_pipeline import details
from cfn_pipeline.aws.lambda_functions import LONGEST_SECONDS
from cfn_pipeline.errors import RehearsalError

#: The number of the local account.
LOCAL_NUMBER = "123456789012"

#: What the answer of a function may take beside the function itself.
_ANSWER_SECONDS = 60

_LOOPBACK = ("localhost", "127.0.0.1", "::1", "localhost.localstack.cloud")


_LOCK = threading.Lock()


#: The access key for emulators, of no account: AWS refuses it if a call gets there by mistake.
_EMULATOR_KEY = "test"


@cache
def _session(*, local: bool) -> Any:
    """Return the session of this process, which reads the descriptions of services once.

    Args:
        local: whether it ignores what the user has configured for AWS: profiles, files, variables.

    """
    import boto3

    if not local:
        return boto3.session.Session()
    import botocore.session
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, ConstantProvider

    fixed = {"config_file": os.devnull, "credentials_file": os.devnull}
    variables = {
        name: (None, None, fixed.get(name, default), convert)
        for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    session = botocore.session.Session(variables)
    for section in ("s3", "proxies_config"):  # these have variables of their own
        session.get_component("config_store").set_config_provider(section, ConstantProvider(None))
    return boto3.session.Session(botocore_session=session)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account and a region.

    Args:
        number: its twelve digits.
        region: the region of its clients.
        endpoint: the URL of an emulator; None: AWS.
        key: the access key for the emulator.
        before_request: called before each request; it may raise an error instead.

    """

    number: str
    region: str
    endpoint: str | None
    key: str = field(default=_EMULATOR_KEY, repr=False)
    before_request: Callable[[], object] | None = field(default=None, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service; each call returns the same one."""
        from botocore.config import Config

        with _LOCK:  # sessions are not thread-safe
            if service not in self._clients:
                settings: dict[str, Any] = {"region_name": self.region}
                config = Config(retries={"mode": "standard"}, s3={"addressing_style": "path"})
                if service == "lambda":
                    # A call ends with the function; a second one would run it again.
                    config = config.merge(
                        Config(
                            read_timeout=LONGEST_SECONDS + _ANSWER_SECONDS,
                            retries={"total_max_attempts": 1},
                        )
                    )
                if self.endpoint is not None:
                    # Without a proxy: what is local stays on this machine.
                    config = config.merge(Config(proxies={}))
                    settings |= self._keys | {"endpoint_url": self.endpoint}
                session = _session(local=self.endpoint is not None)
                client = session.client(service, config=config, **settings)
                if self.endpoint is None:
                    client.meta.events.register("before-call", details.tell_call)
                if self.before_request is not None:
                    client.meta.events.register("before-send", self._before_send)
                self._clients[service] = client
            return self._clients[service]

    def _before_send(self, **_: Any) -> None:
        if self.before_request is not None:
            self.before_request()

    @property
    def _keys(self) -> dict[str, str]:
        return {"aws_access_key_id": self.key, "aws_secret_access_key": self.key}

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables by which programs find the account."""
        variables = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.endpoint is None:
            return variables
        return variables | {
            **{name.upper(): value for name, value in self._keys.items()},
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


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
        RehearsalError: credentials are missing, or belong to another account.

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
