"""CloudWatch Logs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html
"""

from troposphere.logs import LogGroup

from cfn_pipeline.model.values import Value, given

__all__ = ["log_group"]


def log_group(
    title: str, *, name: Value, retention_days: int, deletion_policy: str | None = None
) -> LogGroup:
    """Make a log group.

    Args:
        title: the logical id.
        name: the group's name.
        retention_days: how long what is in it is kept; CloudWatch takes certain numbers only.
        deletion_policy: what becomes of it with its stack; absent: it is deleted.

    """
    return LogGroup(
        title,
        **given(DeletionPolicy=deletion_policy),
        LogGroupName=name,
        RetentionInDays=retention_days,
    )
