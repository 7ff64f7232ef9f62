"""AWS Lambda.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
"""

from collections.abc import Mapping

from troposphere.awslambda import Code, Environment, Function, Permission

from cfn_pipeline.model.values import Value, given

__all__ = ["function", "permission"]


def function(
    title: str,
    *,
    name: Value,
    description: Value,
    runtime: str,
    role: Value,
    source: str,
    depends_on: str,
    environment: Mapping[str, Value] | None = None,
    timeout_seconds: int = 300,
) -> Function:
    """Make a function whose source stands in the template.

    Args:
        title: the logical id.
        name: the function's name; its log group is ``/aws/lambda/<name>``.
        description: what it does.
        runtime: Lambda's identifier, such as ``python3.13``.
        role: the ARN of the role that it works with.
        source: a Python module with ``handler(event, context)``.
        depends_on: the logical id of its log group, which Lambda would make itself otherwise,
            and keep for ever.
        environment: its variables; absent: none.
        timeout_seconds: how long one call may take.

    """
    variables = None if environment is None else Environment(Variables=dict(environment))
    return Function(
        title,
        DependsOn=[depends_on],
        FunctionName=name,
        Description=description,
        Runtime=runtime,
        Handler="index.handler",
        MemorySize=128,
        Timeout=timeout_seconds,
        Role=role,
        **given(Environment=variables),
        Code=Code(ZipFile=source),
    )


def permission(title: str, *, function: Value, principal: str, source_arn: Value) -> Permission:
    """Let an AWS service call a function on behalf of one resource."""
    return Permission(
        title,
        Action="lambda:InvokeFunction",
        FunctionName=function,
        Principal=principal,
        SourceArn=source_arn,
    )
