"""``cfn-pipeline deploy`` on a local AWS, as a user sees it."""

import itertools
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from cfn_pipeline.deployment.account import Account
from cfn_pipeline.manifest import MANIFEST
from tests.command import ROOT, run

CONNECTION = "arn:aws:codeconnections:us-east-1:123456789012:connection/0000-0000"


_NUMBERS = itertools.count()


@pytest.fixture
def folder(tmp_path: Path, account: Account) -> Path:
    """A new deployment folder, called like its application: no other test has this name."""
    del account  # its environment is needed
    return new(tmp_path / f"app{next(_NUMBERS)}")


@pytest.fixture(scope="module")
def unused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment folder from which nothing is deployed."""
    return new(tmp_path_factory.mktemp("folders") / "unused")


def new(path: Path) -> Path:
    assert run("new", path.name, "--source", "acme/x", "-o", str(path)).code == 0
    return path


def test_what_is_asked_of_aws_is_told_on_request(unused: Path, account: Account) -> None:
    del account  # its environment is needed
    words = ("deploy", str(unused), "kms", "--dry-run")
    quiet, verbose = run(*words, "-q"), run("-v", *words)
    assert (quiet.code, quiet.err) == (0, "")
    assert verbose.out == quiet.out
    lines = verbose.err.splitlines()
    assert "ask sts GetCallerIdentity (us-east-1)" in lines
    assert "ask cloudformation DescribeStacks (us-east-1)" in lines


def test_stacks_are_deployed_shown_and_removed(folder: Path) -> None:
    kms, ecr = f"{folder.name}-kms", f"{folder.name}-ecr"
    done = run("deploy", str(folder), "ecr", "kms", "--dry-run")
    assert done.code == 0, done.err
    assert done.err == "account 123456789012, region us-east-1\n"
    assert done.out.splitlines()[:4] == [
        f"{kms}: new stack, 2 resources in kms.yml",
        "  Action  Resource     Type",
        "  Add     KmsKey       AWS::KMS::Key",
        "  Add     KmsKeyAlias  AWS::KMS::Alias",
    ]
    done = run("deploy", str(folder), "ecr", "kms", "--yes")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == f"{kms}: new stack, 2 changes"
    assert lines.index(f"{kms}: CREATE_COMPLETE") < lines.index(f"{ecr}: CREATE_COMPLETE")
    assert "CREATE_COMPLETE  KmsKey  AWS::KMS::Key" in done.err
    done = run("deploy", str(folder), "ecr", "kms", "--yes")
    assert (done.code, done.out) == (0, f"{kms}: no changes\n{ecr}: no changes\n")
    done = run("deploy", str(folder), "kms", "iam", "--remove", "--dry-run")
    assert (done.code, done.out) == (2, "")
    assert f"stack {kms} has exports that are in use by {ecr}; remove these" in done.err
    done = run("deploy", str(folder), "kms", "ecr", "iam", "--remove", "--dry-run")
    assert done.code == 0, done.err
    assert f"{folder.name}-iam: does not exist" in done.out
    assert f"{kms}: 1 of 2 resources are deleted" in done.out
    assert "  stays  KmsKey    AWS::KMS::Key" in done.out
    done = run("deploy", str(folder), "--remove", "--yes")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines.index(f"{ecr}: DELETE_COMPLETE") < lines.index(f"{kms}: DELETE_COMPLETE")
    assert "What stays must be deleted or imported" in done.err
    assert "\n".join(lines).count("does not exist") == 7


def test_what_is_missing_is_told_before_anything_is_deployed(folder: Path) -> None:
    done = run("deploy", str(folder), "--yes")
    assert (done.code, done.out) == (2, "")
    assert "Error: iam.yml needs ConnectionArn; add -p ConnectionArn=..." in done.err
    assert "pipeline.yml needs ConnectionArn; add" in done.err
    done = run("deploy", str(folder), "--yes", "-p", "ConnectionArn=x")
    assert done.code == 2
    assert "iam.yml: ConnectionArn must be the ARN of a connection" in done.err
    done = run("deploy", str(folder), "--dry-run", "-p", f"ConnectionArn={CONNECTION}")
    assert done.code == 0
    assert "new stack" in done.out
    assert "kms: CREATE" not in done.out
    assert (
        run("deploy", str(folder), "--remove", "--yes", "kms").out.replace(
            f"{folder.name}-kms: does not exist\n", ""
        )
        == ""
    )


def test_a_stale_folder_is_not_deployed(folder: Path) -> None:
    (folder / "ecr.yml").write_text((folder / "ecr.yml").read_text() + "# mine\n")
    done = run("deploy", str(folder), "ecr", "--dry-run")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"{folder}: not as rendered: ecr.yml; run cfn-pipeline render --config "
        f"{folder}/cfn-pipeline.yml, look at the difference, then deploy\n"
    )
    assert run("deploy", str(folder), "kms", "--dry-run").code == 0
    (folder / "kms.yml").unlink()
    assert "not as rendered: ecr.yml, kms.yml;" in run("deploy", str(folder), "--dry-run").err


def test_a_failed_stack_is_told_with_the_way_out(folder: Path, account: Account) -> None:
    stack = f"{folder.name}-pipeline"
    bucket = f"{folder.name}-logs-{account.number}-us-east-1"
    account.client("s3").create_bucket(Bucket=bucket)
    done = run("deploy", str(folder), "--yes", "-p", f"ConnectionArn={CONNECTION}")
    assert done.code == 1
    assert f"{folder.name}-codebuild: CREATE_COMPLETE" in done.out
    reasons = [line for line in done.err.splitlines() if not line.startswith(f"{stack}  ")]
    [error, way_out] = reasons[-2:]
    assert error.startswith(f"Error: stack {stack} is ROLLBACK_COMPLETE: /Resources/LogBucket: ")
    assert "already exists" in error
    assert way_out == (
        f"stack {stack}: run cfn-pipeline deploy {folder} pipeline --remove, then deploy again"
    )
    again = run("deploy", str(folder), "pipeline", "--yes")
    assert again.code == 1
    assert "is ROLLBACK_COMPLETE: CloudFormation cannot update a stack" in again.err
    assert run("deploy", str(folder), "pipeline", "--remove", "--yes").code == 0
    account.client("s3").delete_bucket(Bucket=bucket)
    done = run("deploy", str(folder), "pipeline", "--yes", "-p", f"ConnectionArn={CONNECTION}")
    assert done.code == 0, done.err


def test_protected_stacks_are_not_removed(folder: Path, account: Account) -> None:
    stack = f"{folder.name}-kms"
    assert run("deploy", str(folder), "kms", "--yes").code == 0
    account.client("cloudformation").update_termination_protection(
        StackName=stack, EnableTerminationProtection=True
    )
    done = run("deploy", str(folder), "--remove", "--yes")
    assert (done.code, done.out) == (2, "")
    assert f"Error: stack {stack} has termination protection; run aws cloudformation" in done.err


def terminal(words: list[str], typed: str) -> tuple[int, str]:
    """Run the command at a terminal; return its exit code and what the screen shows."""
    controller, screen = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cfn_pipeline", *words],
        cwd=ROOT,
        stdin=screen,
        stdout=screen,
        stderr=screen,
        close_fds=True,
    )
    os.close(screen)
    os.write(controller, typed.encode())
    shown = b""
    while True:
        try:
            part = os.read(controller, 65536)
        except OSError:  # the process has closed the terminal
            break
        if not part:
            break
        shown += part
    os.close(controller)
    return process.wait(), shown.decode()


def test_at_a_terminal_changes_and_values_are_asked_for(folder: Path) -> None:
    kms, iam = (f"{folder.name}-{target}" for target in ("kms", "iam"))
    typed = f"bad\n{CONNECTION}\nwhat\ny\nn\n"
    code, shown = terminal(["deploy", str(folder), "kms", "iam"], typed)
    assert code == 1
    assert f"{iam}: ConnectionArn (ARN of an AVAILABLE connection to GitHub" in shown
    assert "ConnectionArn must be the ARN of a connection, as the console shows it" in shown
    assert shown.count(f"Deploy {kms}? [y/N]: ") == 2
    assert f"{kms}: CREATE_COMPLETE" in shown
    assert shown.count(f"Deploy {iam}? [y/N]: ") == 1
    assert f"{iam}: not deployed" in shown


def test_an_interruption_leaves_no_change_set(
    folder: Path, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("cfn_pipeline.cli.deploy.is_terminal", lambda: True)
    monkeypatch.setattr("cfn_pipeline.cli.deploying.confirm", interrupt)
    done = run("deploy", str(folder), "kms")
    assert done.code == 130
    stack = f"{folder.name}-kms"
    assert f"what AWS has begun with stack {stack} goes on there\ninterrupted\n" in done.err
    stacks = account.client("cloudformation").describe_stacks()["Stacks"]
    assert stack not in {s["StackName"] for s in stacks if s["StackStatus"] != "DELETE_COMPLETE"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--yes", "nowhere/else"], "Invalid folder 'nowhere/else': it does not exist."),
        (["FOLDER"], "deploy asks before each change, which needs a terminal; add --yes"),
        (["FOLDER", "kmss"], "unknown target 'kmss': use kms, ecr,"),
        (["FOLDER", "--yes", "-p", "A"], "Invalid parameter 'A': use NAME=VALUE."),
        (["FOLDER", "--yes", "-p", "A=1"], "unknown parameter 'A': use"),
        (["FOLDER", "--yes", "--remove", "-p", "A=1"], "--remove takes neither --parameter nor"),
        (["FOLDER", "--yes", "--application", "y"], "has no application 'y': use unused"),
        (["FOLDER", "--yes", "--edition", "film"], "unknown edition 'film'"),
        (["FOLDER", "--yes", "--profile", "none"], "profile (none) could not be found"),
        (["docs", "--yes"], "docs: has no rendered templates; begin with cfn-pipeline new NAME"),
        (
            ["templates/book", "--yes"],
            "was not rendered from todobackend in the current edition; use --config or --edition",
        ),
    ],
)
def test_mistakes_are_one_message(
    unused: Path, account: Account, words: list[str], message: str
) -> None:
    del account
    done = run("deploy", *(str(unused) if word == "FOLDER" else word for word in words))
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_folder_that_a_person_has_written(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yml").write_text("Resources: {Topic: {Type: AWS::SNS::Topic}}\n")
    done = run("deploy", str(tmp_path), "--yes")
    assert done.code == 2
    assert "not rendered by cfn-pipeline: pipeline.yml; deploy takes what render or" in done.err


def test_a_manifest_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    done = run("deploy", str(tmp_path), "--yes")
    assert (done.code, done.out) == (2, "")
    assert f"{MANIFEST}: cannot be read; use --config, or render the folder again" in done.err


def test_the_repositorys_own_templates_are_deployed(account: Account) -> None:
    del account
    done = run("deploy", "templates/current", "kms", "--dry-run")
    assert done.code == 0, done.err
    assert done.out.startswith("todobackend-kms: new stack, 2 resources")
    done = run("deploy", "templates/book", "kms", "--edition", "book", "--dry-run")
    assert done.out.startswith("kms: new stack")


def test_make_calls_the_command() -> None:
    words = ["deploy/pipeline", "EDITION=book", "PARAMETERS=A=1 B=2", "S3_BUCKET=large", "YES=1"]
    done = subprocess.run(
        ["make", "--dry-run", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    command = "cfn-pipeline deploy templates/book pipeline --edition book --bucket large --yes"
    assert f"{command} -p A=1 -p B=2\n" in done.stdout


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of two applications, of what they share, and of their fleet."""
    folder = tmp_path_factory.mktemp("several")
    container = "{cpu: 256, memory: 512, port: 80, name: c}"
    (folder / "cfn-pipeline.yml").write_text(
        "shared: {name: common, notifications: true}\n"
        f"fleet: {{name: platform, source: a/platform, connection: {CONNECTION!r}}}\n"
        "defaults: {compute: {type: fargate}, deployment_source: a/platform}\napplications:\n"
        f"- {{name: one, source: a/one, container: {container}}}\n"
        f"- {{name: two, source: a/two, container: {container}}}\n"
    )
    assert run("render", "--config", str(folder / "cfn-pipeline.yml")).code == 0
    return folder


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([".", "--application", "two"], "two-kms: new stack, 2 resources"),
        ([".", "--application", "shared"], "common-kms: new stack, 2 resources"),
        # A folder without a configuration file has a manifest, which names it.
        (["two"], "two-kms: new stack, 2 resources"),
        (["shared"], "common-kms: new stack, 2 resources"),
    ],
)
def test_one_of_several_applications(
    several: Path, account: Account, words: list[str], shown: str
) -> None:
    del account
    done = run("deploy", str(several / words[0]), "kms", "--dry-run", *words[1:])
    assert done.code == 0, done.err
    assert done.out.startswith(shown)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([""], "has 2 applications; add --application, one of shared, one, two"),
        (["one", "--application", "two"], "one: has the application 'one'; remove --application"),
        (["platform"], "platform: has the pipeline of a fleet; use its Makefile"),
        (
            ["shared", "--profile", "dev=x"],
            "unknown environment 'dev' in --profile: use the NAME of a profile alone",
        ),
    ],
)
def test_a_folder_that_is_none_of_an_application(
    several: Path, account: Account, words: list[str], message: str
) -> None:
    del account
    done = run("deploy", str(several / words[0]), "kms", "--dry-run", *words[1:])
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_help_shows_an_example() -> None:
    assert "Example: cfn-pipeline deploy orders-aws" in run("deploy", "--help").out
