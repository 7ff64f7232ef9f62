"""The configuration file is read into the model, and every mistake is at its line."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import Application, Container, Environment, GitHubRepository, ModelError, MySql
from cfn_pipeline.config.reading import read_config, read_config_file
from cfn_pipeline.errors import OutputError
from cfn_pipeline.model.compute import Ec2

ORDERS = """\
applications:
  - name: orders
    source: acme/orders
    container: {name: orders, cpu: 256, memory: 512, port: 8080, environment: {MODE: live}}
    database: {type: mysql, name: orders, username: orders}
    compute: {type: ec2, instance_type: t3.small}
    environments:
      - dev
      - {name: prod, approval: true, subnets: [subnet-1a, subnet-2b]}
"""


def _problems(text: str) -> list[str]:
    with pytest.raises(ModelError) as caught:
        read_config(text, source="c.yml")
    return list(caught.value.problems)


def test_an_application() -> None:
    assert read_config(ORDERS) == [
        Application(
            name="orders",
            source=GitHubRepository("acme/orders"),
            container=Container(
                name="orders", cpu=256, memory=512, port=8080, environment={"MODE": "live"}
            ),
            database=MySql(name="orders", username="orders"),
            compute=Ec2(instance_type="t3.small"),
            environments=[
                Environment("dev"),
                Environment("prod", approval=True, subnets=["subnet-1a", "subnet-2b"]),
            ],
        )
    ]


def test_defaults_are_those_of_every_application() -> None:
    text = """\
defaults:
  container: {cpu: 256, memory: 512, port: 8080}
  environments: [test]
applications:
  - {name: one, source: acme/one, container: {name: one, memory: 1024}}
  - {name: two, source: acme/two, container: {name: two}, environments: [live]}
"""
    one, two = read_config(text)
    assert (one.containers[0].cpu, one.containers[0].memory, two.containers[0].memory) == (
        256,
        1024,
        512,
    )
    assert [e.name for a in (one, two) for e in a.environments] == ["test", "live"]


TEN_MISTAKES = """\
application: []
defaults: {compute: {type: ec3}}
applications:
  - name: Bad_Name
    sourc: acme/x
    container: {name: orders, cpu: "256", memory: 512, prot: 8080}
    database: {type: mysql, name: orders}
    pull_accounts: 123456789012
    environments: [no]
