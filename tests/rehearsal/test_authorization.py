"""Actions in other accounts: what the policies of both sides refuse is refused, as on AWS."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.artifacts.store import StoredArtifact
from cfn_pipeline.rehearsal.authorization.actions import authorize
from cfn_pipeline.rehearsal.local_aws.accounts import Accounts
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline, Stage

HOME, TARGET, OTHER = "123456789012", "222222222222", "333333333333"
OWN, ROLE = f"arn:aws:iam::{HOME}:role/pipeline", f"arn:aws:iam::{TARGET}:role/action"
DEPLOYING = f"arn:aws:iam::{TARGET}:role/deployment"
BUCKET = "authorization-artifacts"
ROOT = "arn:aws:iam::{}:root"

IDENTITIES: Mapping[str, Mapping[str, Any]] = {
    "any": {"Action": "sts:AssumeRole", "Resource": "*"},
    "assume": {"Action": "sts:AssumeRole", "Resource": ROLE},
    "objects": {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{BUCKET}/*"},
    "key": {"Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"},
    "stack": {
        "Action": ["cloudformation:Describe*", "cloudformation:*Stack"],
        "Resource": f"arn:aws:cloudformation:us-east-1:{TARGET}:stack/orders/*",
    },
    "pass": {"Action": "iam:PassRole", "Resource": DEPLOYING},
}
S3 = "The service role or action role doesn\u2019t have the permissions required"


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", **entry} for entry in statements]})


class System:
    """The roles, the bucket and the key of a pipeline and of one target."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.accounts = Accounts(aws.account, aws.key_of)
        home, target = self.accounts.at(), self.accounts.at(TARGET)
        self._iam = {HOME: home.client("iam"), TARGET: target.client("iam")}
        self._s3, self._kms = home.client("s3"), home.client("kms")
        self._s3.create_bucket(Bucket=BUCKET)
        self.key = self._kms.create_key()["KeyMetadata"]["Arn"]
        for arn in (OWN, ROLE, DEPLOYING):
            name = arn.rsplit("/", 1)[-1]
            self._iam[arn.split(":")[4]].create_role(
                RoleName=name, AssumeRolePolicyDocument=_document()
            )

    def reset(self) -> None:
        """Allow all that the pipeline needs."""
        self.allow(OWN, "assume")
        self.allow(ROLE, "objects", "key", "stack", "pass")
        self.trust(ROLE, {"AWS": ROOT.format(HOME)})
        self.trust(DEPLOYING, {"Service": "cloudformation.amazonaws.com"})
        self.open(*({"AWS": ROOT.format(TARGET)},) * 2)

    def allow(self, role: str, *names: str) -> None:
        self._iam[role.split(":")[4]].put_role_policy(
            RoleName=role.rsplit("/", 1)[-1],
            PolicyName="own",
            PolicyDocument=_document(*(IDENTITIES[name] for name in names)),
        )

    def trust(self, role: str, principal: Any, **more: Any) -> None:
        statement = {"Principal": principal, "Action": "sts:AssumeRole", **more}
        self._iam[role.split(":")[4]].update_assume_role_policy(
            RoleName=role.rsplit("/", 1)[-1], PolicyDocument=_document(statement)
        )

    def open(self, bucket: Any, key: Any) -> None:
        objects = {"Action": "s3:*", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        self._s3.put_bucket_policy(
            Bucket=BUCKET, Policy=_document({"Principal": bucket, **objects})
        )
        use = {"Principal": key, "Action": "kms:*", "Resource": "*"}
        self._kms.put_key_policy(KeyId=self.key, PolicyName="default", Policy=_document(use))

    def authorize(
        self, *others: Action, key: str | None = None, known: bool = True, **changes: Any
    ) -> list[str]:
        settings = {"ActionMode": "CREATE_UPDATE", "StackName": "orders", "RoleArn": DEPLOYING}
        values: dict[str, Any] = {
            "stage": "Prod",
            "name": "Deploy",
            "category": "Deploy",
            "owner": "AWS",
            "provider": "CloudFormation",
            "inputs": ["App"],
            "configuration": settings,
            "role": ROLE,
        }
        action = Action(**values | changes)
        pipeline = Pipeline(
            name="orders",
            bucket=BUCKET,
            stages=[Stage(name="Prod", actions=[*others, action])],
            role=OWN,
            stores={"us-east-1": {"bucket": BUCKET, "key": self.key if key is None else key}},
            accounts=[HOME, TARGET] if known else [],
        )
        stored = {"App": StoredArtifact(name="App", bucket=BUCKET, key="orders/App/a1b2c3d")}
        return list(authorize(action, pipeline, self.accounts, stored))


@pytest.fixture(scope="module")
def _system(aws: EmbeddedAws) -> System:
    return System(aws)


@pytest.fixture
def system(_system: System) -> System:
    _system.reset()
    return _system


def _refused(system: System, **changes: Any) -> str:
    with pytest.raises(ActionFailed) as caught:
        system.authorize(**changes)
    return str(caught.value)


def test_what_is_allowed(system: System) -> None:
    assert system.authorize() == []
    assert system.authorize(role=None, configuration={}) == []


def test_the_pipeline_may_not_assume_the_role(system: System) -> None:
    system.allow(OWN, "objects")
    assert _refused(system).startswith(
        f"User: arn:aws:sts::{HOME}:assumed-role/pipeline/rehearsal is not authorized to perform: "
        f"sts:AssumeRole on resource: {ROLE} because no identity-based policy allows the "
        "sts:AssumeRole action; cfn-pipeline check --fix-hints"
    )


def test_the_role_does_not_trust_the_pipeline(system: System) -> None:
    system.trust(ROLE, {"AWS": ROOT.format(OTHER)})
    assert f"{ROLE} because no resource-based policy allows the sts:Assume" in _refused(system)
    system.trust(ROLE, {"AWS": HOME}, Condition={"StringEquals": {"sts:ExternalId": "orders"}})
    assert "sts:AssumeRole on resource" in _refused(system)
    system.trust(ROLE, "*", Effect="Deny")
    assert "with an explicit deny in a resource-based policy" in _refused(system)


def test_the_page_shows_such_a_message(system: System) -> None:
    page = Path(__file__).parents[2] / "docs" / "rehearsal.md"
    [shown] = re.findall(r"```text\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    system.trust(ROLE, {"AWS": ROOT.format(OTHER)})
    message = (
        _refused(system).replace(HOME, "111111111111").replace("/pipeline/", "/billing-pipeline/")
    )
    action_role = f"arn:aws:iam::{TARGET}:role/deployment/billing-staging-action"
    assert message.replace(ROLE, action_role) == " ".join(shown.split())


def test_the_bucket(system: System) -> None:
    system.open({"AWS": ROOT.format(OTHER)}, {"AWS": ROOT.format(TARGET)})
    message = _refused(system)
    assert message.startswith(f"{S3} to access the Amazon S3 bucket named {BUCKET}.")
    assert f"User: arn:aws:sts::{TARGET}:assumed-role/action/rehearsal" in message
    assert "s3:GetObject on resource: arn:aws:s3:::authorization-artifacts/orders/App/" in message
    assert "because no resource-based policy allows the s3:GetObject action" in message


def test_the_key(system: System) -> None:
    system.open({"AWS": ROOT.format(TARGET)}, {"AWS": ROOT.format(HOME)})
    assert f"kms:Decrypt on resource: {system.key} because no resource" in _refused(system)
    assert "encrypted with AWS's key, which other accounts cannot use" in _refused(system, key="")
    alias = _refused(system, key="alias/orders")
    assert f"Alias arn:aws:kms:us-east-1:{TARGET}:alias/orders is not found" in alias
    assert f"Key arn:aws:kms:us-east-1:{TARGET}:key/0a1b is not found" in _refused(
        system, key="0a1b"
    )


@pytest.mark.parametrize(
    "lacking, words",
    [
        ("objects", "perform: s3:GetObject on resource"),
        ("key", "perform: kms:Decrypt on resource"),
        ("stack", "perform: cloudformation:DescribeStacks on resource"),
        ("pass", f"perform: iam:PassRole on resource: {DEPLOYING} because no identity-based"),
    ],
)
def test_the_role_itself(system: System, lacking: str, words: str) -> None:
    system.allow(ROLE, *({"objects", "key", "stack", "pass"} - {lacking}))
    assert words in _refused(system)


def test_outputs_are_written(system: System) -> None:
    system.open({"AWS": OTHER}, {"AWS": TARGET})
    assert "perform: s3:PutObject on" in _refused(system, inputs=[], outputs=["Outputs"])


def test_deployment_roles(system: System) -> None:
    system.trust(DEPLOYING, {"Service": "codebuild.amazonaws.com"})
    assert f"Role {DEPLOYING} is invalid or cannot be assumed" in _refused(system)
    settings = {"ActionMode": "CREATE_UPDATE", "StackName": "orders", "RoleArn": OWN}
    cross = "Cross-account pass role is not allowed."
    assert _refused(system, configuration=settings) == cross
    with pytest.raises(ActionFailed, match="Cross-account pass role"):
        system.authorize(role=None)


def test_artifacts_do_not_go_from_target_to_target(system: System) -> None:
    maker = Action(
        stage="Staging",
        name="Deploy",
        category="Deploy",
        owner="AWS",
        provider="CloudFormation",
        outputs=["App"],
        role=f"arn:aws:iam::{OTHER}:role/action",
    )
    with pytest.raises(ActionFailed, match=f"App is made in account {OTHER}"):
        system.authorize(maker)


def test_roles_that_no_template_has(system: System) -> None:
    missing = f"arn:aws:iam::{TARGET}:role/missing"
    assert "sts:AssumeRole on resource" in _refused(system, role=missing)
    system.allow(OWN, "any")
    [notice] = system.authorize(role=missing, known=False)
    assert notice.startswith(f"role {missing} is in no template; what it may do is not checked")


def test_other_accounts_need_the_local_aws(aws: EmbeddedAws) -> None:
    with pytest.raises(RehearsalError, match=f"account {TARGET} is another than the pipeline's"):
        Accounts(aws.account).at(TARGET)
