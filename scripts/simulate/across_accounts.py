"""Put requests across accounts to an IAM evaluator, and compare its answers with the table.

The requests, and what IAM decides, stand in ``across_accounts.yml``. Exit 1 where the evaluator
decides something else.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from evaluator import compare

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
    asked = [(given["title"], given, answers) for given, answers in cases()]
    compare(asked, what="across accounts")


if __name__ == "__main__":
    main()
