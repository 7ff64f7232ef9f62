"""A local AWS for the tests of deployments."""

from collections.abc import Iterator

import pytest

from cfn_pipeline.deployment.account import Account
from cfn_pipeline.deployment.change_sets import ChangeSets
from cfn_pipeline.deployment.stacks import Stacks
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with embedded_aws(tmp_path_factory.mktemp("aws"), region="us-east-1") as server:
        yield server


@pytest.fixture
def account(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The account as the credentials and the endpoint of the environment have it."""
    for name, value in aws.account.environment.items():
        monkeypatch.setenv(name, value)
    return Account()


@pytest.fixture
def stacks(account: Account) -> Stacks:
    return Stacks(account)


@pytest.fixture
def change_sets(account: Account, stacks: Stacks) -> ChangeSets:
    return ChangeSets(account, stacks)
