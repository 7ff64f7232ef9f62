"""Applications of a file are out of reach of each other's deployment roles."""

import pytest

from cfn_pipeline import ModelError
from cfn_pipeline.config.reading import read_config

BODY = "source: acme/x, container: {name: x, cpu: 256, memory: 512, port: 80}"


def _text(*applications: tuple[str, str]) -> str:
    lines = [
        f"  - {{name: {name}, {BODY}, environments: {environments}}}\n"
        for name, environments in applications
    ]
    return "applications:\n" + "".join(lines)


@pytest.mark.parametrize(
    ("name", "environments", "reached"),
    [
        ("orders-dev", "[live]", "orders-dev"),
        ("orders-dev-iam", "[live]", "orders-dev-iam"),
        ("billing", "[{name: live, stack: orders-dev-eu}]", "orders-dev-eu"),
        ("billing", "[{name: live, stack: orders-dev}]", "orders-dev"),
    ],
)
def test_no_application_is_in_reach_of_another_s_deployment_role(
    name: str, environments: str, reached: str
) -> None:
    with pytest.raises(ModelError) as caught:
        read_config(_text(("orders", "[dev]"), (name, environments)), source="c.yml")
    told = [p for p in caught.value.problems if p.startswith("c.yml:3:5: ")]
    assert any(f"the name {reached!r} begins with the stack name 'orders-dev'" in p for p in told)


def test_names_may_begin_alike() -> None:
    names = ("orders", "orders-worker", "orders-devices")
    assert len(read_config(_text(*((name, "[dev]") for name in names)))) == 3
