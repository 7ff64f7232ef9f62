"""A custom resource whose attributes are the values of a secret."""

import contextlib
import io
import json
from typing import Any

import boto3
import cfnresponse

secretsmanager = boto3.client("secretsmanager")


def handler(event: Any, context: Any) -> None:
    print(event["RequestType"], event.get("PhysicalResourceId", ""))
    if event["RequestType"] == "Delete":
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, event["PhysicalResourceId"])
        return
    try:
        secret = secretsmanager.get_secret_value(SecretId=event["ResourceProperties"]["SecretId"])
        credentials = dict(json.loads(secret["SecretString"]).items())
    except Exception as error:
        # A parser's message quotes what it read, so the log gets the kind of error alone.
        reason = f"The secret cannot be read as a JSON object: {type(error).__name__}"
        cfnresponse.send(
            event, context, cfnresponse.FAILED, {}, event.get("PhysicalResourceId"), reason=reason
        )
        return
    # cfnresponse prints the response, and with it every value.
    with contextlib.redirect_stdout(io.StringIO()):
        cfnresponse.send(
            event, context, cfnresponse.SUCCESS, credentials, secret["VersionId"], noEcho=True
        )
    print("Answered with the secret's version", secret["VersionId"])
