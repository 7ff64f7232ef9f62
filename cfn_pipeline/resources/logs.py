"""CloudWatch Logs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html
"""

from troposphere.logs import LogGroup

from cfn_pipeline.model.values import Value, given

__all__ = ["log_group"]


def log_group(
    title: str, *, name: Value, retention_days: int, key: Value | None = None
) -> LogGroup:
    """Make a log group.

    Args:
        title: the logical id.
        name: the group's name.
        retention_days: how long what is in it is kept; CloudWatch takes certain numbers only.
        key: the ARN of the key that encrypts it; absent: CloudWatch's own.

    """
    return LogGroup(title, LogGroupName=name, RetentionInDays=retention_days, **given(KmsKeyId=key))
