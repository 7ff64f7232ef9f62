"""The application's database."""

from troposphere import Ref, Sub, Template

from cfn_pipeline.model.application import Application, Database
from cfn_pipeline.model.values import Value
from cfn_pipeline.resources import rds
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.document import add_resources

__all__ = ["database", "password_from_custom_resource"]

SUBNET_GROUP = "ApplicationDatabaseSubnetGroup"


def password_from_custom_resource(database: Database) -> Value:
    """Read the password from the custom resource that holds the secret's values."""
    return Sub(f"${{{ids.SECRETS}.{database.password_key}}}")


def database(
    template: Template,
    application: Application,
    *,
    engine: str,
    engine_version: str,
    instance_class: str,
    storage_type: str,
    availability_zone: Value | None = None,
) -> None:
    """Add the database and the subnets in which it may be.

    Args:
        template: to which they are added.
        application: whose database it is; without one nothing is added.
        engine: RDS's name of MySQL.
        engine_version: holds where the application names none.
        instance_class: holds where the application names none.
        storage_type: such as gp3.
        availability_zone: absent: RDS decides.

    """
    if application.database is None:
        return
    add_resources(
        template,
        rds.db_instance(
            ids.DATABASE,
            database=application.database,
            engine=engine,
            engine_version=engine_version,
            instance_class=instance_class,
            storage_type=storage_type,
            password=password_from_custom_resource(application.database),
            security_groups=[Ref(ids.DATABASE_SECURITY_GROUP)],
            subnet_group=Ref(SUBNET_GROUP),
            availability_zone=availability_zone,
            name_tag=Sub("${AWS::StackName}-db"),
        ),
        rds.db_subnet_group(
            SUBNET_GROUP,
            description="Application Database Subnet Group",
            subnets=Ref(ids.SUBNETS),
            name_tag=Sub("${AWS::StackName}-db-subnet-group"),
        ),
    )
