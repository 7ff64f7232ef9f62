"""Runs that end in the middle, and go on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import embedded_aws
from tests.rehearsal.run.test_rehearsal import ALL, J
from tests.rehearsal.small import BUILD, BUILDSPEC, Small, command, environment


@pytest.fixture
def small(tmp_path: Path) -> Small:
    found = Small(tmp_path / "small")
    # Something that a build leaves running must not outlive the run.
    found.write(
        "app/buildspec.yml", BUILDSPEC.replace("- ./build", "- sleep 3600.25 &\n      - ./build")
    )
    return found


def account_of(run: Path) -> dict[str, Any]:
    """Return what a run has left in its account, without ids and times."""
    found: dict[str, Any] = {}
    with embedded_aws(run / "account", region="us-east-1") as server:
        cloudformation = server.account.client("cloudformation")
        for stack in cloudformation.describe_stacks()["Stacks"]:
            name = stack["StackName"]
            resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
            template = cloudformation.get_template(StackName=name)["TemplateBody"]
            found[name] = {
                "status": stack["StackStatus"],
                "parameters": {
                    p["ParameterKey"]: p["ParameterValue"] for p in stack.get("Parameters", [])
                },
                "outputs": {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
                "resources": {r["LogicalResourceId"]: r["ResourceStatus"] for r in resources},
                "template": template,
            }
        ssm = server.account.client("ssm")
        found["tags"] = {
            parameter["Name"]: parameter["Value"]
            for parameter in ssm.get_parameters_by_path(Path="/", Recursive=True)["Parameters"]
        }
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    small = Small(tmp_path_factory.mktemp("undisturbed") / "small")
    assert small.rehearse().code == 0
    return account_of(small.folder / ".rehearsal" / "small-0001")


def begun(small: Small) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(*small.words, "--approve", "--builds", "shell"),
        cwd=small.folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_at(small: Small, line: str, kind: signal.Signals) -> int:
    """Run until a line is told, and kill the runner then; return its exit code."""
    with begun(small) as process:
        read_to(process, line)
        process.send_signal(kind)
        assert process.stderr is not None
        process.stderr.read()
        return process.wait()


def read_to(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stderr is not None
    assert any(told.startswith(line) for told in process.stderr)


def left_running(folder: Path) -> list[str]:
    """Return the processes that work for runs of a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            variables = (process / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in variables + words and process.name != str(os.getpid()):
            found.append(words)
    return found


def wait_for_the_end(folder: Path) -> None:
    deadline = time.monotonic() + 30
    while left_running(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left_running(folder) == []


POINTS = ["prepare: a local AWS", "prepare: stack small-pipeline"]
POINTS += [f"{action}: {state}" for action in ALL for state in ("InProgress", "Succeeded")]


@pytest.mark.parametrize("point", POINTS[:-1])
def test_a_killed_run_goes_on_to_the_same_end(
    small: Small, point: str, undisturbed: dict[str, Any]
) -> None:
    assert killed_at(small, point, signal.SIGKILL) == -signal.SIGKILL
    done = small.rehearse(*J, "--resume", "last")
    assert done.code == 0, done.err
    assert done.states() == dict.fromkeys(ALL, "Succeeded")
    assert account_of(small.folder / ".rehearsal" / "small-0001") == undisturbed
    wait_for_the_end(small.folder)


@pytest.mark.parametrize("point", ["Build/Build: InProgress", "Dev/Deploy: InProgress"])
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_in_good_order(
    small: Small, point: str, kind: signal.Signals, undisturbed: dict[str, Any]
) -> None:
    small.build(BUILD.replace("echo", "sleep 1\necho"))
    assert killed_at(small, point, kind) == 1
    run = small.folder / ".rehearsal" / "small-0001"
    assert left_running(small.folder) == []
    assert json.loads((run / "run.json").read_text())["status"] == "Stopped"
    assert list(run.glob(".run*")) == []
    done = small.rehearse(*J, "--resume", "last")
    assert done.code == 0, done.err
    assert account_of(run) == undisturbed


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_the_process_at_once(small: Small, kind: signal.Signals) -> None:
    """Even if an action does not look whether the run is to stop."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from cfn_pipeline.rehearsal.building import shell\n"
        "from cfn_pipeline.cli import main\n"
        "shell.Shell.run = lambda *_: (Path('blocked').touch(), time.sleep(600))\n"
        "main(sys.argv[1:])\n"
    )
    words = ["rehearse", *small.words, "--approve", "--builds", "shell"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=small.folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        while not (small.folder / "blocked").exists():
            time.sleep(0.05)
        process.send_signal(kind)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(kind)
        assert process.wait(timeout=10) == 128 + kind
    wait_for_the_end(small.folder)
    done = small.rehearse(*J, "--resume", "last")
    assert done.code == 0, done.err


def test_two_rehearsals_run_side_by_side(small: Small) -> None:
    processes = [
        subprocess.Popen(
            command(*small.words, "--approve", "--builds", "shell", *J),
            cwd=small.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    results = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert [result["status"] for result in results] == ["Succeeded", "Succeeded"]
    assert {result["run"] for result in results} == {"small-0001", "small-0002"}


def test_a_run_is_resumed_by_one_process_only(small: Small) -> None:
    small.build(BUILD.replace("echo", "sleep 3\necho"))
    with begun(small) as process:
        read_to(process, "Build/Build: InProgress")
        second = small.rehearse("--resume", "last")
        assert process.stderr is not None
        process.stderr.read()
    assert second.code == 2
    assert "another process runs small-0001" in second.err
