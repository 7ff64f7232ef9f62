"""Mistakes of a fleet that deploys in two other accounts: each is caught where it is."""

from typing import Any, NamedTuple

import pytest

from tests.checks.accounts.example import (
    EXAMPLE,
    Change,
    Files,
    action,
    deny,
    findings,
    in_trust,
    of_action,
    of_role,
    stores,
    texts,
    with_,
    without,
    without_call,
)

FOLDER = EXAMPLE.parent / "fleet-accounts" / "platform"
ORDERS, P, A = "account-222222222222.yml", "account-333333333333.yml", "artifacts-eu-west-1.yml"
OF_ORDERS, OF_PAYMENTS = (
    "orders-prod-environment@222222222222",
    "payments-prod-delivery@333333333333",
)
ROLE = "role/deployment/platform-action"


def _without_store(files: Files) -> None:
    stores(files).pop(1)


def _aws_key(files: Files) -> None:
    del stores(files)[0]["ArtifactStore"]["EncryptionKey"]


def _own_role(files: Files) -> None:
    del action(files, "Wave1", OF_ORDERS)["RoleArn"]


def _in(name: str, value: Any) -> Change:
    return of_action("Wave1", "Configuration", "RoleArn", value=value, name=name)


def _role(account: str, name: str) -> dict[str, str]:
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{account}:role/{name}"}


class Mistake(NamedTuple):
    """A change, the rule that catches it, the file, and what the message says."""

    name: str
    change: Change
    rule: str
    file: str
    says: str


MISTAKES = [
    Mistake(
        "trust of another role",
        texts(ORDERS, "role/fleet/platform-pipeline", "role/platform-pipeline"),
        "E9728",
        ORDERS,
        "aws:PrincipalArn",
    ),
    Mistake(
        "trust of the account itself",
        in_trust(P, "ActionRole", Principal={"AWS": "333333333333"}),
        "E9728",
        P,
        "does not trust",
    ),
    Mistake(
        "the pipeline may not assume it",
        texts("iam.yml", f"333333333333:{ROLE}", f"333333333333:{ROLE}s"),
        "E9701",
        "pipeline.yml",
        "sts:AssumeRole",
    ),
    Mistake(
        "the boundary of the pipeline does not let it",
        texts("boundary.yml", "role/deployment/*-action", "role/deployment/*-deploy"),
        "E9701",
        "pipeline.yml",
        "sts:AssumeRole",
    ),
    Mistake(
        "key policy without the roles",
        without("kms.yml", "KmsKey", "LetActionRolesDecryptArtifacts"),
        "E9731",
        "kms.yml",
        "allow kms:Decrypt",
    ),
    Mistake(
        "key policy of the other region for another call",
        with_(A, "KmsKey", "LetActionRolesDecryptArtifacts", Action=["kms:Verify"]),
        "E9731",
        A,
        "allow kms:Decrypt",
    ),
    Mistake(
        "bucket policy without the roles",
        without("pipeline.yml", "ArtifactBucketPolicy", "LetActionRolesReadArtifacts"),
        "E9730",
        "pipeline.yml",
        "allow s3:GetObject",
    ),
    Mistake(
        "bucket policy of the other region for another role",
        texts(A, f"333333333333:{ROLE}", "333333333333:role/deployment/payments-action"),
        "E9730",
        A,
        "allow s3:GetObject",
    ),
    Mistake(
        "role without artifacts",
        without(P, "ActionRole", "ReadArtifacts"),
        "E9730",
        P,
        "allow s3:GetObject",
    ),
    Mistake(
        "role without the key",
        without(ORDERS, "ActionRole", "DecryptArtifacts"),
        "E9731",
        ORDERS,
        "allow kms:Decrypt",
    ),
    Mistake(
        "boundary without the key",
        texts(ORDERS, "kms:*", "kms:List*"),
        "E9731",
        ORDERS,
        "permissions boundary",
    ),
    Mistake(
        "boundary that denies artifacts",
        deny(ORDERS, "Boundary", Action="s3:*"),
        "E9730",
        ORDERS,
        "denies",
    ),
    Mistake(
        "store of the other region is absent",
        _without_store,
        "E9",
        "pipeline.yml",
        "eu-west-1",
    ),
    Mistake("store without a key", _aws_key, "E9723", "pipeline.yml", "another account"),
    Mistake(
        "the role has another name there",
        of_role(P, "ActionRole", RoleName="platform-act"),
        "E9735",
        "pipeline.yml",
        "platform-act, ",
    ),
    Mistake(
        "the deployment role has another name there",
        of_role(P, "CloudFormationRole", RoleName="platform-deploy"),
        "E9735",
        "pipeline.yml",
        "does not exist",
    ),
    Mistake(
        "the deployment role is in the account of the pipeline",
        _in(OF_ORDERS, _role("${AWS::AccountId}", "fleet/orders-delivery")),
        "E9724",
        "pipeline.yml",
        "222222222222",
    ),
    Mistake(
        "the deployment role is in a third account",
        _in(OF_PAYMENTS, _role("222222222222", "fleet/platform-deployment")),
        "E9724",
        "pipeline.yml",
        "333333333333",
    ),
    Mistake(
        "the action has the pipeline's role",
        _own_role,
        "E9724",
        "pipeline.yml",
        "222222222222",
    ),
    Mistake(
        "the role may not pass the deployment role",
        without(P, "ActionRole", "PassDeploymentRoles"),
        "E9703",
        "pipeline.yml",
        "iam:PassRole",
    ),
    Mistake(
        "the role may not update stacks",
        without_call(ORDERS, "ActionRole", "DeployStacks", "cloudformation:UpdateStack"),
        "E9706",
        "pipeline.yml",
        "cloudformation:UpdateStack",
    ),
    Mistake(
        "the role may change other stacks only",
        with_(
            ORDERS, "ActionRole", "DeployStacks", Resource=["arn:aws:cloudformation:*:*:stack/x/*"]
        ),
        "E9706",
        "pipeline.yml",
        "cloudformation:CreateStack",
    ),
]


def test_the_example_has_no_mistake() -> None:
    assert findings(folder=FOLDER) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_caught(mistake: Mistake) -> None:
    found = findings(mistake.change, rule=mistake.rule, folder=FOLDER)
    matching = [f for f in found if f.file == mistake.file and mistake.says in f.message]
    assert matching, [(f.rule, f.file, f.message) for f in found]
