"""Mistakes of trusts, keys, buckets, roles, regions and images: each is caught where it is."""

import json
import re
from typing import Any, NamedTuple

import pytest

from cfn_pipeline.checks import Finding
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
    of_action,
    of_role,
    properties,
    role,
    stores,
    texts,
    with_,
    without,
    without_call,
)

ROOT = "arn:aws:iam::{}:root"
KEYS = {"Type": "KMS"}


def _without_store(files: Files) -> None:
    stores(files).pop(1)


def _key_of_store(number: int, value: Any) -> Change:
    return lambda files: stores(files)[number]["ArtifactStore"].update(EncryptionKey=value)


def _artifact_from_staging(files: Files) -> None:
    staging = action(files, "Staging")
    staging["OutputArtifacts"] = [{"Name": "StagingOutputs"}]
    staging["Configuration"]["OutputFileName"] = "outputs.json"
    action(files, "Prod", "ChangeSet")["InputArtifacts"].append({"Name": "StagingOutputs"})


def _without_bucket_policy(file: str) -> Change:
    return lambda files: files[file]["Resources"].pop("ArtifactBucketPolicy")


def _of_both(files: Files) -> None:
    for name in ("ChangeSet", "DeployChangeSet"):
        action(files, "Prod", name)["RoleArn"] = role(PROD, "billing-production-action")


class Mistake(NamedTuple):
    """A change, the rule that catches it, the place, and what the message or statement says."""

    name: str
    change: Change
    rule: str
    place: str
    says: str


