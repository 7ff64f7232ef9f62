"""Databases that exist, of which a secret has the user and the password."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.database import Database, MySqlEngine, PostgreSqlEngine


@frozen
class ExistingDatabase(Database):
    """Base class of databases that exist, with a secret in Secrets Manager.

    The secret is a JSON object, as RDS makes it for the owner of a database. ``host``, ``secret``
    and ``security_group`` are defaults of the parameters DatabaseHost, DatabaseSecretArn and
    DatabaseSecurityGroup; an environment whose values are others has them in ``parameters``.

    Args:
        host: the server's address; absent: the parameter has no default.
        port: on which it listens, which containers get in a variable, too; absent: the
            engine's own.
        secret: the ARN of the secret; absent: the parameter has no default.
        username_key: the key of the user in the secret.
        password_key: the key of the password in the secret.
        encryption_key: the ARN of the KMS key with which the secret is encrypted; absent: AWS's own
            key, aws/secretsmanager.
        security_group: the id of the database's, which gets a rule that lets containers in; absent:
            the parameter has no default.

    """

    is_choice: ClassVar[bool] = True
    #: The variables in which containers get the password, and a port that is not the engine's own.
    password_variable: ClassVar[str]
    port_variable: ClassVar[str]

    host: str | None = None
    port: int | None = None
    secret: str | None = None
    username_key: str = "username"
    password_key: str = "password"
    encryption_key: str | None = None
    security_group: str | None = None

    @property
    def variable_names(self) -> tuple[str, ...]:
        """The variables that containers get."""
        port = () if self.port is None else (self.port_variable,)
        return (*self.variables, self.password_variable, *port)

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with address, secret and group."""
        yield from super().problems()
        yield from name_forms.HOST.problems(self.host, self.where)
        yield from name_forms.SECRET_ARN.problems(self.secret, self.where)
        yield from name_forms.SECRET_KEY.problems(self.username_key, self.where)
        yield from name_forms.SECRET_KEY.problems(self.password_key, self.where)
        yield from name_forms.arn_problems(self.encryption_key, "encryption_key", self.where)
        yield from name_forms.SECURITY_GROUP.problems(self.security_group, self.where)
        if self.port is not None and not 1 <= self.port <= 65535:
            yield f"{self.where}: port must be 1 to 65535 (got {self.port})"


@frozen
class ExistingMySql(MySqlEngine, ExistingDatabase):
    """A MySQL database that exists: ``ExistingMySql(name="orders", host="db.example.com")``.

    Containers get the variables of ``MySql``, and MYSQL_PORT with a ``port``.
    """

    type_name: ClassVar[str] = "existing_mysql"


@frozen
class ExistingPostgreSql(PostgreSqlEngine, ExistingDatabase):
    """A PostgreSQL database that exists: ``ExistingPostgreSql(name="orders", host="10.0.0.9")``.

    Containers get the variables of ``PostgreSql``, and PGPORT with a ``port``.
    """

    type_name: ClassVar[str] = "existing_postgresql"


def unused_problems(
    where: str, database: Database | None, containers: Iterable[Container]
) -> Iterator[str]:
    """Yield a database that exists and is used by no container: its parameters do nothing.

    Args:
        where: how messages call the application.
        database: of the application; None: it has none.
        containers: all that it has.

    """
    if isinstance(database, ExistingDatabase) and not any(c.uses_database for c in containers):
        yield (
            f"{where}: the database is not used; use database=True in a container, or remove "
            "database"
        )
