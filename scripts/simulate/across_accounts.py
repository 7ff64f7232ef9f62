"""Put requests across accounts to an IAM evaluator, and compare its answers with the table.

The requests, and what IAM decides, stand in ``across_accounts.yml``. Exit 1 where the evaluator
decides something else.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from cfn_pipeline.aws.iam import POLICY_VERSION

HERE = Path(__file__).parent


def cases() -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield each case as the evaluator reads it, with the answers of its requests."""
    table = yaml.safe_load((HERE / "across_accounts.yml").read_text())
    for case in table["cases"]:
        boundary, policy = case.get("boundary"), case.get("policy")
        given = {
            "title": case["title"],
            "principal": table["roles"][case["principal"]],
            "policies": [_document(case["identity"])] if case["identity"] else [],
            "boundary": None if boundary is None else _document(boundary),
            "resourcePolicy": None if policy is None else _document(policy),
            "requests": [_request(table, case, row) for row in case["rows"]],
        }
        yield given, [row[-1] for row in case["rows"]]


def _document(statements: list[Any]) -> dict[str, Any]:
    return {"Version": POLICY_VERSION, "Statement": statements}


def _request(table: Mapping[str, Any], case: Mapping[str, Any], row: list[Any]) -> dict[str, Any]:
    action, resource, context, _ = row
    return {
        "action": action,
        "resource": table["resources"].get(resource, resource),
        "account": case["account"],
        "context": context,
    }


def main() -> None:
    asked = list(cases())
    done = subprocess.run(
        ["node", str(HERE / "evaluate.mjs")],
        input=json.dumps([given for given, _ in asked]),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the evaluator failed: {done.stderr}")
    number = wrong = 0
    for (given, answers), decisions in zip(asked, json.loads(done.stdout), strict=True):
        for answer, entry, decision in zip(answers, given["requests"], decisions, strict=True):
            number += 1
            if (decision == "Allowed") != (answer == "allowed") or decision.startswith("error"):
                wrong += 1
                asks = f"{entry['action']} on {entry['resource']} {entry['context'] or ''}"
                print(f"{given['title']}: {asks}: {decision}")
    print(f"{number} requests across accounts, {wrong} wrong", file=sys.stderr)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