"""


def test_ten_mistakes_are_ten_messages() -> None:
    assert _problems(TEN_MISTAKES) == [
        "c.yml:1:1: unknown key 'application'; did you mean 'applications'?",
        "c.yml:2:28: applications[0].compute.type: unknown type 'ec3'; did you mean 'ec2'?",
        (
            "c.yml:4:5: application 'Bad_Name': invalid application name 'Bad_Name': use "
            "lower-case letters, digits and -, a letter first, no - last"
        ),
        "c.yml:4:5: applications[0]: source is missing; add it",
        "c.yml:5:5: applications[0]: unknown key 'sourc'; did you mean 'source'?",
        (
            "c.yml:6:36: applications[0].container.cpu: must be a whole number (got 256, a string)"
            "; remove the quotes"
        ),
        "c.yml:6:56: applications[0].container: unknown key 'prot'; did you mean 'port'?",
        "c.yml:7:15: applications[0].database: username is missing; add it",
        (
            "c.yml:8:20: applications[0].pull_accounts: must be a list (got 123456789012, a number)"
            '; use ["123456789012"]'
        ),
        (
            "c.yml:9:20: applications[0].environments[0]: must be a string (got no, a boolean); "
            'put it in quotes: "no"'
        ),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "c.yml:1:1: is empty; begin with 'applications:' and a list"),
        ("- a", "c.yml:1:1: the file must be a mapping (got a list)"),
        ("Resources: {A: {}}", "c.yml:1:1: is a CloudFormation template, and not what describes"),
        ("defaults: {}", "c.yml:1:1: applications is missing; add a list of applications"),
        ("applications: []", "applications: must be a list of applications (got an empty list)"),
        ("applications: [x", "c.yml:2:1: invalid YAML: "),
        (
            'applications:\n  - name: "orders\n',
            "unexpected end of stream while scanning a quoted scalar that begins in line 2",
        ),
        ("applications:\n  - a: 1\n   b: 1", "begins in line 2; look at the indentation"),
        ("applications:\n\t- a: 1", "cannot start any token; indent with spaces, not with tabs"),
        ("a: 1\na: 2", "c.yml:2:1: the key 'a' is used twice; remove one"),
        ("[a]: 1\napplications: []", "a key must be a string (got a list)"),
        ("defaults: 1\napplications: [x]", "defaults: must be a mapping (got 1, a number)"),
        ("applications: [[]]", "applications[0]: must be a mapping (got an empty list)"),
        (
            ORDERS.replace("type: mysql, ", ""),
            "database: type is missing; use one of aurora_mysql, aurora_postgresql, existing_mysql",
        ),
        (ORDERS.replace("cpu: 256", "cpu: true"), "must be a whole number (got true, a boolean)"),
        (
            ORDERS.replace("cpu: 256", "cpu: ~"),
            "container.cpu: must be a whole number (it is empty)",
        ),
        (
            ORDERS.replace("{type: ec2, instance_type: t3.small}", "fargate"),
            "compute: must be a mapping (got fargate, a string); use {type: fargate}",
        ),
        (
            f"{ORDERS}    load_balancer: none\n",
            "load_balancer: must be a mapping or null (got none, a string); use null",
        ),
        (
            ORDERS.replace("type: ec2", "egress: [25, smtp], type: ec2"),
            "compute.egress[1]: must be a whole number (got smtp, a string)",
        ),
        (
            ORDERS.replace("type: ec2", "egress: [[25]], type: ec2"),
            "compute.egress[0]: must be a whole number or a mapping (got a list)",
        ),
        (
            "applications: [{name: a, source: a/b, container: {name: a, cpu: 256, memory: 512}}]",
            "use the port on which the container listens, or load_balancer: null",
        ),
        (ORDERS.replace("MODE: live", "MODE: 1"), 'put it in quotes: "1"'),
        (
            ORDERS.replace("cpu: 256", "cpu: 0.25 vCPU"),
            "(got 0.25 vCPU, a string); use the number alone: CPU units, 1024 to a core",
        ),
        (
            ORDERS.replace("cpu: 256", "cpu: 256, command: python x.py -v"),
            'use [python, x.py, "-v"]',
        ),
        (
            ORDERS.replace("cpu: 256", "cpu: 256, env: {A: b}"),
            "unknown key 'env'; did you mean 'environment'?",
        ),
        (
            "applications: [{name: a, source: a/b, container: , cpu: 256}]",
            "unknown key 'cpu'; it is a key of container: indent it below container",
        ),
        (
            ORDERS.replace("approval: true", "approval: 'yes'"),
            "approval: must be true or false or a mapping (got yes, a string); remove the quotes",
        ),
        (
            ORDERS.replace("approval: true", "approval: []"),
            "approval: must be true or false or a mapping (got an empty list)",
        ),
        (f"{ORDERS}      - name: prod\n", "c.yml:10:9: application 'orders': environment name"),
        (
            ORDERS.replace("approval: true", "approval: true, desired_count: 9"),
            "c.yml:9:38: application 'orders', environment 'prod': desired_count (9)",
        ),
        (ORDERS.replace("memory: 512", "memory: 5"), "c.yml:4:41: container 'orders': memory"),
        (
            f"{ORDERS}{ORDERS.partition(chr(10))[2]}",
            "c.yml:10:5: applications[1]: application name 'orders' is used twice",
        ),
    ],
)
def test_mistakes_are_at_their_place(text: str, problem: str) -> None:
    assert any(problem in found for found in _problems(text)), _problems(text)


def test_a_mistake_in_a_part_is_not_reported_as_its_absence() -> None:
    for container in ("{name: a, cpu: 256, memmory: 512}", "{name: a, cpu: 256, memory: 512MB}"):
        text = f"applications: [{{name: a, source: a/b, container: {container}}}]"
        problems = _problems(text)
        assert any("memory" in problem for problem in problems)
        assert not any(
            "container, scheduled_tasks or stack is required" in problem for problem in problems
        )


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    with pytest.raises(OutputError, match=r"c\.yml: cannot be read: No such file"):
        read_config_file(path)
    path.write_bytes(b"applications: \xff")
    with pytest.raises(ModelError, match=r"must be UTF-8 \(byte 14 is not\)"):
        read_config_file(path)
    path.write_bytes(b"\xef\xbb\xbf" + ORDERS.encode())
    assert read_config_file(path) == read_config(ORDERS)


def test_aliases_do_not_multiply() -> None:
    bomb = "\n".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" if n else "a0: &a0 [x]" for n in range(12)
    )
    assert len(_problems(f"{bomb}\napplications: [{{name: x, sidecars: *a11}}]")) < 40


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ModelError):
        read_config(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "name",
                        "source",
                        "container",
                        "type",
                        "database",
                        "compute",
                        "environments",
                        "x",
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=25,
    )
)
def test_any_value_is_read_or_refused_at_a_place(value: object) -> None:
    import yaml

    text = yaml.safe_dump({"applications": [value]})
    for problem in _problems(text):
        assert re.match(r"c\.yml:\d+:\d+: ", problem)


def test_a_value_that_cannot_be_read_is_not_said_to_be_absent() -> None:
    text = "applications: [{name: ab, source: acme/a, container: {name: ab, cpu: 1, memory: x}}]"
    assert _problems(text) == [
        "c.yml:1:81: applications[0].container.memory: must be a whole number (got x, a string)"
    ]
