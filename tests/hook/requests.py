"""Requests of a Lambda Hook, as CloudFormation makes them for stacks and for change sets."""

import json
from typing import Any

STACK_ID = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1a2b3c4d-0000"
TOKEN = "c0ffee00-1111-2222-3333-444455556666"
URL = "https://s3.eu-west-1.amazonaws.com/hooks-of-cloudformation/payload?X-Amz-Signature=0a1b"


def request(
    target: str = "STACK", point: str = "CREATE_PRE_PROVISION", url: str = URL
) -> dict[str, Any]:
    change_set = STACK_ID.replace(":stack/", ":changeSet/")
    return {
        "clientRequestToken": TOKEN,
        "awsAccountId": "111122223333",
        "stackId": STACK_ID,
        "changeSetId": change_set if target == "CHANGE_SET" else None,
        "hookTypeName": "CfnPipeline::Templates::Check",
        "hookTypeVersion": "00000001",
        "hookModel": {"LambdaFunction": "arn:aws:lambda:eu-west-1:111122223333:function:hook"},
        "actionInvocationPoint": point,
        "requestData": {
            "targetName": target,
            "targetType": target,
            "targetLogicalId": change_set if target == "CHANGE_SET" else STACK_ID,
            "payload": url,
        },
        "requestContext": {"invocation": 1, "callbackContext": None},
    }


def document(template: str, *, target: str = "STACK", previous: str | None = None) -> bytes:
    """Return what is at the URL of a request."""
    content: dict[str, Any] = {"template": template}
    if previous is not None:
        content["previousTemplate"] = previous
    if target == "CHANGE_SET":
        content["changedResources"] = [
            {
                "logicalResourceId": "Pipeline",
                "resourceType": "AWS::CodePipeline::Pipeline",
                "action": "CREATE",
                "beforeContext": "",
                "afterContext": "{}",
            }
        ]
    return json.dumps(content).encode()
