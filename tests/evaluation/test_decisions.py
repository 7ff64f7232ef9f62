"""Decisions on requests across accounts: those of an independent evaluator (make simulate)."""

from typing import Any

import pytest

from cfn_pipeline.evaluation.conditions import Context
from cfn_pipeline.evaluation.decisions import Request, decide
from cfn_pipeline.evaluation.policies import Policy, plain_policy
from tests.scripts import load_script

CASES: list[tuple[dict[str, Any], list[str]]] = [
    *load_script("simulate/across_accounts.py").cases(),
    *load_script("simulate/fleet.py").cases(),
]


def _policies(documents: list[Any]) -> Policy:
    return sum(map(plain_policy, documents), Policy())


@pytest.mark.parametrize("case, answers", CASES, ids=[case["title"] for case, _ in CASES])
def test_the_evaluators_agree(case: dict[str, Any], answers: list[str]) -> None:
    boundary, policy = case["boundary"], case["resourcePolicy"]
    for row, answer in zip(case["requests"], answers, strict=True):
        request = Request(
            principal=case["principal"],
            action=row["action"],
            resource=row["resource"],
            account=row["account"],
            context=Context(
                keys={key: (value,) for key, value in row["context"].items()}, is_whole=True
            ),
        )
        decision = decide(
            request,
            identity=_policies(case["policies"]),
            boundary=None if boundary is None else plain_policy(boundary),
            resource=None if policy is None else plain_policy(policy),
        )
        assert decision.is_allowed is (answer == "allowed"), row


def test_the_table_has_both_answers_of_many() -> None:
    answers = [answer for _, row in CASES for answer in row]
    assert len(answers) >= 150
    assert min(answers.count("allowed"), answers.count("denied")) >= 60
