"""A Lambda function with its source in the template, its role and its log group."""

from collections.abc import Mapping, Sequence

from awacs.aws import Statement
from troposphere import GetAtt, Sub
from troposphere.awslambda import Code, Environment, Function
from troposphere.logs import LogGroup

from cfn_pipeline import functions
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.policies.application import write_logs
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application.stack import ApplicationStack


@frozen
class InlineFunction(Frozen):
    """A function, its role and its log group.

    Args:
        title: the function's logical id.
        role: the role's logical id.
        log_group: the log group's logical id.
        name: the function's name, after the stack's.
        description: what it does, after the stack's name.
        module: its source in ``cfn_pipeline.functions``.
        policy: the name of the role's policy.
        permissions: of the function, beside writing its log.
        environment: its variables; absent: none.

    """

    title: str
    role: str
    log_group: str
    name: str
    description: str
    module: str
    policy: str
    permissions: Sequence[Statement]
    environment: Mapping[str, Value] | None = None


def inline_function(
    stack: ApplicationStack, function: InlineFunction, *, runtime: str, timeout: int
) -> LogGroup:
    """Add the three, and return the log group.

    Args:
        stack: to which they are added.
        function: what is added.
        runtime: Lambda's identifier, such as python3.13.
        timeout: how long one call may take, 900 seconds at most.

    """
    name = f"${{AWS::StackName}}-{function.name}"
    environment = function.environment
    # Lambda would create the log group itself, and keep it for ever.
    log_group = LogGroup(
        function.log_group,
        LogGroupName=Sub(f"/aws/lambda/{name}"),
        RetentionInDays=stack.application.log_retention_days,
    )
    stack.add(
        Function(
            function.title,
            DependsOn=[function.log_group],
            FunctionName=Sub(name),
            Description=Sub(f"${{AWS::StackName}} {function.description}"),
            Runtime=runtime,
            Handler="index.handler",
            MemorySize=128,
            Timeout=timeout,
            Role=GetAtt(function.role, "Arn"),
            **present(
                Environment=None if environment is None else Environment(Variables={**environment})
            ),
            Code=Code(ZipFile=functions.source(function.module)),
        ),
        role(
            function.role,
            trust=trust("lambda.amazonaws.com"),
            policies={
                function.policy: document(
                    *function.permissions, write_logs(GetAtt(function.log_group, "Arn"))
                )
            },
        ),
        log_group,
    )
    return log_group
