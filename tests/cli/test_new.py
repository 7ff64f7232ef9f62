"""A deployment folder to begin with, by ``cfn-pipeline new``."""

import itertools
import re
import subprocess
from pathlib import Path

import pytest

from cfn_pipeline import check, load
from cfn_pipeline.config.kinds import type_name
from cfn_pipeline.config.reading import read_config_file
from tests.command import run

NETWORK = {"VpcId", "ApplicationSubnets"}


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_a_folder_has_everything_for_the_first_deployment(tmp_path: Path) -> None:
    folder = tmp_path / "orders-aws"
    done = run("new", "orders", "--source", "acme/orders", "-o", str(folder))
    assert (done.code, done.err) == (
        0,
        f"{folder}/README.md has the steps to the first deployment\n",
    )
    files = texts(folder)
    assert done.out.splitlines() == [f"{folder}/{name}" for name in files] or sorted(
        done.out.splitlines()
    ) == sorted(f"{folder}/{name}" for name in files)
    assert {"README.md", "cfn-pipeline.yml", ".gitignore", "Makefile", "pipeline.yml"} <= set(files)
    assert files["cfn-pipeline.yml"].startswith(
        "# yaml-language-server: $schema=cfn-pipeline.schema.json\n"
    )
    assert files["cfn-pipeline.schema.json"] == run("schema").out
    again = run("render", "--config", str(folder / "cfn-pipeline.yml"), "--check")
    assert (again.code, again.err) == (0, f"{folder}: up to date\n")


def texts_of_templates(folder: Path) -> dict[str, str]:
    named = texts(folder)
    return {n: t for n, t in named.items() if n.endswith((".yml", ".json")) and n[:3] != "cfn"}


@pytest.mark.parametrize(
    ("compute", "database", "worker"),
    [
        *itertools.product(("fargate", "ec2"), ("mysql", "postgresql", "none"), (True, False)),
        ("managed_instances", "aurora_postgresql", False),
    ],
)
def test_every_choice_renders_and_has_no_findings(
    tmp_path: Path, compute: str, database: str, worker: bool
) -> None:
    folder = tmp_path / "folder"
    words = ["--compute", compute, "--database", database, *(["--worker"] if worker else [])]
    assert run("new", "order-history", *words, "-o", str(folder)).code == 0
    [application] = read_config_file(folder / "cfn-pipeline.yml")
    assert type_name(type(application.compute)) == compute
    kind = application.database
    assert (kind is None) == (database == "none")
    assert kind is None or type_name(type(kind)) == database
    assert application.containers[0].port == (None if worker else 8080)
    assert (application.load_balancer is None) == worker
    is_private = "private_subnets:" in (folder / "cfn-pipeline.yml").read_text()
    assert is_private == (compute == "managed_instances")
    found = check(texts_of_templates(folder))
    assert [finding for finding in found if finding.severity == "error"] == []


