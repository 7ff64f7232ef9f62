"""The account and region of AWS in which stacks are deployed."""

import contextlib
import copy
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from cfn_pipeline import details
from cfn_pipeline.errors import DeploymentError


class Account:
    """The account of the credentials that this machine has, in a region.

    The credentials are got at once: for some, a code is asked for at the terminal.

    Args:
        region: such as eu-west-1; None: that of AWS_REGION, AWS_DEFAULT_REGION or the profile.
        profile: a profile of the AWS CLI; None: the default one.
        keys: what a role's session has, as boto3 names it; empty: those of the profile.

    Raises:
        DeploymentError: boto3 is not installed, the profile does not exist or has no valid
            credentials, or no region is configured.

    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        try:
            from boto3.session import Session
        except ImportError as error:
            raise DeploymentError(
                "deploy needs boto3; run pip install 'cfn-pipeline[deploy]'"
            ) from error
        with _configured():
            self._session = Session(
                region_name=region or os.environ.get("AWS_REGION"),
                profile_name=profile,
                **(keys or {}),
            )
        self._session.events.register("before-call", details.tell_call)
        if self._session.region_name is None:
            raise DeploymentError("no region is configured; add --region, or set AWS_REGION")
        self.region: str = self._session.region_name
        self._clients: dict[str, Any] = {}
        with _configured():
            credentials = self._session.get_credentials()
            if credentials is not None:
                credentials.get_frozen_credentials()

    def at(self, region: str | None) -> "Account":
        """Return the account in a region; None: in the same."""
        if region is None:
            return self
        there = copy.copy(self)
        there.region, there._clients = region, {}
        return there

    def acting_as(self, role: str) -> "Account":
        """Return the account of a role, which this one may assume, in the same region.

        Args:
            role: its ARN.

        Raises:
            DeploymentError: the role cannot be assumed.

        """
        with refusing():
            answer = self.client("sts").assume_role(RoleArn=role, RoleSessionName="cfn-pipeline")
        given = answer["Credentials"]
        keys = {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
        return Account(region=self.region, keys=keys)

    def client(self, service: str) -> Any:
        """Return the client of a service; each call returns the same one."""
        if service not in self._clients:
            from botocore.config import Config

            config = Config(retries={"mode": "standard", "max_attempts": 8})
            with _configured():
                self._clients[service] = self._session.client(
                    service, region_name=self.region, config=config
                )
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


@contextlib.contextmanager
def _configured() -> Iterator[None]:
    """Turn errors in what AWS's own files and variables configure into one message.

    Some are not botocore's: of a process that gives credentials not as JSON, of an endpoint that is
    not a URL.
    """
    with refusing():
        try:
            yield
        except ValueError as error:
            raise DeploymentError(f"the configuration of AWS cannot be used: {error}") from error


def message_of(error: Any) -> str:
    """Return AWS's message, without what botocore adds to it."""
    return str(error.response["Error"].get("Message") or error)
