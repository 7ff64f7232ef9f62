"""The credentials of the run, in what the emulator hands out: to functions, and in URLs.

It uses private names of the emulator, so setup.cfg pins its version.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from ministack.core import lambda_runtime, responses
from ministack.services import iam, lambda_svc, sts
from ministack.services.cloudformation import custom_resource, wait_conditions

from cfn_pipeline.rehearsal.local_aws.access import CREDENTIAL

#: The place of the account in an ARN.
_ACCOUNT = 4


def hand_out(key: str) -> None:
    """Let functions have the credentials of the run, and URLs carry them."""

    def of_functions(config: Mapping[str, Any]) -> dict[str, str]:
        fields = str(config.get("FunctionArn", "")).split(":")
        own = key_of(fields[4]) if len(fields) > _ACCOUNT else key
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        return {**dict.fromkeys(names, own), "AWS_SESSION_TOKEN": ""}

    for module in (lambda_runtime, lambda_svc):
        module.execution_credentials = of_functions
    _sign(custom_resource, "_response_url", key)
    _sign(wait_conditions, "handle_url", key)
    _sign(lambda_svc, "_presigned_code_url", key)
    _sign(lambda_svc, "_layer_content_url", key)


def key_of(number: str) -> str:
    """Return an access key of an account: that of the run, or of a session."""
    own = os.environ["AWS_ACCESS_KEY_ID"]
    if number == os.environ["MINISTACK_ACCOUNT_ID"]:
        return own
    key = f"{own}{number}"
    arn = f"arn:aws:sts::{number}:assumed-role/rehearsal/rehearsal"
    sts.register_session(key, {"Arn": arn, "SecretAccessKey": key})
    return key


@contextlib.contextmanager
def acting_in(number: str, region: str) -> Iterator[None]:
    """Act in an account and region while the block runs, as a request does."""
    account, before = responses.get_account_id(), responses.get_region()
    responses.set_request_account_id(number)
    responses.set_request_region(region)
    try:
        yield
    finally:
        responses.set_request_account_id(account)
        responses.set_request_region(before)


def _sign(module: ModuleType, name: str, key: str) -> None:
    """Let a function that returns a URL return one with the access key."""
    function: Callable[..., str] = getattr(module, name)

    def signed(*arguments: Any) -> str:
        url = function(*arguments)
        return f"{url}{'&' if '?' in url else '?'}{CREDENTIAL}={key}"

    setattr(module, name, signed)


def is_issued(key: str) -> bool:
    """Return whether the emulator has issued an access key: of a session, or of an IAM user."""
    return key in sts._sessions or any(key == name for _, name in iam._access_keys._data)
