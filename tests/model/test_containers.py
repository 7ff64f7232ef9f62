"""Secrets, permissions and health checks of containers: what is refused, and how it is written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import Allow, Container, HealthCheck, ModelError, Secret
from cfn_pipeline.config.reading import read_config


@pytest.mark.parametrize(
    ("source", "service", "name", "arn", "key"),
    [
        ("ssm:/orders/token", "ssm", "/orders/token", None, None),
        ("ssm:token", "ssm", "token", None, None),
        ("secretsmanager:orders/payment", "secretsmanager", "orders/payment", None, None),
        ("secretsmanager:payment:API_KEY", "secretsmanager", "payment", None, "API_KEY"),
        *(
            (f"{arn}{suffix}", service, "", arn, key)
            for arn, service, suffix, key in [
                ("arn:aws:ssm:us-east-1:111122223333:parameter/a/b", "ssm", "", None),
                (
                    "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:a-b1C2d3",
                    "secretsmanager",
                    ":KEY",
                    "KEY",
                ),
            ]
        ),
    ],
)
def test_sources_of_secrets(
    source: str, service: str, name: str, arn: str | None, key: str | None
) -> None:
    secret = Secret(source)
    assert (secret.service, secret.name, secret.arn, secret.key) == (service, name, arn, key)


@given(st.text())
def test_other_sources_are_refused(text: str) -> None:
    with pytest.raises(ModelError, match="use 'ssm:/orders/token'"):
        Secret(f"s3:{text}")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (
            lambda: Secret("arn:aws:ssm:us-east-1:111122223333:parameter/a:KEY"),
            "a parameter has no keys (got 'KEY')",
        ),
        (lambda: Secret("secretsmanager:a b"), "invalid secret's name 'a b'"),
        (lambda: Secret("ssm:a", encryption_key="alias/a"), "invalid encryption_key 'alias/a'"),
        (lambda: Allow("SendMessage", on="*"), "invalid action 'SendMessage' in actions"),
        (lambda: Allow("*", on="*"), "invalid action '*' in actions"),
        (lambda: Allow([], on="*"), "actions is empty"),
        (lambda: Allow("sqs:*", on=[]), "on is empty"),
        (lambda: Allow("sqs:*", on="orders"), "invalid resource 'orders' in on"),
        (lambda: Allow("sqs:*", on="arn:aws:sqs"), "invalid resource 'arn:aws:sqs' in on"),
        (lambda: Allow("sqs:*", on="arn:aws:sqs:::${Queue}"), "unknown parameter 'Queue' in on"),
        (lambda: HealthCheck(" "), "command is empty"),
        (lambda: HealthCheck("true", interval=4), "interval must be 5 to 300 (got 4)"),
        (lambda: HealthCheck("true", retries=11), "retries must be 1 to 10 (got 11)"),
        (
            lambda: Container(
                name="a",
                cpu=1,
                memory=6,
                environment={"TOKEN": "x"},
                secrets={"TOKEN": Secret("ssm:a")},
            ),
            "the variable TOKEN is in environment and secrets",
        ),
    ],
)
def test_what_is_refused(make: Any, problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        make()
    assert problem in str(caught.value)


def test_in_the_configuration_file() -> None:
    [application] = read_config(
        """
        applications:
          - name: orders
            source: acme/orders
            container:
              name: orders
              cpu: 256
              memory: 512
              port: 8080
              secrets:
                TOKEN: ssm:/orders/token
                API_KEY: {source: "secretsmanager:orders/payment:API_KEY"}
              permissions:
                - {actions: "sqs:SendMessage", on: "arn:aws:sqs:us-east-1:111122223333:orders"}
              health_check: curl --fail http://localhost:8080/health
        """
    )
    container = application.containers[0]
    assert container.secrets == {
        "TOKEN": Secret("ssm:/orders/token"),
        "API_KEY": Secret("secretsmanager:orders/payment:API_KEY"),
    }
    queue = "arn:aws:sqs:us-east-1:111122223333:orders"
    assert container.permissions == (Allow("sqs:SendMessage", on=queue),)
    assert container.health_check == HealthCheck("curl --fail http://localhost:8080/health")
