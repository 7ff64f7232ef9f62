"""Databases of applications: Aurora Serverless v2, and those that exist."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import (
    BOOK,
    Application,
    AuroraMySql,
    AuroraPostgreSql,
    Container,
    EditionError,
    ExistingMySql,
    ExistingPostgreSql,
    Fargate,
    GitHubRepository,
    ModelError,
    MySql,
    render,
    todobackend,
)
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.model.database import Database

AURORA = AuroraPostgreSql(name="orders", username="orders")
EXISTING = ExistingPostgreSql(name="orders", host="db.example.com")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"minimum_capacity": 0.3},
            "minimum_capacity must be 0 to 256 in steps of 0.5 (got 0.3)",
        ),
        (
            {"maximum_capacity": 0.5},
            "maximum_capacity must be 1 to 256 in steps of 0.5 (got 0.5)",
        ),
        ({"maximum_capacity": 257}, "maximum_capacity must be 1 to 256 in steps of 0.5 (got 257)"),
        (
            {"minimum_capacity": 8, "maximum_capacity": 2.5},
            "minimum_capacity (8) is greater than maximum_capacity (2.5)",
        ),
        ({"minimum_capacity": "1"}, "minimum_capacity must be a number (got '1', a str)"),
        ({"minimum_capacity": True}, "minimum_capacity must be a number (got True, a bool)"),
        (
            {"seconds_until_auto_pause": 60},
            "seconds_until_auto_pause must be 300 to 86400 (got 60)",
        ),
        ({"engine_version": "8.0"}, "invalid Aurora PostgreSQL version '8.0': use a version of"),
    ],
)
def test_what_aurora_refuses(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        replace(AURORA, **changes)
    assert problem in str(caught.value)


@pytest.mark.parametrize("version", ["8.0", "8.0.mysql_aurora.3.10.1", "8.4"])
def test_versions_of_aurora_mysql(version: str) -> None:
    AuroraMySql(name="orders", username="orders", engine_version=version)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"host": "postgres://db"}, "invalid host 'postgres://db': use a host name"),
        ({"secret": "orders/db"}, "invalid secret 'orders/db': use the ARN of a secret"),
        ({"port": 0}, "port must be 1 to 65535 (got 0)"),
        ({"security_group": "x"}, "invalid security group 'x'"),
        ({"encryption_key": "alias/x"}, "invalid encryption_key 'alias/x': use its ARN"),
        ({"username_key": "a b"}, "invalid secret's key 'a b'"),
    ],
)
def test_what_no_existing_database_has(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        replace(EXISTING, **changes)
    assert problem in str(caught.value)


def test_a_database_needs_an_engine() -> None:
    with pytest.raises(ModelError, match="a Database has no engine; use MySql or PostgreSql"):
        Database(name="orders")


def test_variables_are_those_of_the_engine() -> None:
    own = MySql(name="orders", username="orders")
    names = ("MYSQL_HOST", "MYSQL_USER", "MYSQL_DATABASE", "MYSQL_PASSWORD")
    assert own.variable_names == names
    assert AuroraMySql(name="orders", username="orders").variable_names == names
    assert ExistingMySql(name="orders").variable_names == names
    assert ExistingMySql(name="orders", port=3307).variable_names == (*names, "MYSQL_PORT")


def test_the_variables_and_the_secret_of_an_existing_database() -> None:
    container = Container(
        name="orders", cpu=256, memory=512, port=8080, environment={"PGPASSWORD": "x"}
    )
    application = Application(
        name="orders",
        source=GitHubRepository("acme/orders"),
        container=replace(container, environment={}),
        database=EXISTING,
        compute=Fargate(),
    )
    with pytest.raises(ModelError, match="the variable PGPASSWORD is set for the database"):
        replace(application, container=container)
    with pytest.raises(ModelError, match="and database has its own; set secret there"):
        replace(application, secret="orders/db")


@pytest.mark.parametrize("database", [AURORA, EXISTING], ids=lambda d: type(d).__name__)
def test_the_book_has_no_such_databases(database: Database) -> None:
    name = type(database).__name__
    with pytest.raises(EditionError, match=f"the book edition has no {name}; it has MySql"):
        render(replace(todobackend, database=database), edition=BOOK)


def test_databases_in_the_configuration_file() -> None:
    applications = read_config(
        """
defaults:
  source: acme/orders
  container: {name: orders, cpu: 256, memory: 512, port: 80}
applications:
  - name: orders
    database:
      type: aurora_postgresql
      name: orders
      username: orders
      minimum_capacity: 0
      maximum_capacity: 1.5
  - name: shop
    database: {type: existing_postgresql, name: orders, host: db.example.com}
"""
    )
    assert [application.database for application in applications] == [
        replace(AURORA, minimum_capacity=0, maximum_capacity=1.5),
        EXISTING,
    ]


def test_an_existing_database_that_no_container_uses_is_refused() -> None:
    with pytest.raises(ModelError, match="the database is not used; use database=True in a"):
        Application(
            name="orders",
            source=GitHubRepository("acme/orders"),
            container=Container(name="orders", cpu=256, memory=512, port=8080, database=False),
            database=ExistingPostgreSql(name="orders"),
        )
