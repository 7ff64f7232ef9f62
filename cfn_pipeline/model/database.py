"""The database of an application, in Amazon RDS."""

from collections.abc import Iterator
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.model.frozen import frozen
from cfn_pipeline.model.validated import Validated


@frozen
class Database(Validated):
    """Base class of databases; use one with an engine, such as MySql.

    Args:
        name: of the database in the server.
        username: of its owner.
        password_key: the key of the password in the application's secret, and the variable in
            which containers get it.
        allocated_storage: in GiB; absent: the edition's default.
        engine_version: such as 8.4, for RDS's default of its minor versions, or 8.4.11; absent:
            the edition's default.
        instance_class: such as db.t4g.micro; absent: the edition's default.

    """

    is_choice: ClassVar[bool] = True

    #: The port on which the engine listens.
    port: ClassVar[int]
    #: The variables in which containers get the server's address, the owner and the database.
    variables: ClassVar[tuple[str, str, str]]

    name: str
    username: str
    password_key: str
    allocated_storage: int | None = None
    engine_version: str | None = None
    instance_class: str | None = None

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with names and size."""
        if not hasattr(self, "port"):
            yield f"{self.where}: a Database has no engine; use MySql or PostgreSql"
        yield from name_forms.DATABASE.problems(self.name, self.where)
        yield from name_forms.DATABASE_USER.problems(self.username, self.where)
        yield from name_forms.SECRET_KEY.problems(self.password_key, self.where)
        if self.allocated_storage is not None and not 5 <= self.allocated_storage <= 65536:
            yield (
                f"{self.where}: allocated_storage must be 5 to 65,536 GiB "
                f"(got {self.allocated_storage})"
            )


@frozen
class MySql(Database):
    """A MySQL database: ``MySql(name="orders", username="orders")``.

    Containers get MYSQL_HOST, MYSQL_USER, MYSQL_DATABASE and the password.
    """

    type_name: ClassVar[str] = "mysql"
    port: ClassVar[int] = 3306
    variables: ClassVar[tuple[str, str, str]] = ("MYSQL_HOST", "MYSQL_USER", "MYSQL_DATABASE")

    password_key: str = "MYSQL_PASSWORD"

    def problems(self) -> Iterator[str]:
        """Yield also a version that is not MySQL's."""
        yield from super().problems()
        yield from name_forms.MYSQL_VERSION.problems(self.engine_version, self.where)


@frozen
class PostgreSql(Database):
    """A PostgreSQL database: ``PostgreSql(name="orders", username="orders")``.

    Containers get PGHOST, PGUSER, PGDATABASE and the password in PGPASSWORD, which the clients of
    PostgreSQL read themselves.
    https://www.postgresql.org/docs/current/libpq-envars.html
    """

    type_name: ClassVar[str] = "postgresql"
    port: ClassVar[int] = 5432
    variables: ClassVar[tuple[str, str, str]] = ("PGHOST", "PGUSER", "PGDATABASE")

    password_key: str = "PGPASSWORD"

    def problems(self) -> Iterator[str]:
        """Yield also a version that is not PostgreSQL's."""
        yield from super().problems()
        yield from name_forms.POSTGRESQL_VERSION.problems(self.engine_version, self.where)
