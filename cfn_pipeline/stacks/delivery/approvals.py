"""The function that tells what will change when an approval begins.

It reads the change sets that wait for the approval, publishes what they change, and approves where
they are empty and the approval says so.
https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from awacs import cloudformation, codepipeline, sns, sts
from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub
from troposphere.awslambda import (
    Code,
    DeadLetterConfig,
    Environment,
    Function,
    LoggingConfig,
    Permission,
)
from troposphere.events import InputTransformer, Target
from troposphere.logs import LogGroup

from cfn_pipeline import functions
from cfn_pipeline.aws.consoles import CONSOLES
from cfn_pipeline.aws.lambda_functions import ENVIRONMENT_BYTES, PYTHON
from cfn_pipeline.aws.pipelines import action_log_group
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.change_sets import DescribedApproval
from cfn_pipeline.model.deployments import CreateChangeSet
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.permissions.protection import ROLE_PATH
from cfn_pipeline.policies.application import write_logs
from cfn_pipeline.policies.documents import allow, document, trust
from cfn_pipeline.policies.keys import encrypt_logs, publish_encrypted
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.environment.names import approval_role_name
from cfn_pipeline.stacks.stack import DELETE, Stack

FUNCTION = "ApprovalFunction"
ROLE = "ApprovalFunctionRole"
LOG_GROUP = "ApprovalFunctionLogGroup"

_LOG_DAYS = 365
_SECONDS = 60
_MEGABYTES = 256


def approval_log_group(pipeline: str) -> str:
    """Return the log group of the function, beside that of the pipeline's actions."""
    return f"{action_log_group(pipeline)}/approvals"


def approval_target(message: str, domain: Value) -> Target:
    """Return the function as the target of a rule of EventBridge.

    Args:
        message: that the approval waits, with placeholders of the rule's input.
        domain: of the console, for ``${Domain}`` in the message.

    """
    paths = {
        "pipeline": "$.detail.pipeline",
        "stage": "$.detail.stage",
        "action": "$.detail.action",
        "execution": "$.detail.execution-id",
    }
    action = {"pipelineName": "<pipeline>", "stageName": "<stage>", "actionName": "<action>"}
    event = {
        "subject": "Approval: <pipeline>",
        "message": message,
        "execution": "<execution>",
        "action": action,
    }
    return Target(
        Arn=GetAtt(FUNCTION, "Arn"),
        Id=FUNCTION,
        InputTransformer=InputTransformer(
            InputPathsMap=paths, InputTemplate=Sub(json.dumps(event), Domain=domain)
        ),
    )


def add_approval_function(
    stack: Stack, pipeline: Pipeline, *, rule: str, topic: str, domain: Value
) -> None:
    """Add the function, with its role and its log group.

    Args:
        stack: to which they are added.
        pipeline: whose approvals it describes.
        rule: the logical id of the rule that runs it.
        topic: the logical id of the topic to which it publishes.
        domain: of the console.

    Raises:
        ModelError: the names of the change sets are too long for the variables of a function.

    """
    described = pipeline.described_approvals
    readers = [c.reader_role for each in described for c in each.change_sets if c.reader_role]
    # Roles of other accounts trust a name.
    name = approval_role_name(pipeline.name) if readers else None
    variable = _variable(described)
    if (size := _least_bytes(variable, topic)) > ENVIRONMENT_BYTES:
        raise ModelError(
            f"pipeline {pipeline.name!r}: with the change sets of its approvals, the variables of "
            f"the function take at least {size:,} bytes, and Lambda allows {ENVIRONMENT_BYTES:,}; "
            "remove preview or describe_changes from some approvals"
        )
    stack.add(
        Function(
            FUNCTION,
            FunctionName=f"{pipeline.name}-approvals",
            Description=f"Tells what an approval is for: pipeline {pipeline.name}",
            Runtime=PYTHON,
            Handler="index.handler",
            MemorySize=_MEGABYTES,
            Timeout=_SECONDS,
            Role=GetAtt(ROLE, "Arn"),
            # What it cannot tell, the topic gets as it is.
            DeadLetterConfig=DeadLetterConfig(TargetArn=Ref(topic)),
            LoggingConfig=LoggingConfig(LogGroup=Ref(LOG_GROUP)),
            Environment=Environment(
                Variables={
                    "APPROVALS": variable,
                    "CONSOLE": domain,
                    "TOPIC": Ref(topic),
                }
            ),
            Code=Code(ZipFile=functions.source("change_sets")),
        ),
        role(
            ROLE,
            name=name,
            path=None if name is None else ROLE_PATH,
            description=f"Lambda, telling what approvals of the pipeline {pipeline.name} are for",
            trust=trust("lambda.amazonaws.com"),
            policies={
                "ApprovalFunctionPermissions": document(
                    *_permissions(stack, pipeline.name, described),
                    allow(sns.Publish, on=Ref(topic), sid="PublishMessages"),
                    publish_encrypted(stack.key, through=stack.arns.service("sns")),
                    write_logs(GetAtt(LOG_GROUP, "Arn"), sid="WriteLogs"),
                    encrypt_logs(stack.key, through=stack.arns.service("logs")),
                )
            },
        ),
        LogGroup(
            LOG_GROUP,
            **DELETE,
            LogGroupName=approval_log_group(pipeline.name),
            RetentionInDays=_LOG_DAYS,
            KmsKeyId=stack.key,
        ),
        Permission(
            f"{FUNCTION}Permission",
            FunctionName=Ref(FUNCTION),
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=GetAtt(rule, "Arn"),
        ),
    )