def test_an_existing_database_is_named_later(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    words = ["--database", "existing_mysql", "-o", str(folder)]
    assert run("new", "orders", *words).code == 0
    text = (folder / "cfn-pipeline.yml").read_text()
    assert "# secret: arn:aws:..." in text
    assert "username:" not in text
    [application] = read_config_file(folder / "cfn-pipeline.yml")
    assert type_name(type(application.database)) == "existing_mysql"
    found = check(texts_of_templates(folder))
    errors = [finding.message for finding in found if finding.severity == "error"]
    names = ("DatabaseHost", "DatabaseSecretArn", "DatabaseSecurityGroup")
    assert errors
    assert all(any(name in message for name in names) for message in errors), errors


def test_environments_in_other_accounts(tmp_path: Path) -> None:
    folder = tmp_path / "orders-aws"
    words = ["--source", "acme/orders", "--account", "prod=222222222222"]
    words += ["--region", "prod=eu-west-1", "-o", str(folder)]
    assert run("new", "orders", *words).code == 0
    [application] = read_config_file(folder / "cfn-pipeline.yml")
    prod = application.environment("prod")
    assert (prod.account, prod.region) == ("222222222222", "eu-west-1")
    text = (folder / "README.md").read_text()
    stacks = ["kms", "ecr", "dev-environment", "prod-environment", "artifacts-eu-west-1"]
    stacks += ["iam", "codebuild", "pipeline"]
    assert re.findall(r"^\d\. `orders-([a-z0-9-]+)`", text, re.MULTILINE) == stacks
    assert "`orders-prod-environment`, account 222222222222, eu-west-1: " in text
    assert "`--profile prod=NAME`" in text
    assert "It asks for `ConnectionArn`; or add" in text
    assert [f for f in check(texts_of_templates(folder)) if f.severity == "error"] == []


@pytest.mark.parametrize(
    "words, message",
    [
        (["--account", "live=222222222222"], "Invalid --account 'live=222222222222': use dev=..."),
        (["--account", "prod=2"], "--account: the AWS account '2' has 1 character; use 12"),
        (["--region", "prod=x"], "--region: invalid region 'x': use a region such as eu-west-1"),
    ],
)
def test_a_place_that_does_not_exist(tmp_path: Path, words: list[str], message: str) -> None:
    done = run("new", "orders", *words, "-o", str(tmp_path / "orders"))
    assert done.code == 2
    assert message in done.err


@pytest.mark.parametrize("name", ["no", "on", "null", "true"])
def test_names_that_yaml_takes_for_something_else(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    done = run("new", name, "-o", str(folder), "--database", "mysql")
    assert done.code == 0, done.err
    [application] = read_config_file(folder / "cfn-pipeline.yml")
    assert (application.name, application.source.title) == (name, name)


def test_the_readme_has_the_steps_of_this_application(tmp_path: Path) -> None:
    words = ("--source", "acme/orders", "--database", "postgresql", "--port", "9000")
    assert run("new", "orders", *words, "-o", str(tmp_path / "deploy")).code == 0
    text = (tmp_path / "deploy" / "README.md").read_text()
    stacks = [f"orders-{name}" for name in ("kms", "ecr", "iam", "codebuild", "pipeline")]
    places = [text.index(f". `{stack}`: ") for stack in stacks]
    assert places == sorted(places)
    assert "port 9000" in text
    assert "PGHOST" in text
    assert "It asks for `ConnectionArn`;" in text
    assert "`VpcId` and `ApplicationSubnets`" in text
    assert "Before prod, it waits for your approval" in text
    assert text.index("cfn-pipeline deploy . kms ecr") < text.index("make build-image")
    assert 'protect prod: `"DeletionProtection": "true"` in `prod.json`' in text
    pipeline = (tmp_path / "deploy" / "pipeline.yml").read_text()
    for source in re.findall(r"--source (\w+)=", text):
        assert f"- Name: {source}\n" in pipeline
    assert "{" not in text
    worker = tmp_path / "worker"
    assert run("new", "orders", "--worker", "-o", str(worker)).code == 0
    text = (worker / "README.md").read_text()
    assert "listens" not in text
    assert "It asks for `ConnectionArn` and `GitHubOwner`;" in text


def test_what_the_applications_repository_needs(tmp_path: Path) -> None:
    code, folder = tmp_path / "orders", tmp_path / "orders-aws"
    done = run("new", "orders", "-o", str(folder), "--application", str(code))
    assert done.code == 0, done.err
    assert f"{code}/Dockerfile: add one with the stages test and release" in done.err
    assert texts(code).keys() == {"Makefile", "buildspec.yml"}
    buildspec = load((code / "buildspec.yml").read_text())
    commands = [c for phase in buildspec["phases"].values() for c in phase["commands"]]
    goals = [c.split()[1] for c in commands if c.startswith("make ")]
    assert goals == ["login", "test", "release", "publish", "version", "clean", "logout"]
    for goal in goals:
        subprocess.run(
            ["make", "--dry-run", goal, "IMAGE_REPOSITORY=1.ecr/orders", "APP_VERSION=1"],
            cwd=code,
            check=True,
            capture_output=True,
        )
    version = subprocess.run(
        ["make", "version", "APP_VERSION=abc.1"], cwd=code, check=True, capture_output=True
    )
    assert version.stdout == b'{"Version": "abc.1"}\n'


def test_the_applications_files_can_be_written_later(tmp_path: Path) -> None:
    code, folder = tmp_path / "orders", tmp_path / "orders-aws"
    assert run("new", "orders", "-o", str(folder)).code == 0
    before = texts(folder)
    done = run("new", "orders", "-o", str(folder), "--application", str(code))
    assert done.out.splitlines() == [f"{code}/buildspec.yml", f"{code}/Makefile"]
    assert texts(folder) == before
    other = run("new", "bills", "-o", str(folder), "--application", str(tmp_path / "bills"))
    assert other.code == 2
    assert "cfn-pipeline.yml: has no application 'bills'; add it, then render" in other.err
    assert not (tmp_path / "bills").exists()


def test_existing_files_stay(tmp_path: Path) -> None:
    folder, code = tmp_path / "orders-aws", tmp_path / "orders"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    done = run("new", "orders", "-o", str(folder))
    assert done.code == 2
    assert f"{folder}: must be empty (it has notes.txt); use another folder with -o" in done.err
    code.mkdir()
    (code / "Makefile").write_text("mine")
    new = tmp_path / "new"
    done = run("new", "orders", "-o", str(new), "--application", str(code))
    assert (done.code, done.out) == (2, "")
    assert f"{code}/Makefile: exists; move it, or use another folder" in done.err
    assert not new.exists()
    assert texts(code) == {"Makefile": "mine"}


@pytest.mark.parametrize(
    ("dockerfile", "hint"),
    [
        ("FROM python:3.13\n", "Dockerfile: add the stages test and release; "),
        ("FROM python:3.13 AS release\n", "Dockerfile: add the stage test; "),
        ("FROM python:3.13 as release\nFROM release AS test\n", ""),
    ],
)
def test_stages_that_a_dockerfile_lacks(tmp_path: Path, dockerfile: str, hint: str) -> None:
    (tmp_path / "Dockerfile").write_text(dockerfile)
    done = run("new", "orders", "-o", str(tmp_path / "aws"), "--application", str(tmp_path))
    assert hint in done.err
    assert ("Dockerfile" in done.err) == bool(hint)


def test_a_folder_in_place_of_a_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").mkdir()
    done = run("new", "orders", "-o", str(tmp_path / "aws"), "--application", str(tmp_path))
    assert "Dockerfile: is a folder; move it, and add a file with the stages test and" in done.err


def test_files_that_are_the_same_already_are_no_obstacle(tmp_path: Path) -> None:
    code = tmp_path / "orders"
    for folder in ("first", "second"):
        words = ["-o", str(tmp_path / folder), "--application", str(code)]
        done = run("new", "orders", *words)
        assert done.code == 0
        assert (f"{code}/Makefile" in done.out) == (folder == "first")


def test_a_folder_with_a_repository_of_git_alone_is_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert run("new", "orders", "-o", str(tmp_path)).code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Orders"], "application 'Orders': invalid application name 'Orders': use lower-case"),
        (["orders", "--source", "a b"], "--source: invalid repository 'a b': use 'owner/name'"),
        (["orders", "--worker", "--port", "1"], "--worker and --port exclude each other"),
        (["orders", "--port", "70000"], "70000 is not in the range"),
        (["orders", "--compute", "vms"], "'vms' is not one of"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    tmp_path: Path, words: list[str], message: str
) -> None:
    folder = tmp_path / "folder"
    done = run("new", *words, "-o", str(folder))
    assert done.code == 2
    assert message in done.err
    assert not folder.exists()
