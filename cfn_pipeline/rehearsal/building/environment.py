"""The environment of a build.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from cfn_pipeline.buildspec.reading import Buildspec
from cfn_pipeline.rehearsal.building.project import Variable
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.outcome import ActionFailed

__all__ = ["Lookup", "given", "of_this_machine"]

#: What a build may know of this machine: how to speak, and how to reach the network.
_KEPT = ("LANG", "LANGUAGE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_KEPT_BEGINNINGS = ("LC_",)
_KEPT_ENDINGS = ("_proxy", "_PROXY")

#: Without a local AWS, tools find the account as they do outside of a build.
_CREDENTIALS = ("AWS_", "BOTO")


def of_this_machine(*, credentials: bool) -> dict[str, str]:
    """Return the variables that a build inherits.

    Args:
        credentials: whether those are among them by which tools find an account.

    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT
        or name.startswith(_KEPT_BEGINNINGS)
        or name.endswith(_KEPT_ENDINGS)
        or (credentials and name.startswith(_CREDENTIALS))
    }
    if credentials:  # a build has a home of its own
        home = Path.home() / ".aws"
        kept.setdefault("AWS_CONFIG_FILE", str(home / "config"))
        kept.setdefault("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
    return kept


def given(
    buildspec: Buildspec,
    project: Iterable[Variable],
    action: Iterable[Variable],
    lookup: "Lookup",
) -> dict[str, str]:
    """Return the variables that are set for a build; the action's win over all others.

    Raises:
        ActionFailed: a parameter or secret that is not there.

    """
    said = [Variable(name=name, value=value) for name, value in buildspec.variables.items()]
    for kind, entries in (
        ("PARAMETER_STORE", buildspec.parameter_store),
        ("SECRETS_MANAGER", buildspec.secrets_manager),
    ):
        said += [Variable(name=name, value=where, type=kind) for name, where in entries.items()]
    winning = {variable.name: variable for variable in (*said, *project, *action)}
    return {name: lookup.value(variable) for name, variable in winning.items()}


class Lookup:
    """Looks parameters and secrets up.

    Args:
        account: whose they are.
        make_up: makes up what is not there, and says so; None: what is not there is lacking.

    """

    def __init__(self, account: Account, make_up: Callable[[str], str] | None) -> None:
        self._account = account
        self._make_up = make_up

    def value(self, variable: Variable) -> str:
        """Return the value of a variable.

        Raises:
            ActionFailed: it is not there.

        """
        from botocore.exceptions import ClientError

        if variable.type == "PLAINTEXT":
            return variable.value
        ask = self._parameter if variable.type == "PARAMETER_STORE" else self._secret
        try:
            return ask(variable.value)
        except ClientError as error:
            if self._make_up is not None and "NotFound" in str(error.response["Error"]["Code"]):
                return self._make_up(f"{variable.type} {variable.value} (for {variable.name})")
            raise ActionFailed(
                f"{variable.type} {variable.value} of the variable {variable.name}: {error}"
            ) from error

    def _parameter(self, name: str) -> str:
        ssm = self._account.client("ssm")
        return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])

    def _secret(self, reference: str) -> str:
        # secret-id:json-key:version-stage:version-id, where an ARN has colons of its own
        parts = reference.split(":")
        if reference.startswith("arn:"):
            parts = [":".join(parts[:7]), *parts[7:]]
        name, key, stage, version = (*parts, "", "", "")[:4]
        said: dict[str, Any] = {"SecretId": name}
        said |= {"VersionStage": stage} if stage else {}
        said |= {"VersionId": version} if version else {}
        text = str(self._account.client("secretsmanager").get_secret_value(**said)["SecretString"])
        if not key:
            return text
        try:
            found: Mapping[str, Any] = json.loads(text)
            return str(found[key])
        except (ValueError, KeyError, TypeError) as error:
            raise ActionFailed(f"the secret {name} has no key {key}") from error
