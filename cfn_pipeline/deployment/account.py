"""The account and region of AWS in which stacks are deployed."""

import contextlib
import os
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from cfn_pipeline import details
from cfn_pipeline.errors import DeploymentError


class Account:
    """The account of the credentials that this machine has, in a region.

    Args:
        region: such as eu-west-1; None: that of AWS_REGION, AWS_DEFAULT_REGION or the profile.
        profile: a profile of the AWS CLI; None: the default one.

    Raises:
        DeploymentError: boto3 is not installed, the profile does not exist, or no region is
            configured.

    """

    def __init__(self, *, region: str | None = None, profile: str | None = None) -> None:
        try:
            from boto3.session import Session
        except ImportError as error:
            raise DeploymentError(
                "deploy needs boto3; run pip install 'cfn-pipeline[deploy]'"
            ) from error
        with refusing():
            self._session = Session(
                region_name=region or os.environ.get("AWS_REGION"), profile_name=profile
            )
        self._session.events.register("before-call", details.tell_call)
        if self._session.region_name is None:
            raise DeploymentError("no region is configured; add --region, or set AWS_REGION")
        self.region: str = self._session.region_name
        self._profile = profile
        self._clients: dict[str, Any] = {}

    def at(self, region: str | None) -> "Account":
        """Return the account in a region; None: in the same."""
        return self if region is None else Account(region=region, profile=self._profile)

    def client(self, service: str) -> Any:
        """Return the client of a service; each call returns the same one."""
        if service not in self._clients:
            from botocore.config import Config

            config = Config(retries={"mode": "standard", "max_attempts": 8})
            with refusing():
                self._clients[service] = self._session.client(service, config=config)
        return self._clients[service]

    @cached_property
    def number(self) -> str:
        """The account's twelve digits.

        Raises:
            DeploymentError: the credentials are missing or invalid.

        """
        with refusing():
            return str(self.client("sts").get_caller_identity()["Account"])


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Turn errors of AWS and of the connection to it into one message.

    Raises:
        DeploymentError: a call has failed.

    """
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        yield
    except NoCredentialsError as error:
        raise DeploymentError(
            "no credentials of AWS are configured; run aws configure or aws sso login, or add "
            "--profile"
        ) from error
    except ClientError as error:
        raise DeploymentError(f"{error.operation_name}: {message_of(error)}") from error
    except BotoCoreError as error:
        raise DeploymentError(f"AWS cannot be called: {error}") from error


def message_of(error: Any) -> str:
    """Return AWS's message, without what botocore adds to it."""
    return str(error.response["Error"].get("Message") or error)
