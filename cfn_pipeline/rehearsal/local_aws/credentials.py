"""The credentials of the run, in what the emulator hands out: to functions, and in URLs.

It uses private names of the emulator, so setup.cfg pins its version.
"""

import os
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import iam, lambda_svc, sts
from ministack.services.cloudformation import custom_resource, wait_conditions

from cfn_pipeline.rehearsal.local_aws.access import CREDENTIAL


def hand_out(key: str) -> None:
    """Let functions have the credentials of the run, and URLs carry them."""

    def of_functions(_config: Mapping[str, Any]) -> dict[str, str]:
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        return {**{name: os.environ[name] for name in names}, "AWS_SESSION_TOKEN": ""}

    for module in (lambda_runtime, lambda_svc):
        module.execution_credentials = of_functions
    _sign(custom_resource, "_response_url", key)
    _sign(wait_conditions, "handle_url", key)
    _sign(lambda_svc, "_presigned_code_url", key)
    _sign(lambda_svc, "_layer_content_url", key)


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
