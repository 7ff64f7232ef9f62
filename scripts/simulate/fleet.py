"""Put requests of a fleet's roles in another account to an IAM evaluator.

The requests, and what IAM decides, stand in ``fleet.yml``; the policies are those of
``examples/fleet-accounts``. Exit 1 where the evaluator decides something else.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from evaluator import compare

from cfn_pipeline import load
from cfn_pipeline.aws.iam import POLICY_VERSION

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "examples" / "fleet-accounts"
HOME, OTHER = "111111111111", "222222222222"
_ACCOUNT = f"platform/account-{OTHER}.yml"
#: The file of each role, its account, its logical id, and how those of its policies begin.
_ROLES = {
    "pipeline": ("platform/iam.yml", HOME, "CodePipelineRole", "PipelinePolicy"),
    "build": ("platform/iam.yml", HOME, "CodeBuildRole", "BuildPolicy"),
    "action": (_ACCOUNT, OTHER, "ActionRole", None),
    "reading": (_ACCOUNT, OTHER, "ReadingRole", None),
    "deployment": (_ACCOUNT, OTHER, "CloudFormationRole", None),
    "delivery": ("orders/delivery-prod.yml", OTHER, "DeliveryRole", "DeliveryPolicy"),
}
#: What has a policy of its own: the file, its account, and the property.
_POLICIES = {
    "ActionRole": (_ACCOUNT, OTHER, "AssumeRolePolicyDocument"),
    "ReadingRole": (_ACCOUNT, OTHER, "AssumeRolePolicyDocument"),
    "ArtifactBucketPolicy": ("platform/pipeline.yml", HOME, "PolicyDocument"),
    "KmsKey": ("platform/kms.yml", HOME, "KeyPolicy"),
}
_ANY = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def cases() -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield each case as the evaluator reads it, with the answers of its requests."""
    table = yaml.safe_load((HERE / "fleet.yml").read_text())
    for case in table["cases"]:
        named = case.get("policy")
        account = OTHER if named is None else _POLICIES[named][1]
        rows = [(answer, row) for answer in ("allowed", "denied") for row in case[answer]]
        given = {
            "title": case["title"],
            **_role(case["role"]),
            "resourcePolicy": None if named is None else _policy(named),
            "requests": [_request(table["resources"], account, *row) for _, row in rows],
        }
        yield given, [answer for answer, _ in rows]


def _role(name: str) -> dict[str, Any]:
    if name == "any":
        return {
            "principal": f"arn:aws:iam::{OTHER}:role/fleet/any",
            "policies": [{"Version": POLICY_VERSION, "Statement": [_ANY]}],
            "boundary": _boundary(OTHER),
        }
    file, account, role, managed = _ROLES[name]
    resources = _resources(file, account)
    own = resources[role]["Properties"]
    policies = [each["PolicyDocument"] for each in own.get("Policies", ())]
    policies += [
        resource["Properties"]["PolicyDocument"]
        for id_, resource in resources.items()
        if managed is not None and id_.startswith(managed)
    ]
    return {
        "principal": f"arn:aws:iam::{account}:role{own['Path']}{own['RoleName']}",
        "policies": policies,
        "boundary": _boundary(account),
    }


def _boundary(account: str) -> Any:
    file = "platform/boundary.yml" if account == HOME else _ACCOUNT
    return _resources(file, account)["Boundary"]["Properties"]["PolicyDocument"]


def _policy(named: str) -> Any:
    file, account, document = _POLICIES[named]
    return _resources(file, account)[named]["Properties"][document]


def _resources(file: str, account: str) -> Any:
    return _deployed(load((EXAMPLE / file).read_text())["Resources"], account)


def _deployed(value: Any, account: str) -> Any:
    """Return policies with the values of a deployment."""
    values = {"AccountId": account, "Region": "eu-central-1", "Partition": "aws"}
    values["URLSuffix"] = "amazonaws.com"
    bucket = f"arn:aws:s3:::platform-artifacts-{HOME}-eu-central-1"
    match value:
        case {"Fn::Sub": str(text)}:
            text = text.replace("${ArtifactBucket.Arn}", bucket)
            return re.sub(r"\$\{AWS::(\w+)\}", lambda word: values[word[1]], text)
        case {"Ref": str(name)} if name.startswith("AWS::"):
            return values[name.removeprefix("AWS::")]
        case {"Fn::GetAtt": ["ArtifactBucket", "Arn"]}:
            return bucket
        case {"Ref": _} | {"Fn::ImportValue": _}:  # of the pipeline's key and connection
            return f"arn:aws:kms:eu-central-1:{account}:key/0a1b"
        case dict():
            return {key: _deployed(inside, account) for key, inside in value.items()}
        case list():
            return [_deployed(inside, account) for inside in value]
        case _:
            return value


def _request(
    resources: Mapping[str, str],
    account: str,
    action: str,
    resource: str,
    context: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    arn = resources.get(resource, resource)
    return {
        "action": action,
        "resource": arn if arn == "*" else f"arn:aws:{arn}",
        "account": account,
        "context": dict(context or {}),
    }


def main() -> None:
    compare([(given["title"], given, answers) for given, answers in cases()], what="of a fleet")


if __name__ == "__main__":
    main()
