"""Roles, and the policies of buckets, keys and repositories, as the local AWS has them."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from cfn_pipeline.aws.managed_policies import managed_policy
from cfn_pipeline.evaluation.asking import Asking
from cfn_pipeline.evaluation.decisions import Decision
from cfn_pipeline.evaluation.policies import UNKNOWN, Policy, allowing, plain_policy
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.local_aws.accounts import Accounts
from cfn_pipeline.rehearsal.outcome import ActionFailed

_BECAUSE = {
    "identity": "because no identity-based policy allows the {action} action",
    "boundary": "because no permissions boundary allows the {action} action",
    "resource": "because no resource-based policy allows the {action} action",
}
_ARTICLES = {"identity": "an", "resource": "a"}
WAY_OUT = "; cfn-pipeline check --fix-hints prints the statement that is missing"


@frozen
class Role(Frozen):
    """A role: what it may do, and whom it trusts.

    Args:
        arn: its ARN.
        identity: its policies.
        boundary: its permissions boundary; None: it has none.
        trust: who may assume it.
        is_known: whether its policies are known.

    """

    arn: str
    identity: Policy = UNKNOWN
    boundary: Policy | None = None
    trust: Policy = UNKNOWN
    is_known: bool = True

    @property
    def asker(self) -> Asking:
        """The role as one that asks."""
        return Asking(arn=self.arn, identity=self.identity, boundary=self.boundary)

    @property
    def account(self) -> str:
        """Its account."""
        return self.arn.split(":")[4]

    @property
    def session(self) -> str:
        """A session of it, as messages of AWS name it."""
        return f"arn:aws:sts::{self.account}:assumed-role/{self.arn.rsplit('/', 1)[-1]}/rehearsal"


def role_of(arn: str, accounts: Accounts, known: Collection[str] = ()) -> Role:
    """Return a role of the local AWS.

    Args:
        arn: its ARN.
        accounts: of the rehearsal.
        known: the accounts whose templates are known. A role that they lack does not exist; one of
            another account may do anything.

    """
    number = account_in(arn)
    if not number.isdecimal():
        unknown = f"arn:aws:iam::{accounts.home.number}:role/unknown"
        return Role(arn=unknown, is_known=False)
    iam = accounts.at(number).client("iam")
    name = arn.rsplit("/", 1)[-1]
    try:
        role = iam.get_role(RoleName=name)["Role"]
    except iam.exceptions.NoSuchEntityException:
        role = {"Arn": ""}
    if role["Arn"] != arn:  # one of another path is another role
        if number not in known:
            return Role(arn=arn, is_known=False)
        return Role(arn=arn, trust=Policy(), identity=Policy())
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return Role(
        arn=arn,
        identity=sum(_policies(name, iam), Policy()),
        boundary=None if boundary is None else _managed(boundary, iam),
        trust=_read(role["AssumeRolePolicyDocument"]),
    )


def require(decision: Decision, role: Role, action: str, resource: str, begin: str = "") -> None:
    """Check that a request is not denied.

    Raises:
        ActionFailed: it is, in AWS's words, which ``begin`` precedes.

    """
    if decision.is_allowed is not False:
        return
    # Within an account, one side is enough, and AWS names the role's.
    sides = ("identity",) if decision.is_either else decision.lacking
    because = [_BECAUSE[side].format(action=action) for side in sides]
    if decision.denied_by is not None:
        kind = "identity" if decision.denied_by.principals is None else "resource"
        because = [f"with an explicit deny in {_ARTICLES[kind]} {kind}-based policy"]
    raise ActionFailed(
        f"{begin}User: {role.session} is not authorized to perform: {action} on resource: "
        f"{resource} {' and '.join(because)}{WAY_OUT}"
    )


def account_in(arn: str) -> str:
    """Return the account in an ARN; empty if it has none."""
    fields = arn.split(":", 5)
    return fields[4] if len(fields) > 5 else ""


def _policies(name: str, iam: Any) -> Iterator[Policy]:
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        yield _read(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        yield _managed(policy["PolicyArn"], iam)


def _managed(arn: str, iam: Any) -> Policy:
    actions = managed_policy(arn)
    if actions is not None:
        return allowing(*actions)
    try:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
    except iam.exceptions.NoSuchEntityException:
        return UNKNOWN
    return _read(found["PolicyVersion"]["Document"])


def bucket_policy(bucket: str, account: Account) -> Policy | None:
    """Return a bucket's own policy; None: it has none."""
    from botocore.exceptions import ClientError

    try:
        return _read(account.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
            return None
        return UNKNOWN


def key_policy(key: str, accounts: Accounts) -> Policy:
    """Return a key's own policy."""
    from botocore.exceptions import ClientError

    fields = key.split(":", 5)
    if len(fields) < 6:
        return UNKNOWN
    kms = accounts.at(fields[4], fields[3]).client("kms")
    try:
        return _read(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    except ClientError:
        return UNKNOWN  # a placeholder


def repository_policy(name: str, account: Account) -> Policy | None:
    """Return a repository's own policy; None: it has none."""
    ecr = account.client("ecr")
    try:
        return _read(ecr.get_repository_policy(repositoryName=name)["policyText"])
    except ecr.exceptions.RepositoryPolicyNotFoundException:
        return None
    except ecr.exceptions.RepositoryNotFoundException:
        return UNKNOWN


def _read(document: Any) -> Policy:
    return plain_policy(json.loads(document) if isinstance(document, str) else document)
