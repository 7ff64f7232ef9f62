"""The pipeline of pipelines, where environments are in other accounts and regions."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import ModelError, load
from cfn_pipeline.fleet.deployed import Comparison, State
from cfn_pipeline.stacks.fleet.accounts import require_room
from tests.command import ROOT, run
from tests.fleet.test_pipeline import FLEET, stacks, stages, write

EXAMPLE = ROOT / "examples" / "fleet-accounts"
PLACE = 'account: "111111111111", region: eu-central-1'
IAM = "arn:${AWS::Partition}:iam::"
ACTION_ROLE = "role/deployment/platform-action"


def _config(folder: Path, *, place: str = PLACE, environments: str) -> Path:
    more = f", {place}, environments: [{{name: dev}}, {environments}]"
    config = write(folder, "web", more=more)
    text = config.read_text()
    config.write_text(text.replace("fleet: {name", f"fleet: {{{place}, name"))
    return config


def _resources(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = load(path.read_text())["Resources"]
    return found


def _actions(stage: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {action["Name"]: action for action in stage["Actions"]}


def test_an_environment_elsewhere_is_deployed_there_in_order() -> None:
    found = _actions(stages(EXAMPLE)["Wave1"])
    order = {name: int(action["RunOrder"]) for name, action in found.items()}
    role, stack = "payments-prod-delivery@333333333333", "payments-prod-environment@333333333333"
    assert order[role] < order[stack] < order["payments-pipeline"]
    there = f"{IAM}333333333333:"
    for name, deployment_role in ((role, "platform-deployment"), (stack, role.partition("@")[0])):
        action = found[name]
        assert action["RoleArn"] == {"Fn::Sub": f"{there}{ACTION_ROLE}"}
        assert action["Region"] == "eu-west-1"
        passed = action["Configuration"]["RoleArn"]
        assert passed == {"Fn::Sub": f"{there}role/fleet/{deployment_role}"}
    # Production of orders is in the region of the pipeline.
    assert "Region" not in found["orders-prod-environment@222222222222"]
    # What payments' pipeline needs in the other region is in the account of the pipelines.
    assert "RoleArn" not in found["payments-artifacts-eu-west-1"]
    overrides = json.loads(found["payments-pipeline"]["Configuration"]["ParameterOverrides"])
    assert overrides["ArtifactKeyEuWest1"] == "#{payments-artifacts-eu-west-1.KmsKey}"
    assert "platform-artifacts-eu-west-1" in stacks(stages(EXAMPLE)["Pipeline"])


def test_every_role_elsewhere_is_within_the_boundary_of_its_account() -> None:
    boundary = {"Fn::Sub": f"{IAM}${{AWS::AccountId}}:policy/fleet/platform-boundary"}
    paths = [*EXAMPLE.glob("*/environment-prod.yml"), *EXAMPLE.glob("*/delivery-prod.yml")]
    found = [
        role["Properties"]["PermissionsBoundary"]
        for path in (*paths, EXAMPLE / "platform" / "account-222222222222.yml")
        for role in _resources(path).values()
        if role["Type"] == "AWS::IAM::Role"
    ]
    assert found == [boundary] * 6 + [{"Ref": "Boundary"}] * 3


def test_accounts_read_artifacts_and_write_none() -> None:
    folder = EXAMPLE / "platform"
    for file, there in (("pipeline.yml", "222222222222"), ("artifacts-eu-west-1.yml", "3" * 12)):
        policy = _resources(folder / file)["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"]
        of_roles = [s for s in policy["Statement"] if s["Sid"].startswith("LetActionRoles")]
        calls = {call for statement in of_roles for call in statement["Action"]}
        assert "s3:GetObject" in calls
        assert not [call for call in calls if "Put" in call]
        for statement in of_roles:
            assert statement["Principal"]["AWS"] == [{"Fn::Sub": f"{IAM}{there}:root"}]
            [arn] = statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]
            assert arn == {"Fn::Sub": f"{IAM}{there}:{ACTION_ROLE}"}
    for number in ("222222222222", "333333333333"):
        role = _resources(folder / f"account-{number}.yml")["ActionRole"]["Properties"]
        statements = role["Policies"][0]["PolicyDocument"]["Statement"]
        calls = {call for statement in statements for call in statement["Action"]}
        assert not [c for c in calls if c.startswith(("s3:Put", "kms:Enc", "kms:Gen", "iam:Cr"))]


def test_what_a_person_deploys_does_not_depend_on_applications(tmp_path: Path) -> None:
    file = "platform/account-222222222222.yml"
    environments = '{name: prod, account: "222222222222"}'
    config = _config(tmp_path, environments=environments)
    assert run("render", "--config", str(config)).code == 0
    before = (tmp_path / file).read_text()
    text = config.read_text()
    more = text[text.index("  - {name: web") :].replace("web", "jobs")
    config.write_text(text + more)
    assert run("render", "--config", str(config)).code == 0
    assert (tmp_path / file).read_text() == before
    assert "web" not in before


def test_nor_on_their_order(tmp_path: Path) -> None:
    there = '{name: prod, account: "222222222222", region: REGION}'
    config = _config(tmp_path, environments=there)
    head, web = config.read_text().split("  - {name: web")
    web = f"  - {{name: web{web}"
    near = web.replace("web", "jobs").replace("REGION", "eu-central-1")
    far = web.replace("REGION", "eu-west-1")
    found = []
    for applications in (near + far, far + near):
        config.write_text(head + applications)
        done = run("render", "--config", str(config))
        assert done.code == 0, done.err
        files = ("account-222222222222.yml", "Makefile")
        found.append([(tmp_path / "platform" / file).read_text() for file in files])
    assert found[0] == found[1]
    # In the region of the fleet, wherever environments are: its roles exist once.
    assert "$(call require_account,222222222222,--region eu-central-1)" in found[0][1]


def test_more_accounts_than_the_policy_of_a_bucket_holds_are_refused() -> None:
    accounts: dict[str, list[str | None]] = {f"{number:012}": [None] for number in range(89)}
    fleet = replace(FLEET, region="eu-central-1")
    require_room(fleet, accounts)
    with pytest.raises(ModelError, match=r"eu-central-1 are in 90 other accounts, .* room for 89"):
        require_room(fleet, {**accounts, "222222222222": ["eu-west-1", None]})


def test_an_application_that_goes_is_deleted_there(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "fleet")
    config = folder / "cfn-pipeline.yml"
    assert run("render", "--config", str(config)).code == 0
    text = config.read_text()
    config.write_text(text[: text.index("  - name: payments")])
    done = run("render", "--config", str(config))
    assert (done.code, "E9" in done.err) == (0, False), done.err
    removal = stages(folder)["Remove"]
    own, stack, role = (
        f"payments-prod{suffix}@333333333333" for suffix in ("", "-environment", "-delivery")
    )
    found = _actions(removal)
    assert own in found["Approve"]["Configuration"]["CustomData"]
    order = {name: int(action["RunOrder"]) for name, action in found.items()}
    assert order[own] < order["payments-pipeline"] < order[stack] < order[role]
    for name, deployment_role in (
        (own, "role/deployment/payments-prod-deployment"),
        (stack, "role/fleet/payments-prod-delivery"),
        (role, "role/fleet/platform-deployment"),
    ):
        assert found[name]["RoleArn"] == {"Fn::Sub": f"{IAM}333333333333:{ACTION_ROLE}"}
        passed = found[name]["Configuration"]["RoleArn"]
        assert passed == {"Fn::Sub": f"{IAM}333333333333:{deployment_role}"}


def test_the_readme_begins_with_the_accounts() -> None:
    text = (EXAMPLE / "platform" / "README.md").read_text()
    steps = re.findall("^    make deploy/(.+)$", text, re.MULTILINE)
    assert steps[:3] == ["boundary", "account-222222222222", "account-333333333333"]
    assert steps[-1] == "pipeline"
    makefile = (EXAMPLE / "platform" / "Makefile").read_text()
    assert "$(call require_account,333333333333,--region eu-central-1)" in makefile


def test_the_account_of_the_fleet_must_be_known(tmp_path: Path) -> None:
    environments = '{name: prod, account: "222222222222"}'
    config = _config(tmp_path, place="region: eu-central-1", environments=environments)
    done = run("render", "--config", str(config))
    assert done.code == 2
    assert "add account and region to both" in done.err


@pytest.mark.parametrize("stack", ["platform", "platform-build"])
def test_no_environment_has_a_role_that_is_called_like_one_of_the_fleet(
    tmp_path: Path, stack: str
) -> None:
    environments = f'{{name: prod, account: "222222222222", stack: {stack}}}'
    done = run("render", "--config", str(_config(tmp_path, environments=environments)))
    assert done.code == 2
    assert f"the stack name '{stack}' gives a role the name" in done.err


@pytest.mark.parametrize(
    ("has_roles", "options", "code"),
    [(True, ["--variables", "-"], 1), (False, ["--variables", "-"], 0), (True, [], 0)],
)
def test_a_run_stops_where_an_account_lacks_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, has_roles: bool, options: list[str], code: int
) -> None:
    lacking = Comparison(
        stack="platform-account-222222222222@222222222222",
        path=Path("platform/account-222222222222.yml"),
        deployed=None,
        rendered="Resources: {}",
    )
    state = State(
        comparisons=[],
        removed=[],
        left=[],
        digest="abc",
        prepared=[lacking],
        unread={"333333333333": "AssumeRole: not authorized"},
        has_roles=has_roles,
    )
    monkeypatch.setattr("cfn_pipeline.fleet.deployed.compare_fleet", lambda *_: state)
    monkeypatch.setattr("cfn_pipeline.deployment.account.Account", lambda **_: None)
    done = run("fleet", "--config", str(EXAMPLE / "cfn-pipeline.yml"), *options)
    assert done.code == code
    assert ("export PIPELINE=abc" in done.out) is (options != [] and code == 0)
    assert (
        "stack platform-account-222222222222 is not deployed "
        "(platform/account-222222222222.yml); a person deploys it: make "
        "deploy/account-222222222222" in done.err
    )
    assert "account 333333333333 cannot be read: AssumeRole: not authorized" in done.err


@pytest.mark.parametrize(
    ("deployed", "is_same"),
    [
        ("Resources: {A: {Type: AWS::SNS::Topic}}", True),
        ('{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}', True),
        ("Resources: {A: {Type: AWS::SQS::Queue}}", False),
    ],
)
def test_what_an_account_needs_is_compared_by_its_resources(deployed: str, is_same: bool) -> None:
    rendered = "# Rendered\nDescription: other\nResources:\n  A:\n    Type: AWS::SNS::Topic\n"
    found = Comparison(stack="a", path=Path("a.yml"), deployed=deployed, rendered=rendered)
    assert found.makes_the_same is is_same
