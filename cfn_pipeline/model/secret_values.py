"""Variables of containers whose values are secret."""

import re
from collections.abc import Iterator
from dataclasses import KW_ONLY

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated

_SECRETS_MANAGER = "secretsmanager"
_FORMS = re.compile(
    r"(?P<arn>arn:[a-z-]+:(?P<service>ssm|secretsmanager):[a-z0-9-]+:[0-9]{12}:"
    r"(?:parameter/[A-Za-z0-9_./-]+|secret:[^:]+))(?::(?P<arn_key>[^:]+))?"
    r"|ssm:(?P<parameter>/?[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*)"
    r"|secretsmanager:(?P<secret>[^:]+)(?::(?P<key>[^:]+))?"
)


@frozen(kw_only=False)
class Secret(Validated):
    """A value that ECS reads when it starts a container.

    ``Secret("secretsmanager:orders/payment:API_KEY")``, ``Secret("ssm:/orders/token")``

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html

    Args:
        source: ``ssm:`` and the name of a parameter of Systems Manager, or ``secretsmanager:`` and
            the name of a secret; or the ARN of either. ``:KEY`` after a secret: the value of that
            key, where the secret is a JSON object; absent: the whole secret.
        encryption_key: the ARN of the KMS key with which it is encrypted; absent: AWS's own key,
            aws/ssm or aws/secretsmanager.

    """

    source: str
    _: KW_ONLY
    encryption_key: str | None = None

    @property
    def service(self) -> str:
        """``ssm`` or ``secretsmanager``."""
        return self._part("service") or self.source.partition(":")[0]

    @property
    def arn(self) -> str | None:
        """The ARN, where the source is one."""
        return self._part("arn")

    @property
    def name(self) -> str:
        """The name of the parameter or secret, where the source is not an ARN."""
        return self._part("parameter") or self._part("secret") or ""

    @property
    def key(self) -> str | None:
        """The key in the secret's JSON object."""
        return self._part("key") or self._part("arn_key")

    @property
    def where(self) -> str:
        """How messages call the secret."""
        return f"Secret({self.source!r})"

    def problems(self) -> Iterator[str]:
        """Yield sources that are neither a parameter nor a secret."""
        if not _FORMS.fullmatch(self.source):
            yield (
                f"{self.where}: invalid source {self.source!r}: use 'ssm:/orders/token', "
                "'secretsmanager:orders/payment:API_KEY' or an ARN"
            )
            return
        if self.service == _SECRETS_MANAGER and self.arn is None:
            yield from name_forms.SECRET.problems(self.name, self.where)
        if self.service != _SECRETS_MANAGER and self.key is not None:
            yield (
                f"{self.where}: a parameter has no keys (got {self.key!r}); remove it from "
                "source, or use a secret of Secrets Manager"
            )
        yield from name_forms.arn_problems(self.encryption_key, "encryption_key", self.where)

    def _part(self, name: str) -> str | None:
        match = _FORMS.fullmatch(self.source)
        return None if match is None else match[name]