MISTAKES = [
    # Trusts
    Mistake(
        "trust of a service",
        in_trust(
            S, "ActionRole", Principal={"Service": "codepipeline.amazonaws.com"}, Condition={}
        ),
        "E9728",
        f"{S}:ActionRole/AssumeRolePolicyDocument",
        "role/deployment/billing-pipeline",
    ),
    Mistake(
        "trust of the target itself",
        in_trust(
            P, "ActionRole", Principal={"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
        ),
        "E9728",
        f"{P}:ActionRole/AssumeRolePolicyDocument",
        "sts:AssumeRole",
    ),
    Mistake(
        "trust of the target by its number",
        in_trust(P, "ActionRole", Principal={"AWS": PROD}),
        "E9728",
        f"{P}:ActionRole/AssumeRolePolicyDocument",
        "does not trust",
    ),
    Mistake(
        "trust of another role",
        texts(S, "role/deployment/billing-pipeline", "role/deployment/orders-pipeline"),
        "E9728",
        f"{S}:ActionRole/AssumeRolePolicyDocument/Statement/0/Condition",
        "aws:PrincipalArn",
    ),
    Mistake(
        "trust of a role in another path",
        texts(P, "role/deployment/billing-pipeline", "role/billing-pipeline"),
        "E9728",
        f"{P}:ActionRole/AssumeRolePolicyDocument/Statement/0/Condition",
        "aws:PrincipalArn",
    ),
    Mistake(
        "trust with an external id",
        in_trust(S, "ActionRole", Condition={"StringEquals": {"sts:ExternalId": "billing"}}),
        "E9728",
        f"{S}:ActionRole/AssumeRolePolicyDocument/Statement/0/Condition",
        "CodePipeline sends none; remove the condition",
    ),
    Mistake(
        "trust with a service's account",
        in_trust(
            P, "ActionRole", Condition={"StringEquals": {"aws:SourceAccount": "111111111111"}}
        ),
        "E9728",
        f"{P}:ActionRole/AssumeRolePolicyDocument/Statement/0/Condition",
        "aws:SourceAccount",
    ),
    Mistake(
        "trust with a second factor",
        in_trust(P, "ActionRole", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        "E9728",
        f"{P}:ActionRole/AssumeRolePolicyDocument/Statement/0/Condition",
        "aws:MultiFactorAuthPresent",
    ),
    Mistake(
        "trust for another call",
        in_trust(S, "ActionRole", Action="sts:AssumeRoleWithSAML"),
        "E9728",
        f"{S}:ActionRole/AssumeRolePolicyDocument",
        "sts:AssumeRole",
    ),
    Mistake(
        "trust that denies",
        in_trust(S, "ActionRole", Effect="Deny", Condition={}),
        "E9728",
        f"{S}:ActionRole/AssumeRolePolicyDocument",
        "does not trust",
    ),
    Mistake(
        "trust by StringEquals with a wildcard",
        in_trust(
            S,
            "ActionRole",
            Condition={
                "StringEquals": {
                    "aws:PrincipalArn": "arn:aws:iam::111111111111:role/deployment/billing-*"
                }
            },
        ),
        "E9728",
        f"{S}:ActionRole/AssumeRolePolicyDocument/Statement/0/Condition",
        "billing-*",
    ),
    Mistake(
        "deployment role that CloudFormation may not assume",
        in_trust(P, "CloudFormationRole", Principal={"Service": "codebuild.amazonaws.com"}),
        "E9707",
        f"{P}:CloudFormationRole/AssumeRolePolicyDocument",
        "cloudformation.amazonaws.com",
    ),
    # The pipeline's role
    Mistake(
        "assumes no role",
        without("pipeline.yml", "CodePipelineRole", "AssumeActionRoles"),
        "E9701",
        "pipeline.yml:Pipeline/Stages/3/Actions/0/RoleArn",
        "sts:AssumeRole",
    ),
    Mistake(
        "assumes the role of one account only",
        with_(
            "pipeline.yml",
            "CodePipelineRole",
            "AssumeActionRoles",
            Resource=role(STAGING, "billing-staging-action"),
        ),
        "E9701",
        "pipeline.yml:Pipeline/Stages/4/Actions/0/RoleArn",
        "billing-prod-action",
    ),
    Mistake(
        "assumes a role of another name",
        with_(
            "pipeline.yml",
            "CodePipelineRole",
            "AssumeActionRoles",
            Resource=role("*", "billing-*-actions"),
        ),
        "E9701",
        "pipeline.yml:Pipeline/Stages/3/Actions/0/RoleArn",
        "billing-staging-action",
    ),
    Mistake(
        "is denied to assume",
        deny("pipeline.yml", "CodePipelineRole", Action="sts:*"),
        "E9701",
        "pipeline.yml:CodePipelineRole/Policies/0/PolicyDocument/Statement",
        "because statement Added denies sts:AssumeRole",
    ),
    Mistake(
        "bucket of another name",
        texts("pipeline.yml", ":s3:::billing-artifacts", ":s3:::orders-artifacts"),
        "E9704",
        "pipeline.yml:Pipeline/ArtifactStores/1/ArtifactStore/Location",
        "eu-west-1",
    ),
    # Buckets
    Mistake(
        "no bucket policy",
        _without_bucket_policy(A),
        "E9730",
        f"{A}:ArtifactBucket",
        "which has no policy",
    ),
    Mistake(
        "no bucket policy at home",
        _without_bucket_policy("pipeline.yml"),
        "E9730",
        "pipeline.yml:ArtifactBucket",
        "which has no policy",
    ),
    Mistake(
        "bucket without the statement",
        without(A, "ArtifactBucketPolicy", "LetActionRolesUseArtifacts"),
        "E9730",
        f"{A}:ArtifactBucketPolicy/PolicyDocument",
        "role/deployment/billing-prod-action",
    ),
    Mistake(
        "bucket at home without the statement",
        without("pipeline.yml", "ArtifactBucketPolicy", "LetActionRolesUseArtifacts"),
        "E9730",
        "pipeline.yml:ArtifactBucketPolicy/PolicyDocument",
        "role/deployment/billing-staging-action",
    ),
    Mistake(
        "bucket without reading",
        without_call(A, "ArtifactBucketPolicy", "LetActionRolesUseArtifacts", "s3:GetObject"),
        "E9730",
        f"{A}:ArtifactBucketPolicy/PolicyDocument",
        "s3:GetObject",
    ),
    Mistake(
        "bucket for itself, not its objects",
        with_(
            A,
            "ArtifactBucketPolicy",
            "LetActionRolesUseArtifacts",
            Resource={"Fn::GetAtt": ["ArtifactBucket", "Arn"]},
        ),
        "E9730",
        f"{A}:ArtifactBucketPolicy/PolicyDocument",
        "/*",
    ),
    Mistake(
        "bucket for another account",
        with_(
            A,
            "ArtifactBucketPolicy",
            "LetActionRolesUseArtifacts",
            Principal={"AWS": ROOT.format(STAGING)},
        ),
        "E9730",
        f"{A}:ArtifactBucketPolicy/PolicyDocument",
        f"{PROD}:role",
    ),
    Mistake(
        "bucket for another role",
        with_(
            A,
            "ArtifactBucketPolicy",
            "LetActionRolesUseArtifacts",
            Condition={"ArnEquals": {"aws:PrincipalArn": role(PROD, "billing-prod-deployment")}},
        ),
        "E9730",
        f"{A}:ArtifactBucketPolicy/PolicyDocument",
        "billing-prod-action",
    ),
    Mistake(
        "bucket for a service",
        with_(
            "pipeline.yml",
            "ArtifactBucketPolicy",
            "LetActionRolesUseArtifacts",
            Principal={"Service": "codepipeline.amazonaws.com"},
        ),
        "E9730",
        "pipeline.yml:ArtifactBucketPolicy/PolicyDocument",
        f"{STAGING}:role",
    ),
    Mistake(
        "bucket denies other accounts",
        deny(
            A,
            "ArtifactBucketPolicy",
            Principal="*",
            Action="s3:*",
            Condition={"StringNotEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}},
        ),
        "E9730",
        f"{A}:ArtifactBucketPolicy/PolicyDocument/Statement",
        "statement Added denies",
    ),
    # Keys
    Mistake(
        "key without the statement",
        without("kms.yml", "KmsKey", "LetActionRolesEncryptArtifacts"),
        "E9731",
        "kms.yml:KmsKey/KeyPolicy",
        "billing-staging-action",
    ),
    Mistake(
        "key of the region without the statement",
        without(A, "KmsKey", "LetActionRolesEncryptArtifacts"),
        "E9731",
        f"{A}:KmsKey/KeyPolicy",
        "billing-prod-action",
    ),
    Mistake(
        "key without decryption",
        without_call(A, "KmsKey", "LetActionRolesEncryptArtifacts", "kms:Decrypt"),
        "E9731",
        f"{A}:KmsKey/KeyPolicy",
        "kms:Decrypt",
    ),
    Mistake(
        "key for another account",
        with_(
            "kms.yml",
            "KmsKey",
            "LetActionRolesEncryptArtifacts",
            Principal={"AWS": ROOT.format(PROD)},
        ),
        "E9731",
        "kms.yml:KmsKey/KeyPolicy",
        f"{STAGING}:role",
    ),
    Mistake(
        "key through another service",
        with_(
            "kms.yml",
            "KmsKey",
            "LetActionRolesEncryptArtifacts",
            Condition={"StringEquals": {"kms:ViaService": "ecr.eu-central-1.amazonaws.com"}},
        ),
        "E9731",
        "kms.yml:KmsKey/KeyPolicy",
        "kms:Decrypt",
    ),
    Mistake(
        "key through S3 of another region",
        with_(
            A,
            "KmsKey",
            "LetActionRolesEncryptArtifacts",
            Condition={"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}},
        ),
        "E9731",
        f"{A}:KmsKey/KeyPolicy",
        "kms:Decrypt",
    ),
    Mistake(
        "key denies",
        deny(A, "KmsKey", Principal={"AWS": ROOT.format(PROD)}, Action="kms:Decrypt"),
        "E9731",
        f"{A}:KmsKey/KeyPolicy/Statement",
        "statement Added denies",
    ),
    Mistake(
        "no key",
        lambda files: stores(files)[1]["ArtifactStore"].pop("EncryptionKey"),
        "E9723",
        "pipeline.yml:Pipeline/ArtifactStores/1/ArtifactStore",
        "set EncryptionKey to the ARN",
    ),
    Mistake(
        "key by alias",
        _key_of_store(0, {**KEYS, "Id": "alias/billing"}),
        "E9723",
        "pipeline.yml:Pipeline/ArtifactStores/0/ArtifactStore/EncryptionKey/Id",
        "is an alias",
    ),
    Mistake(
        "key by the ARN of an alias",
        _key_of_store(
            1,
            {
                **KEYS,
                "Id": {
                    "Fn::Sub": "arn:aws:kms:eu-west-1:${AWS::AccountId}:alias/billing-artifacts"
                },
            },
        ),
        "E9723",
        "pipeline.yml:Pipeline/ArtifactStores/1/ArtifactStore/EncryptionKey/Id",
        "is an alias",
    ),
    Mistake(
        "key by its id",
        _key_of_store(1, {**KEYS, "Id": "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"}),
        "E9723",
        "pipeline.yml:Pipeline/ArtifactStores/1/ArtifactStore/EncryptionKey/Id",
        "is the id of a key",
    ),
    Mistake(
        "key of the pipeline's region",
        _key_of_store(1, {**KEYS, "Id": {"Fn::ImportValue": "billing-key"}}),
        "E9734",
        "pipeline.yml:Pipeline/ArtifactStores/1/ArtifactStore/EncryptionKey/Id",
        "use a key in eu-west-1",
    ),
    Mistake(
        "key of a third region",
        _key_of_store(
            1,
            {
                **KEYS,
                "Id": {
                    "Fn::Sub": "arn:aws:kms:us-east-1:${AWS::AccountId}:key/mrk-0a1b2c3d0a1b0a1b"
                },
            },
        ),
        "E9734",
        "pipeline.yml:Pipeline/ArtifactStores/1/ArtifactStore/EncryptionKey/Id",
        "is in us-east-1",
    ),
    # Roles in the targets
    Mistake(
        "role without reading",
        without(S, "ActionRole", "ReadWriteArtifacts"),
        "E9730",
        f"{S}:ActionRole/Policies",
        "s3:GetObject",
    ),
    Mistake(
        "role with another bucket",
        with_(
            P,
            "ActionRole",
            "ReadWriteArtifacts",
            Resource="arn:aws:s3:::orders-artifacts-111111111111-eu-west-1/*",
        ),
        "E9730",
        f"{P}:ActionRole/Policies",
        "billing-artifacts",
    ),
    Mistake(
        "role without the key",
        without(P, "ActionRole", "EncryptArtifacts"),
        "E9731",
        f"{P}:ActionRole/Policies",
        "kms:Decrypt",
    ),
    Mistake(
        "role with keys of its own account",
        texts(S, ":${PipelineAccount}:key/*", ":${AWS::AccountId}:key/*"),
        "E9731",
        f"{S}:ActionRole/Policies",
        "kms:Decrypt",
    ),
    Mistake(
        "role with keys through another service",
        with_(
            P,
            "ActionRole",
            "EncryptArtifacts",
            Condition={"StringEquals": {"kms:ViaService": "ssm.eu-west-1.amazonaws.com"}},
        ),
        "E9731",
        f"{P}:ActionRole/Policies",
        "kms:Decrypt",
    ),
    Mistake(
        "role that passes no role",
        without(S, "ActionRole", "PassDeploymentRole"),
        "E9703",
        "pipeline.yml:Pipeline/Stages/3/Actions/0",
        "iam:PassRole",
    ),
    Mistake(
        "role that passes another role",
        with_(P, "ActionRole", "PassDeploymentRole", Resource=role(PROD, "billing-dev-deployment")),
        "E9703",
        "pipeline.yml:Pipeline/Stages/4/Actions/0",
        "billing-prod-deployment",
    ),
    Mistake(
        "role that passes to another service",
        with_(
            S,
            "ActionRole",
            "PassDeploymentRole",
            Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        ),
        "E9703",
        "pipeline.yml:Pipeline/Stages/3/Actions/0",
        "cloudformation.amazonaws.com",
    ),
    Mistake(
        "role without calls",
        without_call(S, "ActionRole", "DeployBillingStaging", "cloudformation:CreateStack"),
        "E9706",
        "pipeline.yml:Pipeline/Stages/3/Actions/0",
        "cloudformation:CreateStack",
    ),
    Mistake(
        "role with stacks of another account",
        texts(
            P,
            "cloudformation:${AWS::Region}:${AWS::AccountId}:stack/billing-prod",
            "cloudformation:${AWS::Region}:${PipelineAccount}:stack/billing-prod",
        ),
        "E9706",
        "pipeline.yml:Pipeline/Stages/4/Actions/0",
        "cloudformation:CreateChangeSet",
    ),
    Mistake(
        "role with stacks of another region",
        texts(
            P,
            "cloudformation:${AWS::Region}:${AWS::AccountId}:stack/billing-prod",
            "cloudformation:eu-central-1:${AWS::AccountId}:stack/billing-prod",
        ),
        "E9706",
        "pipeline.yml:Pipeline/Stages/4/Actions/0",
        "eu-west-1",
    ),
    Mistake(
        "role of another name",
        of_role(P, "ActionRole", RoleName="billing-production-action"),
        "E9735",
        "pipeline.yml:Pipeline/Stages/4/Actions/0/RoleArn",
        "billing-production-action",
    ),
    Mistake(
        "role in another path",
        of_role(P, "ActionRole", Path="/delivery/"),
        "E9735",
        "pipeline.yml:Pipeline/Stages/4/Actions/0/RoleArn",
        "role/delivery/billing-prod-action",
    ),
    Mistake(
        "actions with a role of another name",
        _of_both,
        "E9735",
        "pipeline.yml:Pipeline/Stages/4/Actions/0/RoleArn",
        "use the same name",
    ),
    Mistake(
        "deployment role of another name",
        of_role(S, "CloudFormationRole", RoleName="billing-stage-deployment"),
        "E9735",
        "pipeline.yml:Pipeline/Stages/3/Actions/0/Configuration/RoleArn",
        "billing-stage-deployment",
    ),
    Mistake(
        "deployment role that may not create",
        texts(P, "ecs:CreateService", "ecs:ListServices"),
        "E9817",
        "pipeline.yml:Pipeline/Stages/4/Actions/0/Configuration/RoleArn",
        "ecs:CreateService (ApplicationService",
    ),
    # Accounts and regions of actions
    Mistake(
        "deployment role of the pipeline's account",
        of_action(
            "Staging",
            "Configuration",
            "RoleArn",
            value=role("${AWS::AccountId}", "billing-dev-deployment"),
        ),
        "E9724",
        "pipeline.yml:Pipeline/Stages/3/Actions/0/Configuration/RoleArn",
        f"use a deployment role of account {STAGING}",
    ),
    Mistake(
        "deployment role of a third account",
        of_action(
            "Staging", "Configuration", "RoleArn", value=role(PROD, "billing-prod-deployment")
        ),
        "E9724",
        "pipeline.yml:Pipeline/Stages/3/Actions/0/Configuration/RoleArn",
        f"use a deployment role of account {STAGING}",
    ),
    Mistake(
        "action without its role",
        lambda files: action(files, "Staging").pop("RoleArn"),
        "E9724",
        "pipeline.yml:Pipeline/Stages/3/Actions/0/Configuration/RoleArn",
        f"set the action's RoleArn to a role of account {STAGING}",
    ),
    Mistake(
        "no store of the region", _without_store, "E9209", "pipeline.yml:Pipeline/", "eu-west-1"
    ),
    Mistake(
        "action in a region without store",
        of_action("Staging", "Region", value="us-west-2"),
        "E9209",
        "pipeline.yml:Pipeline/",
        "us-west-2",
    ),
    Mistake(
        "artifact from target to target",
        _artifact_from_staging,
        "E9732",
        "pipeline.yml:Pipeline/Stages/4/Actions/0/InputArtifacts/2/Name",
        "make the artifact in the pipeline's account",
    ),
    # Images
    Mistake(
        "repository without the statement",
        lambda files: properties(files, "ecr.yml", "BillingRepository").pop("RepositoryPolicyText"),
        "E9733",
        "ecr.yml:BillingRepository",
        f"{STAGING}:root",
    ),
    Mistake(
        "repository for one account only",
        texts("ecr.yml", PROD, "444444444444"),
        "E9733",
        "ecr.yml:BillingRepository/RepositoryPolicyText",
        f"{PROD}:root",
    ),
    Mistake(
        "repository without a call",
        without_call(
            "ecr.yml", "BillingRepository", "AllowEnvironmentsToPull", "ecr:BatchGetImage"
        ),
        "E9733",
        "ecr.yml:BillingRepository/RepositoryPolicyText",
        "ecr:BatchGetImage",
    ),
    Mistake(
        "execution role without a call",
        texts("stack.yml", "ecr:GetDownloadUrlForLayer", "ecr:DescribeImages"),
        "E9733",
        "stack.yml:ApplicationExecutionRole/Policies",
        "ecr:GetDownloadUrlForLayer",
    ),
]


def _place(finding: Finding) -> str:
    path = [step for step in finding.path if step not in ("Resources", "Properties")]
    return f"{finding.file}:{'/'.join(map(str, path))}"


def _says(finding: Finding) -> str:
    return " ".join((finding.message, *(json.dumps(s.to_dict()) for s in finding.statements)))


def test_the_example_is_fine() -> None:
    assert findings() == []
    assert len(MISTAKES) >= 40


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_caught(mistake: Mistake) -> None:
    found = findings(mistake.change, rule=mistake.rule)
    matching = [
        finding
        for finding in found
        if finding.rule == mistake.rule
        and _place(finding).startswith(mistake.place)
        and mistake.says in _says(finding)
        and re.match("stage '|pipeline ", finding.message)
    ]
    assert matching, [(finding.rule, _place(finding), _says(finding)) for finding in found]
