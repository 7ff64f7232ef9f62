"""Templates of one's own: whose account is not written down, and ``--account`` gives it."""

import shutil
from pathlib import Path

import pytest

from tests.command import Done, run

FOLDER = Path(__file__).parent / "by_hand"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    return tmp_path


def _check(folder: Path, *options: str) -> Done:
    files = sorted(path for path in folder.glob("*.yml") if path.name != "stack.yml")
    return run("check", *map(str, files), "--artifact", f"Orders={folder}", "--fix-hints", *options)


def _edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


@pytest.mark.parametrize("options", [[], ["--account", "pipeline.yml=111111111111"]])
def test_they_are_fine(options: list[str]) -> None:
    done = _check(FOLDER, *options)
    assert (done.code, done.out) == (0, "")


def test_what_is_wrong_only_across_accounts_is_told_where_the_account_is_known(
    folder: Path,
) -> None:
    _edit(folder, "home.yml", "222222222222:root", "444444444444:root")
    assert _check(folder).out == ""
    done = _check(folder, "--account", "pipeline.yml=111111111111")
    key, repository = (text for text in done.out.split(f"{folder}/home.yml:") if text)
    assert key.startswith("6:7: E9731 stage 'Staging', action 'Deploy': the policy of key KmsKey")
    assert "AWS: !Sub arn:${AWS::Partition}:iam::222222222222:root" in key
    assert repository.startswith("28:7: E9733 stage 'Staging', action 'Deploy': the policy of repo")
    assert "AWS: !Sub arn:${AWS::Partition}:iam::222222222222:root" in repository


def test_an_account_that_is_a_parameter(folder: Path) -> None:
    _edit(folder, "pipeline.yml", "Parameters:\n", "Parameters:\n  Staging: {Type: String}\n")
    _edit(folder, "pipeline.yml", "222222222222", "${Staging}")
    _edit(folder, "home.yml", "222222222222:root", "444444444444:root")
    home = ["--account", "pipeline.yml=111111111111"]
    assert _check(folder, *home).out == ""
    done = _check(folder, *home, "--parameter", "Staging=222222222222")
    assert "E9731 stage 'Staging', action 'Deploy': the policy of key KmsKey" in done.out
    assert "E9733 stage 'Staging'" in done.out
    assert _check(folder, *home, "--parameter", "Staging=444444444444").code == 1


def test_a_template_of_one_account_is_none_of_another(folder: Path) -> None:
    _edit(folder, "environment-prod.yml", "RoleName: orders-prod-action", "RoleName: orders-action")
    accounts = ["--account", "pipeline.yml=111111111111"]
    assert _check(folder, *accounts).out == ""
    done = _check(folder, *accounts, "--account", "environment-prod.yml=333333333333")
    assert "E9735 stage 'Production', action 'ChangeSet': role arn:" in done.out
    assert "environment-prod.yml has arn:${AWS::Partition}:iam::333333333333:role" in done.out


@pytest.mark.parametrize(
    "option, value, message",
    [
        ("account", "pipeline.yml=1", "use FILE=ACCOUNT, such as pipeline.yml=111122223333"),
        ("account", "111111111111", "use FILE=ACCOUNT"),
        ("account", "others.yml=111111111111", "file 'others.yml' is not among the templates; use"),
        ("parameter", "Staging", "use NAME=VALUE, such as ProdAccount=222222222222"),
        ("parameter", "Staging=1", "no template has a parameter 'Staging'; they have ArtifactKey,"),
    ],
)
def test_wrong_options(option: str, value: str, message: str) -> None:
    done = _check(FOLDER, f"--{option}", value)
    assert done.code == 2
    assert message in " ".join(done.err.split())
