"""The Lambda Hook that checks pipelines before CloudFormation creates or updates them."""

from awacs import awslambda
from troposphere import GetAtt, Parameter, Ref, Sub, Template
from troposphere.awslambda import Code, Function
from troposphere.cloudformation import LambdaHook, StackFilters, StackNames, TargetFilters
from troposphere.logs import LogGroup

from cfn_pipeline.policies.application import write_logs
from cfn_pipeline.policies.documents import allow, document, from_account, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.stack import Stack

#: What the function runs on: libraries are chosen for it.
PYTHON = "3.13"

#: The Hook's name in the account and region.
ALIAS = "CfnPipeline::Templates::Check"

FUNCTION = "Function"
FUNCTION_ROLE = "FunctionRole"
LOG_GROUP = "FunctionLogGroup"
HOOK_ROLE = "HookRole"

#: How long a Hook waits.
_SECONDS = 30

_LOG_RETENTION_DAYS = 30


def hook_template() -> Template:
    """Make the template of the Hook, its function and their roles.

    The function's code, which ``make hook`` builds, is in a bucket. By default, a pipeline with
    errors causes a warning; with ``FailureMode`` FAIL, CloudFormation refuses it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-lambdahook.html
    """
    stack = Stack("A Hook that checks pipelines before they are deployed", name="hook")
    bucket = stack.parameter(
        Parameter("CodeBucket", Type="String", Description="Bucket, of this region, with the code")
    )
    key = stack.parameter(
        Parameter("CodeKey", Type="String", Description="Key of the code, a zip file")
    )
    failure_mode = stack.parameter(
        Parameter(
            "FailureMode",
            Type="String",
            Description="What pipelines with errors cause: WARN, a warning; FAIL, a refusal",
            Default="WARN",
            AllowedValues=["WARN", "FAIL"],
        )
    )
    stack.add(
        LambdaHook(
            "Hook",
            Alias=ALIAS,
            ExecutionRole=GetAtt(HOOK_ROLE, "Arn"),
            FailureMode=failure_mode,
            HookStatus="ENABLED",
            LambdaFunction=GetAtt(FUNCTION, "Arn"),
            TargetOperations=["STACK", "CHANGE_SET"],
            TargetFilters=TargetFilters(
                Actions=["CREATE", "UPDATE"], InvocationPoints=["PRE_PROVISION"]
            ),
            # A function that does not work must not keep its own stack from being updated.
            StackFilters=StackFilters(
                FilteringCriteria="ALL", StackNames=StackNames(Exclude=[Ref("AWS::StackName")])
            ),
        ),
        role(
            HOOK_ROLE,
            trust=trust("hooks.cloudformation.amazonaws.com", from_account(Ref("AWS::AccountId"))),
            policies={
                "InvokeFunction": document(
                    allow(
                        awslambda.InvokeFunction, on=GetAtt(FUNCTION, "Arn"), sid="InvokeFunction"
                    )
                )
            },
        ),
        Function(
            FUNCTION,
            DependsOn=[LOG_GROUP],
            FunctionName=Sub("${AWS::StackName}"),
            Description="Checks pipelines before CloudFormation deploys them",
            Runtime=f"python{PYTHON}",
            Architectures=["x86_64"],
            Handler="cfn_pipeline.hook.handler.handle",
            MemorySize=1024,
            Timeout=_SECONDS,
            Role=GetAtt(FUNCTION_ROLE, "Arn"),
            Code=Code(S3Bucket=bucket, S3Key=key),
        ),
        role(
            FUNCTION_ROLE,
            trust=trust("lambda.amazonaws.com"),
            policies={"WriteLogs": document(write_logs(GetAtt(LOG_GROUP, "Arn"), sid="WriteLogs"))},
        ),
        LogGroup(
            LOG_GROUP,
            LogGroupName=Sub("/aws/lambda/${AWS::StackName}"),
            RetentionInDays=_LOG_RETENTION_DAYS,
        ),
    )
    return stack.template
