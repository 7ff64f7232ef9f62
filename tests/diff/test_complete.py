"""What one of two policies allows and the other does not is found, wherever it is."""

import itertools
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.concrete import ACCOUNT
from cfn_pipeline.evaluation.conditions import Context
from cfn_pipeline.evaluation.decisions import Request, decide
from cfn_pipeline.evaluation.policies import plain_policy
from cfn_pipeline.permissions import catalogue

_QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:"
_CONDITIONS: list[Any] = [
    None,
    {"StringEquals": {"aws:RequestedRegion": "a"}},
    {"StringEquals": {"aws:RequestedRegion": ["a", "b"]}},
    {"StringLike": {"aws:RequestedRegion": "a*"}},
    {"StringNotEquals": {"aws:PrincipalTag/t": "x"}},
    {"StringEqualsIfExists": {"aws:PrincipalTag/t": "x"}},
    {"Null": {"aws:PrincipalTag/t": "true"}},
    {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:RequestedRegion": "b"}},
]
_ACTIONS = ["s3:GetObject", "s3:Get*", "s3:PutObject", "s3:*", "s3:ListBucket", "sqs:Send*", "*"]
_ARNS = [
    *("*", "arn:aws:s3:::a", "arn:aws:s3:::a/*", "arn:aws:s3:::a/b/*", "arn:aws:s3:::*"),
    *(f"{_QUEUE}q", f"{_QUEUE}q*", f"{_QUEUE}*x"),
]


def _element(name: str, values: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    lists = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
    return st.tuples(st.sampled_from([name, name, name, f"Not{name}"]), lists).map(
        lambda pair: {pair[0]: pair[1]}
    )


STATEMENTS = st.builds(
    lambda effect, actions, resources, condition: {
        "Effect": effect,
        **actions,
        **resources,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
    _element("Action", _ACTIONS),
    _element("Resource", _ARNS),
    st.sampled_from(_CONDITIONS),
)
POLICIES = st.lists(STATEMENTS, min_size=1, max_size=3)

_CALLS = (
    *("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:ListBucket", "s3:DeleteBucket"),
    *("sqs:SendMessage", "sqs:DeleteQueue", "s3:ListAllMyBuckets", "iam:CreateUser"),
)
_PLACES = (
    *("*", "arn:aws:s3:::a", "arn:aws:s3:::c", "arn:aws:s3:::a/x", "arn:aws:s3:::a/b/x"),
    *("arn:aws:s3:::c/x", f"{_QUEUE}q", f"{_QUEUE}qx", f"{_QUEUE}zx", f"{_QUEUE}z"),
    f"arn:aws:iam::{ACCOUNT}:user/u",
)
_CONTEXTS = [
    {
        **({"aws:RequestedRegion": (region,)} if region else {}),
        **({"aws:PrincipalTag/t": (tag,)} if tag else {}),
        **({"aws:SecureTransport": ("true",)} if is_secure else {}),
    }
    for region in ("", "a", "b", "ab", "c")
    for tag in ("", "x", "y")
    for is_secure in (False, True)
]
_REQUESTS = [
    (action, resource, keys)
    for action, resource in itertools.product(_CALLS, _PLACES)
    if (resource == "*") is (not catalogue.resources_of(action))
    and catalogue.can_be_on(action, resource)
    for keys in _CONTEXTS
]


def _decisions(statements: list[Mapping[str, Any]]) -> list[bool]:
    policy = plain_policy({"Statement": statements})
    return [
        decide(
            Request(
                principal=f"arn:aws:iam::{ACCOUNT}:role/It",
                action=action,
                resource=resource,
                account=ACCOUNT,
                context=Context(keys=keys, is_whole=True),
            ),
            identity=policy,
        ).is_allowed
        is True
        for action, resource, keys in _REQUESTS
    ]


def _template(statements: list[Mapping[str, Any]]) -> str:
    policy = {"PolicyName": "it", "PolicyDocument": {"Statement": statements}}
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}
    return json.dumps({"Resources": {"It": role}})


@pytest.mark.thorough
@given(POLICIES, POLICIES)
def test_every_request_that_is_decided_otherwise_is_found(
    old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]
) -> None:
    before, after = _decisions(old), _decisions(new)
    found = compare(
        *(State(name="state", files={"a.json": _template(policy)}) for policy in (old, new))
    )
    effects = {change.effect for change in found.changes}
    answers = list(zip(before, after, strict=True))
    if (False, True) in answers:
        assert "broadening" in effects
    if (True, False) in answers:
        assert "narrowing" in effects
