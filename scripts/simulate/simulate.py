"""Evaluate the permissions of the current edition's deployment role with an IAM evaluator.

The requests, and what is to become of each, stand in ``requests.yml``. Exit 1 where the role may do
less, or more.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from cfn_pipeline import load, render

HERE = Path(__file__).parent
ACCOUNT = "111122223333"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/todobackend-iam-PermissionsBoundary-1A"
KEY = f"kms:eu-west-1:{ACCOUNT}:key/0a1b2c3d-0000-0000-0000-000000000000"
WORDS = {"here": f"eu-west-1:{ACCOUNT}", "acct": ACCOUNT, "boundary": BOUNDARY, "key": KEY}
VALUES = {
    "AccountId": ACCOUNT,
    "Partition": "aws",
    "Region": "eu-west-1",
    "StackName": "todobackend-iam",
    "URLSuffix": "amazonaws.com",
}


def main() -> None:
    files = render()
    resources = load(files["iam.yml"])["Resources"]
    policies = [
        deployed(resource["Properties"]["PolicyDocument"])
        for name, resource in resources.items()
        if name.startswith("DeploymentPolicy")
    ]
    rows = yaml.safe_load((HERE / "requests.yml").read_text())
    asked = [(kind, request(*row)) for kind in ("allowed", "denied") for row in rows[kind]]
    given = {
        "principal": f"arn:aws:iam::{ACCOUNT}:role/todobackend-iam-CloudFormationRole-1A",
        "policies": policies,
        "keyPolicy": deployed(
            load(files["kms.yml"])["Resources"]["KmsKey"]["Properties"]["KeyPolicy"]
        ),
        "requests": [entry for _, entry in asked],
    }
    done = subprocess.run(
        ["node", str(HERE / "evaluate.mjs")],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the evaluator failed: {done.stderr}")
    wrong = 0
    for (kind, entry), decision in zip(asked, json.loads(done.stdout), strict=True):
        if (decision == "Allowed") != (kind == "allowed") or decision.startswith("error"):
            wrong += 1
            print(f"{entry['action']} on {entry['resource']} {entry['context'] or ''}: {decision}")
    print(f"{len(asked)} requests, {wrong} wrong", file=sys.stderr)
    raise SystemExit(1 if wrong else 0)


def request(action: str, resource: str, context: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a row of the table as input of the evaluator."""
    arn = filled(resource)
    return {
        "action": action,
        "resource": arn if arn == "*" or arn.startswith("arn:") else f"arn:aws:{arn}",
        "context": {key: filled(value) for key, value in (context or {}).items()},
    }


def filled(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda word: WORDS[word[1]], text)


def deployed(value: Any) -> Any:
    """Return a policy with the values of a deployment."""
    match value:
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{AWS::(\w+)\}", lambda word: VALUES[word[1]], text)
        case {"Fn::If": _}:
            return BOUNDARY
        case {"Fn::ImportValue": "todobackend-key"}:
            return f"arn:aws:{KEY}"
        case dict():
            return {key: deployed(inside) for key, inside in value.items()}
        case list():
            return [deployed(inside) for inside in value]
        case _:
            return value


if __name__ == "__main__":
    main()
