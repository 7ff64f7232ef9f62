"""Amazon CloudWatch.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html
"""

from collections.abc import Mapping

from troposphere.cloudwatch import Alarm, MetricDimension

from cfn_pipeline.model.values import Value, given

__all__ = ["alarm"]


def alarm(
    title: str,
    *,
    description: str,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, Value],
    statistic: str,
    period_seconds: int,
    evaluation_periods: int,
    comparison: str,
    threshold: int,
    action: Value,
    missing_data: str | None = None,
) -> Alarm:
    """Do something when a metric crosses a threshold.

    Args:
        title: the logical id.
        description: what it means.
        namespace: of the metric.
        metric: its name.
        dimensions: which of the metrics of that name, by dimension.
        statistic: how the values of a period become one: Average, Minimum, Maximum ...
        period_seconds: the length of a period.
        evaluation_periods: how many periods in a row.
        comparison: LessThanThreshold, GreaterThanThreshold ...
        threshold: what the metric is compared with.
        action: the ARN of what is done.
        missing_data: how a period without data counts; absent: as missing.

    """
    return Alarm(
        title,
        AlarmDescription=description,
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[MetricDimension(Name=name, Value=value) for name, value in dimensions.items()],
        Statistic=statistic,
        Period=period_seconds,
        EvaluationPeriods=evaluation_periods,
        ComparisonOperator=comparison,
        Threshold=threshold,
        **given(TreatMissingData=missing_data),
        AlarmActions=[action],
    )
