"""The pipeline of pipelines, rehearsed where an environment is in another account."""

import pytest

from tests.deploy.test_fleet import Repository, messages, replace
from tests.examples.test_configurations import EXAMPLES

ROLE, STACK, OWN = (
    f"orders-prod{suffix}@222222222222" for suffix in ("-delivery", "-environment", "")
)
#: Production of payments is in a third account, which adds nothing but time.
_CONFIG = (EXAMPLES / "fleet-accounts" / "cfn-pipeline.yml").read_text()
PRODUCTION = _CONFIG[_CONFIG.rindex("      - name: prod") :]

REGION = ("--region", "eu-central-1")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    folder = tmp_path_factory.mktemp("fleet-accounts")
    repository = Repository(folder, "fleet-accounts", (PRODUCTION, ""))
    done = repository.rehearse(*REGION)
    assert done.code == 0, done.err
    assert set(done.states().values()) == {"Succeeded"}
    assert "account-222222222222.yml, account 222222222222)" in done.err
    assert {ROLE, STACK} < set(messages(done))
    return repository


def test_a_change_changes_one_stack_in_the_other_account(repository: Repository) -> None:
    permission = '{actions: ["sqs:SendMessage"], on: "arn:aws:sqs:*:*:orders"}'
    more = f"{{name: orders, cpu: 256, memory: 512, permissions: [{permission}]}}"
    repository.edit("{name: orders, cpu: 256, memory: 512}", more)
    repository.render()
    done = repository.rehearse(*REGION, "--after", "last")
    assert done.code == 0, done.err
    changed = [name for name, message in messages(done).items() if message != "no changes"]
    assert changed == ["orders-dev-environment", STACK]
    assert f"{STACK}: changed, from orders/environment-prod.yml" in repository.log(done)


def test_a_missing_grant_is_refused_in_the_wave(repository: Repository) -> None:
    sid = "LetActionRolesDecryptArtifacts\n            Effect: "
    replace(repository.deployed / "kms.yml", f"{sid}Allow", f"{sid}Deny")
    done = repository.rehearse(*REGION, "--after", "last")
    repository.deploy()
    assert done.code == 1
    key = "kms:Decrypt on resource: arn:aws:kms:eu-central-1:111111111111:key/"
    assert key in done.action(f"Wave1/{ROLE}")["message"]
    assert done.states()[f"Wave1/{STACK}"] == "NotStarted"


def test_what_goes_is_deleted_in_the_other_account(repository: Repository) -> None:
    text = repository.config.read_text()
    begin, end = text.index("  - name: orders"), text.index("  - name: payments")
    repository.config.write_text(text[:begin] + text[end:])
    repository.render()
    repository.deploy()
    done = repository.rehearse(*REGION, "--after", "last", "--reject")
    assert done.states()["Remove/Approve"] == "Rejected"
    for stack in (OWN, STACK, ROLE):
        assert f"{stack}: to be removed, when a person approves" in repository.log(done)
        assert done.states()[f"Remove/{stack}"] == "NotStarted"

    done = repository.rehearse("--resume", "last", "--approve")
    assert done.code == 0, done.err
    for stack in (STACK, ROLE):
        assert done.details(f"Remove/{stack}")["status"] == "deleted"
