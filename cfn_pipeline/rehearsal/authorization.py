"""Whether the policies of both accounts allow what an action does in another account.

The local AWS allows everything. For actions in other accounts, the policies that the stacks have
made are evaluated as IAM does.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cfn_pipeline.aws.cloudformation import ACTION_MODES
from cfn_pipeline.aws.managed_policies import managed_policy
from cfn_pipeline.evaluation.asking import Asking
from cfn_pipeline.evaluation.decisions import Decision, Request, decide
from cfn_pipeline.evaluation.policies import UNKNOWN, Policy, allowing, plain_policy
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.rehearsal.artifacts.store import StoredArtifact
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.local_aws.accounts import Accounts
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline

_CLOUDFORMATION = "cloudformation.amazonaws.com"
_BECAUSE = {
    "identity": "because no identity-based policy allows the {action} action",
    "boundary": "because no permissions boundary allows the {action} action",
    "resource": "because no resource-based policy allows the {action} action",
}
_ARTICLES = {"identity": "an", "resource": "a"}
_WAY_OUT = "; cfn-pipeline check --fix-hints prints the statement that is missing"


@frozen
class _Role(Frozen):
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
        return Asking(arn=self.arn, identity=self.identity, boundary=self.boundary)

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def session(self) -> str:
        """A session of it, as messages of AWS name it."""
        return f"arn:aws:sts::{self.account}:assumed-role/{self.arn.rsplit('/', 1)[-1]}/rehearsal"


def authorize(
    action: Action,
    pipeline: Pipeline,
    accounts: Accounts,
    stored: Mapping[str, StoredArtifact],
) -> Iterator[str]:
    """Check that an action in another account or region may do what it does.

    Yields:
        What could not be checked.

    Raises:
        ActionFailed: AWS would refuse it, in AWS's words.

    """
    asked = _Asked(action=action, pipeline=pipeline, accounts=accounts, stored=stored)
    if action.region not in (None, accounts.home.region) and not action.is_approval:
        asked.replication()
    if action.account in (None, accounts.home.number):
        passed = _account(action.configuration.get("RoleArn", ""))
        others = {other.account for other in pipeline.actions} | {*pipeline.accounts}
        if passed != accounts.home.number and passed in others:
            raise ActionFailed("Cross-account pass role is not allowed.")
        return
    for role in (asked.role, asked.own):
        if not role.is_known:
            yield f"role {role.arn} is in no template; what it may do is not checked: add --with"
    asked.flow()
    asked.assumption()
    if action.provider != "CodeBuild":  # a build reads and writes with the role of its project
        asked.artifacts()
    if action.provider == "CloudFormation":
        asked.stack()


@frozen
class _Asked(Frozen):
    """What an action asks for."""

    action: Action
    pipeline: Pipeline
    accounts: Accounts
    stored: Mapping[str, StoredArtifact]

    @property
    def own(self) -> _Role:
        """The pipeline's role."""
        return self._role(self.pipeline.role)

    @property
    def role(self) -> _Role:
        """The action's role."""
        return self._role(self.action.role or "")

    @property
    def _region(self) -> str:
        return self.action.region or self.accounts.home.region

    @property
    def _store(self) -> Mapping[str, str]:
        return self.pipeline.stores.get(self._region) or {"bucket": self.pipeline.bucket, "key": ""}

    def assumption(self) -> None:
        """Check that the pipeline may assume the action's role."""
        role, own = self.role, self.own
        decision = own.asker.decide("sts:AssumeRole", role.arn, role.account, role.trust)
        _require(decision, own, "sts:AssumeRole", role.arn)

    def flow(self) -> None:
        """Refuse artifacts that another target has made."""
        makers = {name: other for other in self.pipeline.actions for name in other.outputs}
        account = self.action.account
        for name in self.action.inputs:
            maker = makers.get(name)
            if maker is not None and maker.account not in (None, account):
                raise ActionFailed(
                    f"artifact {name} is made in account {maker.account} ({maker.where}); an "
                    f"action of account {account} reads artifacts of its own account and of the "
                    "pipeline's only"
                )

    def replication(self) -> None:
        """Check that the pipeline may copy the inputs to the region of the action."""
        own, store = self.own, self._store
        policy = _bucket_policy(store["bucket"], self.accounts.at(region=self._region))
        for name in self.action.inputs:
            arn = f"arn:aws:s3:::{store['bucket']}/{name}"
            decision = own.asker.decide("s3:PutObject", arn, self.accounts.home.number, policy)
            _require(decision, own, "s3:PutObject", arn, f"Replication of artifact {name} failed: ")

    def artifacts(self) -> None:
        """Check that the role may read the inputs and write the outputs."""
        store, role = self._store, self.role
        account = self.accounts.at(region=self._region)
        bucket = _bucket_policy(store["bucket"], account)
        begin = (
            "The service role or action role doesn\u2019t have the permissions required to access "
            f"the Amazon S3 bucket named {store['bucket']}. Update the IAM role permissions, and "
            "then try again. Error: Amazon S3:AccessDenied:"
        )
        inputs = [self.stored[name].key for name in self.action.inputs if name in self.stored]
        asked = [("s3:GetObject", "kms:Decrypt", key) for key in inputs]
        asked += [
            ("s3:PutObject", "kms:GenerateDataKey", f"{name}/new") for name in self.action.outputs
        ]
        for call, of_key, object_ in asked:
            arn = f"arn:aws:s3:::{store['bucket']}/{object_}"
            decision = role.asker.decide(call, arn, account.number, bucket)
            _require(decision, role, call, arn, begin)
            self._key(role, of_key, begin)

    def _key(self, role: _Role, call: str, begin: str) -> None:
        key = self._store["key"]
        if not key:
            raise ActionFailed(
                f"{begin}the artifacts are encrypted with AWS's key, which other accounts cannot "
                "use; set EncryptionKey to the ARN of a key of your own"
            )
        if not key.startswith("arn:"):
            what = "Alias" if key.startswith("alias/") else "Key"
            kind = key if what == "Alias" else f"key/{key}"
            raise ActionFailed(
                f"{begin}{what} arn:aws:kms:{self._region}:{role.account}:{kind} is not found; set "
                "EncryptionKey to the ARN of the key"
            )
        decision = role.asker.decide(
            *(call, key, _account(key), _key_policy(key, self.accounts)),
            f"s3.{self._region}.amazonaws.com",
        )
        _require(decision, role, call, key, begin)

    def stack(self) -> None:
        """Check that the role may change the stack, and pass the deployment role."""
        settings, role = self.action.configuration, self.role
        name, mode = (settings.get(key, "") for key in ("StackName", "ActionMode"))
        place = f"{self._region}:{role.account}"
        stack = f"arn:aws:cloudformation:{place}:stack/{name}/rehearsal"
        terms = ACTION_MODES.get(mode)
        for call in () if terms is None else terms.calls:
            if call != "DeleteChangeSet":  # only where an earlier run has left one
                asked = f"cloudformation:{call}"
                decision = role.asker.decide(asked, stack, role.account, None)
                _require(decision, role, asked, stack)
        passed = settings.get("RoleArn")
        if passed and mode != "CHANGE_SET_EXECUTE":
            self._passing(role, passed)

    def _passing(self, role: _Role, passed: str) -> None:
        deploying = self._role(passed)
        if deploying.account != role.account:
            raise ActionFailed("Cross-account pass role is not allowed.")
        decision = role.asker.decide("iam:PassRole", passed, role.account, None, _CLOUDFORMATION)
        _require(decision, role, "iam:PassRole", passed)
        request = Request(
            principal=_CLOUDFORMATION,
            action="sts:AssumeRole",
            resource=passed,
            account=deploying.account,
        )
        if decide(request, resource=deploying.trust).is_allowed is False:
            raise ActionFailed(f"Role {passed} is invalid or cannot be assumed{_WAY_OUT}")

    def _role(self, arn: str) -> _Role:
        """Return a role of the local AWS; one of an account without templates may do anything."""
        number = _account(arn)
        if not number.isdecimal():
            unknown = f"arn:aws:iam::{self.accounts.home.number}:role/unknown"
            return _Role(arn=unknown, is_known=False)
        iam = self.accounts.at(number).client("iam")
        name = arn.rsplit("/", 1)[-1]
        try:
            role = iam.get_role(RoleName=name)["Role"]
        except iam.exceptions.NoSuchEntityException:
            role = {"Arn": ""}
        if role["Arn"] != arn:  # one of another path is another role
            if number not in self.pipeline.accounts:
                return _Role(arn=arn, is_known=False)
            return _Role(arn=arn, trust=Policy(), identity=Policy())
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return _Role(
            arn=arn,
            identity=sum(_policies(name, iam), Policy()),
            boundary=None if boundary is None else _managed(boundary, iam),
            trust=_read(role["AssumeRolePolicyDocument"]),
        )


def _require(decision: Decision, role: _Role, action: str, resource: str, begin: str = "") -> None:
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
        f"{resource} {' and '.join(because)}{_WAY_OUT}"
    )


def _account(arn: str) -> str:
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


def _bucket_policy(bucket: str, account: Account) -> Policy | None:
    from botocore.exceptions import ClientError

    try:
        return _read(account.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
            return None
        return UNKNOWN


def _key_policy(key: str, accounts: Accounts) -> Policy:
    from botocore.exceptions import ClientError

    fields = key.split(":", 5)
    if len(fields) < 6:
        return UNKNOWN
    kms = accounts.at(fields[4], fields[3]).client("kms")
    try:
        return _read(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    except ClientError:
        return UNKNOWN  # a placeholder


def _read(document: Any) -> Policy:
    return plain_policy(json.loads(document) if isinstance(document, str) else document)
