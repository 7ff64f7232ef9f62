"""What is not known before the deployment is neither allowed nor denied."""

from typing import Any

import pytest

from cfn_pipeline.analysis.partial_text import ANYTHING, Unknowns
from cfn_pipeline.evaluation.conditions import Context
from cfn_pipeline.evaluation.decisions import Request, decide
from cfn_pipeline.evaluation.matching import matches
from cfn_pipeline.evaluation.policies import UNKNOWN, plain_policy

_UNKNOWNS = Unknowns()
HOME = _UNKNOWNS.open("AWS::AccountId")
OTHER = _UNKNOWNS.open("a parameter")
ROLE = "arn:aws:iam::111111111111:role/pipeline"
OBJECT = "arn:aws:s3:::artifacts/a"


@pytest.mark.parametrize(
    "pattern, text, answer",
    [
        ("*", ANYTHING, True),
        (f"arn:aws:iam::{HOME}:role/a", f"arn:aws:iam::{HOME}:role/a", True),
        (f"arn:aws:iam::{HOME}:role/*", f"arn:aws:iam::{HOME}:role/{OTHER}", True),
        (f"arn:aws:iam::{HOME}:role/a", "arn:aws:iam::111111111111:role/a", None),
        (f"arn:aws:iam::{HOME}:role/a", "arn:aws:iam::111111111111:role/b", False),
        (ANYTHING, ANYTHING, None),
        (f"{OTHER}-a", f"{OTHER}-b", False),
        ("arn:aws:s3:::a?c", f"arn:aws:s3:::a{OTHER}c", None),
        ("arn:aws:iam::*:role/a", "arn:aws:iam::1:b:role/a", False),
    ],
)
def test_patterns(pattern: str, text: str, answer: bool | None) -> None:
    assert matches(pattern, text) is answer


def test_accounts_that_are_known_to_differ() -> None:
    home, other = f"arn:aws:iam::{HOME}:role/a", "arn:aws:iam::222222222222:role/a"
    assert matches(home, other) is None
    assert matches(home, other, {HOME: frozenset({"222222222222"})}) is False
    assert matches("arn:aws:iam::*:role/a", home, {HOME: frozenset({"222222222222"})}) is True


def _decide(*, account: str = "111111111111", policy: Any = None, keys: Any = None) -> Any:
    allow = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    request = Request(
        principal=ROLE,
        action="s3:GetObject",
        resource=OBJECT,
        account=account,
        context=Context(keys=keys or {}),
    )
    resource = None if policy is None else plain_policy({"Statement": [policy]})
    return decide(request, identity=plain_policy(allow), resource=resource)


def test_whether_it_is_one_account() -> None:
    assert _decide().is_allowed is True
    assert _decide(account="222222222222").is_allowed is False
    # Within an account it is allowed, across accounts it is not.
    assert _decide(account=OTHER).is_allowed is None


def test_a_denial_under_a_condition() -> None:
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
    }
    assert _decide(policy=denial).is_allowed is None
    assert _decide(policy=denial, keys={"aws:PrincipalOrgID": ("o-1",)}).is_allowed is True
    assert _decide(policy=denial, keys={"aws:PrincipalOrgID": ("o-2",)}).is_allowed is False
    denied = _decide(policy=denial, keys={"aws:PrincipalOrgID": ()})
    assert (denied.is_allowed, denied.denied_by is None) == (False, False)


def test_policies_that_are_not_all_known() -> None:
    request = Request(principal=ROLE, action="s3:GetObject", resource=OBJECT, account=OTHER)
    assert decide(request, identity=UNKNOWN).is_allowed is None
    elsewhere = Request(principal=ROLE, action="s3:GetObject", resource=OBJECT, account="2" * 12)
    decision = decide(elsewhere, identity=UNKNOWN)
    assert (decision.is_allowed, decision.lacking) == (False, ("resource",))
