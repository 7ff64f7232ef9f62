"""Whether the policies of both accounts allow what an action does in another account.

The local AWS allows everything. For actions in other accounts, the policies that the stacks have
made are evaluated as IAM does.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from collections.abc import Iterator, Mapping

from cfn_pipeline.aws.cloudformation import ACTION_MODES
from cfn_pipeline.evaluation.decisions import Request, decide
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.rehearsal.artifacts.store import StoredArtifact
from cfn_pipeline.rehearsal.authorization.roles import (
    WAY_OUT,
    Role,
    account_in,
    bucket_policy,
    key_policy,
    require,
    role_of,
)
from cfn_pipeline.rehearsal.local_aws.accounts import Accounts
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline

_CLOUDFORMATION = "cloudformation.amazonaws.com"


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
        passed = account_in(action.configuration.get("RoleArn", ""))
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
    def own(self) -> Role:
        """The pipeline's role."""
        return role_of(self.pipeline.role, self.accounts, self.pipeline.accounts)

    @property
    def role(self) -> Role:
        """The action's role."""
        return role_of(self.action.role or "", self.accounts, self.pipeline.accounts)

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
        require(decision, own, "sts:AssumeRole", role.arn)

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
        policy = bucket_policy(store["bucket"], self.accounts.at(region=self._region))
        for name in self.action.inputs:
            arn = f"arn:aws:s3:::{store['bucket']}/{name}"
            decision = own.asker.decide("s3:PutObject", arn, self.accounts.home.number, policy)
            require(decision, own, "s3:PutObject", arn, f"Replication of artifact {name} failed: ")

    def artifacts(self) -> None:
        """Check that the role may read the inputs and write the outputs."""
        store, role = self._store, self.role
        account = self.accounts.at(region=self._region)
        bucket = bucket_policy(store["bucket"], account)
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
            require(decision, role, call, arn, begin)
            self._key(role, of_key, begin)

    def _key(self, role: Role, call: str, begin: str) -> None:
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
            *(call, key, account_in(key), key_policy(key, self.accounts)),
            f"s3.{self._region}.amazonaws.com",
        )
        require(decision, role, call, key, begin)

    def stack(self) -> None:
        """Check that the role may change the stack, and pass the deployment role."""
        settings, role = self.action.configuration, self.role
        name = settings.get("StackName", "")
        mode = settings.get("ActionMode", "")
        place = f"{self._region}:{role.account}"
        stack = f"arn:aws:cloudformation:{place}:stack/{name}/rehearsal"
        terms = ACTION_MODES.get(mode)
        for call in () if terms is None else terms.calls:
            if call != "DeleteChangeSet":  # only where an earlier run has left one
                asked = f"cloudformation:{call}"
                decision = role.asker.decide(asked, stack, role.account, None)
                require(decision, role, asked, stack)
        passed = settings.get("RoleArn")
        if passed and mode != "CHANGE_SET_EXECUTE":
            self._passing(role, passed)

    def _passing(self, role: Role, passed: str) -> None:
        deploying = role_of(passed, self.accounts, self.pipeline.accounts)
        if deploying.account != role.account:
            raise ActionFailed("Cross-account pass role is not allowed.")
        decision = role.asker.decide("iam:PassRole", passed, role.account, None, _CLOUDFORMATION)
        require(decision, role, "iam:PassRole", passed)
        request = Request(
            principal=_CLOUDFORMATION,
            action="sts:AssumeRole",
            resource=passed,
            account=deploying.account,
        )
        if decide(request, resource=deploying.trust).is_allowed is False:
            raise ActionFailed(f"Role {passed} is invalid or cannot be assumed{WAY_OUT}")
