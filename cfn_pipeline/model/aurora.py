"""Databases in Amazon Aurora Serverless v2."""

from collections.abc import Iterator
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.aurora import LEAST_CAPACITY, MOST_CAPACITY
from cfn_pipeline.aws.name_forms import NameForm
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.database import MySqlEngine, OwnDatabase, PostgreSqlEngine


@frozen
class AuroraServerless(OwnDatabase):
    """Base class of databases of Amazon Aurora Serverless v2.

    The capacities are defaults of the parameters DatabaseMinimumCapacity and
    DatabaseMaximumCapacity; an environment whose values are others has them in ``parameters``.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.html

    Args:
        minimum_capacity: in Aurora capacity units, of which each has about 2 GiB of memory: 0.5 to
            256 in steps of 0.5; or 0: it pauses while nothing is connected to it, and the first
            connection then takes about 15 seconds.
        maximum_capacity: 1 to 256.
        seconds_until_auto_pause: without a connection, after which it pauses if its minimum is 0:
            300 to 86400; absent: RDS's default, 300.

    """

    is_choice: ClassVar[bool] = True

    minimum_capacity: float = LEAST_CAPACITY
    maximum_capacity: float = 4
    seconds_until_auto_pause: int | None = None

    def problems(self) -> Iterator[str]:
        """Yield also capacities that Aurora refuses."""
        yield from super().problems()
        for name, least in (("minimum_capacity", 0), ("maximum_capacity", 1)):
            value = getattr(self, name)
            if not least <= value <= MOST_CAPACITY or value * 2 % 1:
                yield (
                    f"{self.where}: {name} must be {least} to {MOST_CAPACITY} in steps of 0.5 "
                    f"(got {value})"
                )
        if self.minimum_capacity > self.maximum_capacity:
            yield (
                f"{self.where}: minimum_capacity ({self.minimum_capacity}) is greater than "
                f"maximum_capacity ({self.maximum_capacity})"
            )
        seconds = self.seconds_until_auto_pause
        if seconds is not None and not 300 <= seconds <= 86400:
            yield (f"{self.where}: seconds_until_auto_pause must be 300 to 86400 (got {seconds})")


@frozen
class AuroraMySql(MySqlEngine, AuroraServerless):
    """Aurora Serverless v2 for MySQL: ``AuroraMySql(name="orders", username="orders")``.

    Containers get the variables of ``MySql``.
    """

    type_name: ClassVar[str] = "aurora_mysql"
    version_form: ClassVar[NameForm] = name_forms.AURORA_MYSQL_VERSION

    password_key: str = MySqlEngine.password_variable


@frozen
class AuroraPostgreSql(PostgreSqlEngine, AuroraServerless):
    """Aurora Serverless v2 for PostgreSQL: ``AuroraPostgreSql(name="orders", username="orders")``.

    Containers get the variables of ``PostgreSql``.
    """

    type_name: ClassVar[str] = "aurora_postgresql"
    version_form: ClassVar[NameForm] = name_forms.AURORA_POSTGRESQL_VERSION

    password_key: str = PostgreSqlEngine.password_variable
