"""What the build of a fleet may not read, and what a run does then."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.command import ROOT, Done, run

EXAMPLE = ROOT / "examples" / "fleet-accounts"
PREPARED = {f"platform-{file.stem}": file for file in (EXAMPLE / "platform").glob("[ab]*.yml")}
ROLES = EXAMPLE / "platform" / "iam.yml"


class Aws:
    """AWS as the role of a build sees it: some stacks are refused, others have no resources."""

    region = "eu-central-1"
    meta = SimpleNamespace(endpoint_url="https://cloudformation.eu-central-1.amazonaws.com")

    def __init__(self, refused: str, texts: dict[str, Path]) -> None:
        self._refused = refused
        self._texts = texts

    def at(self, region: str | None) -> "Aws":
        del region
        return self

    def acting_as(self, role: str) -> "Aws":
        del role
        return self

    def client(self, service: str) -> "Aws":
        assert service == "cloudformation"
        return self

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName.startswith(self._refused):
            message = f"User: build is not authorized to perform: DescribeStacks on {StackName}"
            raise ClientError(
                {"Error": {"Code": "AccessDenied", "Message": message}}, "DescribeStacks"
            )
        return {"Stacks": [{"StackName": StackName, "StackStatus": "CREATE_COMPLETE"}]}

    def get_template(self, *, StackName: str, **_: Any) -> dict[str, str]:  # noqa: N803
        file = self._texts.get(StackName)
        return {"TemplateBody": "Resources: {}" if file is None else file.read_text()}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("fleet") / "fleet")
    config = folder / "cfn-pipeline.yml"
    assert run("render", "--config", str(config)).code == 0
    return config


def _fleet(monkeypatch: pytest.MonkeyPatch, config: Path, refused: str, *, has_roles: bool) -> Done:
    texts = {**PREPARED, **({"platform-iam": ROLES} if has_roles else {})}
    aws = Aws(refused, texts)
    monkeypatch.setattr("cfn_pipeline.deployment.account.Account", lambda **_: aws)
    return run("fleet", "--config", str(config), "--variables", "-")


def test_an_application_that_comes_is_not_read_until_the_roles_let_it(
    monkeypatch: pytest.MonkeyPatch, config: Path
) -> None:
    done = _fleet(monkeypatch, config, "payments-", has_roles=False)
    assert done.code == 0, done.err
    assert "payments-kms" in done.out.partition("new: ")[2]
    done = _fleet(monkeypatch, config, "payments-kms", has_roles=True)
    assert done.code != 0
    assert "stack payments-kms cannot be read: DescribeStacks: User: build is not" in done.err


def test_an_account_that_may_not_be_read_there_needs_its_stack(
    monkeypatch: pytest.MonkeyPatch, config: Path
) -> None:
    done = _fleet(monkeypatch, config, "payments-prod-environment", has_roles=True)
    assert done.code == 1
    assert "account 333333333333 cannot be read: DescribeStacks: User: build is not" in done.err
    assert "make deploy/account-333333333333" in done.err
    assert "account-222222222222" not in done.err
