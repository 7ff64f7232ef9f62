"""Log groups, encrypted with the application's key or not."""

from troposphere.logs import LogGroup

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.resources import logs
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.document import keep

__all__ = ["log_group"]


def log_group(title: str, application: Application, *, name: Value, encrypted: bool) -> LogGroup:
    """Make a log group that keeps what is in it as long as the application says.

    Args:
        title: the logical id.
        application: whose log it is.
        name: the group's name.
        encrypted: whether it is encrypted with the application's key and says that it is deleted
            with its stack.

    """
    made = logs.log_group(
        title,
        name=name,
        retention_days=application.log_retention_days,
        key=exports.take(exports.key(application.name)) if encrypted else None,
    )
    if encrypted:
        keep(made, "Delete")
    return made
