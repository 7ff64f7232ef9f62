"""The database of an application, and those in Amazon RDS."""

from collections.abc import Iterator
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.name_forms import NameForm
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated


@frozen
class Database(Validated):
    """Base class of databases; use one with an engine, such as MySql.

    Args:
        name: of the database in the server.

    """

    is_choice: ClassVar[bool] = True

    #: The port on which the engine listens.
    engine_port: ClassVar[int]
    #: The variables in which containers get the server's address, the owner and the database.
    variables: ClassVar[tuple[str, str, str]]

    name: str

    @property
    def variable_names(self) -> tuple[str, ...]:
        """The variables that containers get."""
        return self.variables

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the name."""
        if not hasattr(type(self), "variables"):
            yield f"{self.where}: a Database has no engine; use MySql or PostgreSql"
        yield from name_forms.DATABASE.problems(self.name, self.where)


@frozen
class OwnDatabase(Database):
    """Base class of databases that the application's stack makes.

    Args:
        username: of its owner.
        password_key: the key of the password in the application's secret, and the variable in
            which containers get it.
        engine_version: such as 8.4, for RDS's default of its minor versions, or 8.4.11; absent:
            the edition's default.

    """

    is_choice: ClassVar[bool] = True
    #: The versions of the engine.
    version_form: ClassVar[NameForm]

    username: str
    password_key: str
    engine_version: str | None = None

    @property
    def variable_names(self) -> tuple[str, ...]:
        """The variables that containers get."""
        return (*self.variables, self.password_key)

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with owner, key and version."""
        yield from super().problems()
        yield from name_forms.DATABASE_USER.problems(self.username, self.where)
        yield from name_forms.SECRET_KEY.problems(self.password_key, self.where)
        if hasattr(type(self), "version_form"):
            yield from self.version_form.problems(self.engine_version, self.where)


@frozen
class DatabaseInstance(OwnDatabase):
    """Base class of databases on an instance of Amazon RDS.

    Args:
        allocated_storage: in GiB; absent: the edition's default.
        instance_class: such as db.t4g.micro; absent: the edition's default.

    """

    is_choice: ClassVar[bool] = True

    allocated_storage: int | None = None
    instance_class: str | None = None

    def problems(self) -> Iterator[str]:
        """Yield also a size that RDS refuses."""
        yield from super().problems()
        if self.allocated_storage is not None and not 5 <= self.allocated_storage <= 65536:
            yield (
                f"{self.where}: allocated_storage must be 5 to 65,536 GiB "
                f"(got {self.allocated_storage})"
            )


class MySqlEngine:
    """What is MySQL's own."""

    engine_port: ClassVar[int] = 3306
    variables: ClassVar[tuple[str, str, str]] = ("MYSQL_HOST", "MYSQL_USER", "MYSQL_DATABASE")
    password_variable: ClassVar[str] = "MYSQL_PASSWORD"
    port_variable: ClassVar[str] = "MYSQL_PORT"


class PostgreSqlEngine:
    """What is PostgreSQL's own.

    https://www.postgresql.org/docs/current/libpq-envars.html
    """

    engine_port: ClassVar[int] = 5432
    variables: ClassVar[tuple[str, str, str]] = ("PGHOST", "PGUSER", "PGDATABASE")
    password_variable: ClassVar[str] = "PGPASSWORD"
    port_variable: ClassVar[str] = "PGPORT"


@frozen
class MySql(MySqlEngine, DatabaseInstance):
    """A MySQL database: ``MySql(name="orders", username="orders")``.

    Containers get MYSQL_HOST, MYSQL_USER, MYSQL_DATABASE and the password.
    """

    type_name: ClassVar[str] = "mysql"
    version_form: ClassVar[NameForm] = name_forms.MYSQL_VERSION

    password_key: str = MySqlEngine.password_variable


@frozen
class PostgreSql(PostgreSqlEngine, DatabaseInstance):
    """A PostgreSQL database: ``PostgreSql(name="orders", username="orders")``.

    Containers get PGHOST, PGUSER, PGDATABASE and the password in PGPASSWORD, which the clients of
    PostgreSQL read themselves.
    """

    type_name: ClassVar[str] = "postgresql"
    version_form: ClassVar[NameForm] = name_forms.POSTGRESQL_VERSION

    password_key: str = PostgreSqlEngine.password_variable


def secret_problems(where: str, secret: str | None, database: Database | None) -> Iterator[str]:
    """Yield what is wrong with the secret of an application's database.

    Args:
        where: how messages call the application.
        secret: the secret's name; None: the stack generates one.
        database: of the application; None: it has none.

    """
    yield from name_forms.SECRET.problems(secret, where)
    if secret is None or isinstance(database, OwnDatabase):
        return
    why = "is absent; add a database" if database is None else "has its own; set secret there"
    yield (
        f"{where}: secret {secret!r} is for the password of a database, and database {why}, or "
        "remove secret"
    )