def _permissions(
    stack: Stack, pipeline: str, described: Iterable[DescribedApproval]
) -> list[Statement]:
    """Return reading the change sets, and approving where an approval says so."""
    arns = stack.arns
    read: list[Value] = []
    assume: list[Value] = []
    approve: list[Value] = []
    for approval in described:
        for change in approval.change_sets:
            if change.reader_role is not None:
                assume.append(change.reader_role)
                continue
            stacks = arns.at(region=change.region).named("cloudformation", "stack", "/*")
            read.append(stacks(change.stack))
        if approval.action.approve_empty:
            name = f"{pipeline}/{approval.stage}/{approval.action.name}"
            approve.append(arns.regional("codepipeline", name))
    statements = []
    if read:
        statements.append(
            allow(
                cloudformation.DescribeChangeSet,
                cloudformation.DescribeStacks,
                on=_once(read),
                sid="DescribeChangeSets",
            )
        )
    if assume:
        statements.append(allow(sts.AssumeRole, on=_once(assume), sid="DescribeInOtherAccounts"))
    if approve:
        statements += [
            allow(
                codepipeline.GetPipelineState,
                on=arns.regional("codepipeline", pipeline),
                sid="ReadApproval",
            ),
            allow(codepipeline.PutApprovalResult, on=approve, sid="ApproveEmptyChangeSets"),
        ]
    return statements


def _once(arns: Iterable[Value]) -> list[Value]:
    """Return ARNs each once; functions of troposphere have no hash."""
    return [
        *{json.dumps(arn if isinstance(arn, str) else arn.to_dict()): arn for arn in arns}.values()
    ]


def _variable(described: Iterable[DescribedApproval]) -> Value:
    """Return which change sets wait for which approval, as the function reads it."""
    names: dict[str, Any] = {}
    approvals = {
        f"{approval.stage}/{approval.action.name}": {
            "change_sets": [
                {key: _text(value, names) for key, value in _place(change).items()}
                for change in approval.change_sets
            ],
            **({"approve_empty": True} if approval.action.approve_empty else {}),
        }
        for approval in described
    }
    text = json.dumps(approvals)
    return Sub(text, **names) if "${" in text else text


def _least_bytes(variable: Value, topic: str) -> int:
    """Return how many bytes Lambda counts for the variables, without what only AWS knows."""
    text = variable if isinstance(variable, str) else variable.to_dict()["Fn::Sub"]
    text = text if isinstance(text, str) else text[0]
    variables = {
        "APPROVALS": re.sub(r"\$\{[^}]*\}", "", text),
        "CONSOLE": min(CONSOLES.values(), key=len),
        "TOPIC": f"arn:aws:sns:us-east-1:123456789012:{topic}",
    }
    return len(json.dumps(variables, separators=(",", ":")))


def _place(change: CreateChangeSet) -> dict[str, Value]:
    return present(
        stack=change.stack,
        name=change.change_set_name,
        region=change.region,
        role=change.reader_role,
    )


def _text(value: Value, names: dict[str, Any]) -> str:
    """Return a value within Sub; ``names`` gets what must be a variable of it."""
    if isinstance(value, str):
        return value
    if isinstance(text := value.to_dict().get("Fn::Sub"), str):
        return text
    name = f"Value{len(names) + 1}"
    names[name] = value
    return f"${{{name}}}"
