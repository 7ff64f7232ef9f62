"""Changes of the example after which everything still works: nothing is found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.accounts.example import (
    PROD,
    STAGING,
    A,
    Change,
    Files,
    P,
    S,
    action,
    deny,
    findings,
    in_trust,
    of_role,
    statement,
    texts,
    with_,
)


def _everywhere(old: str, new: str) -> Change:
    def change(files: Files) -> None:
        for name in files:
            files[name] = json.loads(json.dumps(files[name]).replace(old, new))

    return change


def _each_statement(edit: Callable[[Any], object]) -> Change:
    """Edit the statements of all policies."""

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("Statement"), list):
                for statement in value["Statement"]:
                    edit(statement)
            value = list(value.values())
        if isinstance(value, list):
            for inside in value:
                walk(inside)

    return lambda files: walk(list(files.values()))


def _reverse(files: Files) -> None:
    """Reverse the order of statements."""

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("Statement"), list):
                value["Statement"].reverse()
            value = list(value.values())
        if isinstance(value, list):
            for inside in value:
                walk(inside)

    walk(list(files.values()))


def _by_role(file: str, resource: str, sid: str) -> Change:
    """Name the role itself, as AWS's page does."""

    def change(files: Files) -> None:
        entry = statement(files, file, resource, sid)
        [roles] = [keys for keys in entry["Condition"].values() if "aws:PrincipalArn" in keys]
        entry["Principal"] = {"AWS": roles.pop("aws:PrincipalArn")}

    return change


def _operator(name: str) -> Change:
    def edit(statement: Any) -> None:
        condition = statement.get("Condition", {})
        if "aws:PrincipalArn" in condition.get("ArnEquals", {}):
            condition[name] = condition.pop("ArnEquals")

    return _each_statement(edit)


def _single(statement: Any) -> None:
    """Write lists of one as a value."""
    for key in ("Action", "Resource"):
        if isinstance(statement.get(key), list) and len(statement[key]) == 1:
            statement[key] = statement[key][0]


HARMLESS: dict[str, Change] = {
    "another account": _everywhere(STAGING, "444444444444"),
    "another region": _everywhere("eu-west-1", "ap-southeast-2"),
    "numbers instead of roots": texts(
        "kms.yml", f"arn:${{AWS::Partition}}:iam::{STAGING}:root", STAGING
    ),
    "a partition": texts(A, "${AWS::Partition}", "aws"),
    "no names of statements": _each_statement(lambda statement: statement.pop("Sid", None)),
    "values instead of lists": _each_statement(_single),
    "another order": _reverse,
    "ArnLike": _operator("ArnLike"),
    "StringEquals": _operator("StringLike"),
    "the role in the key's policy": _by_role(A, "KmsKey", "LetActionRolesEncryptArtifacts"),
    "the role in the bucket's policy": _by_role(
        A, "ArtifactBucketPolicy", "LetActionRolesUseArtifacts"
    ),
    "all of S3": with_(S, "ActionRole", "ReadWriteArtifacts", Action="s3:*", Resource="*"),
    "all but": with_(P, "ActionRole", "ReadWriteArtifacts", Action=["s3:Get*", "s3:Put*"]),
    "only reading": with_(P, "ActionRole", "ReadWriteArtifacts", Action="s3:GetObject"),
    "one more denial": deny(A, "ArtifactBucketPolicy", Principal="*", Action="s3:DeleteObject*"),
    "transport": deny(
        A,
        "KmsKey",
        Principal="*",
        Action="kms:*",
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    ),
    "others are denied": deny(
        A,
        "ArtifactBucketPolicy",
        Principal="*",
        Action="s3:*",
        Condition={"StringNotEquals": {"aws:PrincipalAccount": [PROD, {"Ref": "AWS::AccountId"}]}},
    ),
    "an organization": with_(
        "pipeline.yml",
        "ArtifactBucketPolicy",
        "LetActionRolesUseArtifacts",
        Principal="*",
        Condition={"StringEquals": {"aws:PrincipalOrgID": "o-0a1b2c3d4e"}},
    ),
    "a parameter for the principal": in_trust(
        P, "ActionRole", Principal={"AWS": {"Ref": "PipelineAccount"}}
    ),
    "an administrator": of_role(
        S,
        "ActionRole",
        ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"],
        Policies=[],
    ),
    "a boundary": of_role(
        P, "ActionRole", PermissionsBoundary="arn:aws:iam::333333333333:policy/boundary"
    ),
    "an empty external id": in_trust(
        S, "ActionRole", Condition={"StringEqualsIfExists": {"sts:ExternalId": "billing"}}
    ),
    "any role of the account": texts(P, "role/deployment/billing-pipeline", "role/deployment/*"),
    "artifacts of staging at home": lambda files: action(files, "Staging").update(
        OutputArtifacts=[{"Name": "Staged"}]
    ),
}

#: They edit what the others remove.
_LAST = {"an administrator", "no names of statements", "another account", "another region"}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_fine(name: str) -> None:
    assert findings(HARMLESS[name]) == []


@pytest.mark.thorough
@given(st.lists(st.sampled_from(sorted(set(HARMLESS) - _LAST)), unique=True), st.data())
def test_harmless_changes_together_are_fine(names: list[str], data: st.DataObject) -> None:
    last = data.draw(st.lists(st.sampled_from(sorted(_LAST)), unique=True))
    assert findings(*(HARMLESS[name] for name in [*names, *last])) == []
