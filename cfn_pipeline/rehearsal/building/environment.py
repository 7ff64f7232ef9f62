"""The environment variables of a build.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cfn_pipeline.buildspec.reading import Buildspec
from cfn_pipeline.rehearsal.building.project import Variable, require_valid
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.outcome import ActionFailed


def build_variables(
    buildspec: Buildspec,
    project: Iterable[Variable],
    action: Iterable[Variable],
    lookup: "Lookup",
) -> dict[str, str]:
    """Return the variables of buildspec, project and action; later ones override earlier ones.

    Raises:
        ActionFailed: a parameter or secret does not exist, or a variable is invalid.

    """
    variables = [Variable(name=name, value=value) for name, value in buildspec.variables.items()]
    for kind, entries in (
        ("PARAMETER_STORE", buildspec.parameter_store),
        ("SECRETS_MANAGER", buildspec.secrets_manager),
    ):
        variables += [Variable(name=name, value=id_, type=kind) for name, id_ in entries.items()]
    effective = {variable.name: variable for variable in (*variables, *project, *action)}
    values = {name: lookup.value(variable) for name, variable in effective.items()}
    require_valid(values)
    return values


class Lookup:
    """Looks up parameters and secrets.

    Args:
        account: the account with them.
        placeholder: returns a value for what does not exist; None: that is an error.

    """

    def __init__(self, account: Account, placeholder: Callable[[str], str] | None) -> None:
        self._account = account
        self._placeholder = placeholder

    def value(self, variable: Variable) -> str:
        """Return the value of a variable.

        Raises:
            ActionFailed: it does not exist.

        """
        from botocore.exceptions import ClientError

        if variable.type == "PLAINTEXT":
            return variable.value
        read = self._parameter if variable.type == "PARAMETER_STORE" else self._secret
        try:
            return read(variable.value)
        except ClientError as error:
            if self._placeholder is not None and "NotFound" in str(error.response["Error"]["Code"]):
                return self._placeholder(f"{variable.type} {variable.value} (for {variable.name})")
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
        request: dict[str, Any] = {"SecretId": name}
        request |= {"VersionStage": stage} if stage else {}
        request |= {"VersionId": version} if version else {}
        text = str(
            self._account.client("secretsmanager").get_secret_value(**request)["SecretString"]
        )
        if not key:
            return text
        try:
            values: Mapping[str, Any] = json.loads(text)
            return str(values[key])
        except (ValueError, KeyError, TypeError) as error:
            raise ActionFailed(f"the secret {name} has no key {key}") from error
