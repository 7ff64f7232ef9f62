"""Secrets and parameters that ECS reads when it starts a container."""

from collections.abc import Iterable, Iterator, Sequence

from awacs import kms, secretsmanager, ssm
from awacs.aws import Condition, ForAnyValueStringEquals, Statement, StringEquals

from cfn_pipeline.model.secret_values import Secret
from cfn_pipeline.model.values import Value, substituted
from cfn_pipeline.policies.documents import allow
from cfn_pipeline.stacks.arns import Arns

#: The action with which a service's secrets are read, and the statement's name.
_READ = {
    "secretsmanager": (secretsmanager.GetSecretValue, "ReadContainerSecrets"),
    "ssm": (ssm.GetParameters, "ReadContainerParameters"),
}
_DECRYPT = {
    "secretsmanager": "DecryptContainerSecrets",
    "ssm": "DecryptContainerParameters",
}


def value_of(secret: Secret, arns: Arns) -> Value:
    """Return what a container's definition takes a secret from.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    key = "" if secret.key is None else f":{secret.key}::"
    if secret.arn is not None:
        return f"{secret.arn}{key}"
    if secret.service == "ssm":
        return arns.regional("ssm", _parameter(secret))
    return arns.regional("secretsmanager", f"secret:{secret.name}{key}")


def read_secrets(secrets: Iterable[Secret], arns: Arns) -> Iterator[Statement]:
    """Yield statements to read secrets and parameters, and to decrypt those with a key."""
    unique = sorted(set(secrets), key=lambda secret: secret.source)
    for service, (action, sid) in _READ.items():
        own = [secret for secret in unique if secret.service == service]
        if own:
            # Several keys of a secret are one resource.
            resources = {str(s.arn or s.name): _resource(s, arns) for s in own}
            yield allow(action, on=list(resources.values()), sid=sid)
        without = [secret for secret in own if secret.encryption_key is None]
        if service == "ssm" and without:
            yield _decrypt_parameters(without, arns)
        encryption_keys = sorted({s.encryption_key for s in own if s.encryption_key is not None})
        if encryption_keys:
            yield allow(
                kms.Decrypt,
                on=encryption_keys,
                sid=_DECRYPT[service],
                condition=Condition(StringEquals({"kms:ViaService": arns.service(service)})),
            )


def _decrypt_parameters(secrets: Sequence[Secret], arns: Arns) -> Statement:
    """Decrypt certain parameters, and nothing else, with the key that AWS makes for parameters.

    The key's id is not known, so that the statement is bound to its alias.
    https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
    """
    regions = sorted({_region(secret) for secret in secrets})
    keys = [f"arn:{arns.partition}:kms:{r}:${{AWS::AccountId}}:key/*" for r in regions]
    services = [substituted(f"ssm.{region}.{arns.suffix}") for region in regions]
    parameters = {str(s.arn or s.name): _resource(s, arns) for s in secrets}
    condition = Condition(
        [
            StringEquals(
                {
                    "kms:ViaService": services,
                    "kms:EncryptionContext:PARAMETER_ARN": list(parameters.values()),
                }
            ),
            ForAnyValueStringEquals({"kms:ResourceAliases": "alias/aws/ssm"}),
        ]
    )
    return allow(
        kms.Decrypt,
        on=[substituted(key) for key in keys],
        sid="DecryptContainerParametersWithKeyOfAws",
        condition=condition,
    )


def _region(secret: Secret) -> str:
    return "${AWS::Region}" if secret.arn is None else secret.arn.split(":")[3]


def _resource(secret: Secret, arns: Arns) -> Value:
    if secret.arn is not None:
        return secret.arn
    if secret.service == "ssm":
        return arns.regional("ssm", _parameter(secret))
    # Secrets Manager adds a hyphen and six characters to names.
    return arns.regional("secretsmanager", f"secret:{secret.name}-??????")


def _parameter(secret: Secret) -> str:
    return f"parameter/{secret.name.removeprefix('/')}"
