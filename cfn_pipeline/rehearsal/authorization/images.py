"""Whether tasks in another account may pull their images.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
"""

import re
from collections.abc import Iterator
from typing import Any

from cfn_pipeline.rehearsal.authorization.roles import repository_policy, require, role_of
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.local_aws.accounts import Accounts

_IMAGE = re.compile(r"([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+/([^:@]+)")
_CALLS = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_BEGIN = "CannotPullContainerError: pull image manifest has been retried 1 time(s): denied: "


def authorize_pulls(stack: str, account: Account, accounts: Accounts) -> None:
    """Check that the tasks of a stack may pull their images from other accounts.

    Raises:
        ActionFailed: AWS would refuse it, in AWS's words.

    """
    for definition in _definitions(stack, account):
        execution = str(definition.get("executionRoleArn", ""))
        for container in definition["containerDefinitions"] if execution else ():
            match = _IMAGE.match(container.get("image", ""))
            if match is None or match[1] == account.number:
                continue
            number, region, name = match.groups()
            policy = repository_policy(name, accounts.at(number, region))
            role = role_of(execution, accounts)
            arn = f"arn:aws:ecr:{region}:{number}:repository/{name}"
            for call in _CALLS:
                decision = role.asker.decide(call, arn, number, policy)
                require(decision, role, call, arn, _BEGIN)


def _definitions(stack: str, account: Account) -> Iterator[dict[str, Any]]:
    """Yield the task definitions of a stack."""
    resources = account.client("cloudformation").describe_stack_resources(StackName=stack)
    for resource in resources["StackResources"]:
        if resource["ResourceType"] == "AWS::ECS::TaskDefinition":
            found = account.client("ecs").describe_task_definition(
                taskDefinition=resource["PhysicalResourceId"]
            )
            yield found["taskDefinition"]
