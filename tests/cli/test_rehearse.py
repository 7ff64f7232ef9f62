"""``cfn-pipeline rehearse`` as a user runs it: options, messages, the terminal."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.rehearsal.run.test_rehearsal import J
from tests.rehearsal.small import BUILD, STACK, Small, command, environment, usual_stages


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "small")


def said(text: str) -> str:
    """Return the message of a refusal, on one line."""
    assert "Traceback" not in text
    return re.sub(r"\s+", " ", text)


def test_a_missing_source_is_named_with_the_option_that_gives_it(small: Small) -> None:
    done = small.run("pipeline.json", "--source", "App=app", "--approve")
    assert done.code == 2
    assert done.err == (
        "Error: no source for stage 'Source', action 'Infra'; add --source Infra=FOLDER\n"
    )
    assert not (small.folder / ".rehearsal").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--source", "Infra=nowhere"], "source nowhere: nowhere does not exist"),
        (["--source", "Infra="], "the source is empty"),
        (["--source", "Infra=infra@abc"], "has no commit, tag or branch 'abc'"),
        (["--source", "Infra"], "invalid value 'Infra': use NAME=FOLDER"),
        (["--source", "Infra=infra", "--source", "Other=app"], "--source Other: the pipeline has"),
        (["--source", "Infra=infra", "--parameter", "Nobody=1"], "--parameter Nobody: no template"),
        (
            ["--source", "Infra=infra", "--variable", "X=1"],
            "--variable X: the pipeline has",
        ),
        (["--source", "Infra=infra", "--skip", "Dev/Nothing"], "--skip Dev/Nothing: the pipeline"),
        (["--source", "Infra=infra", "--source", "Infra=app"], "'Infra' is used twice"),
        (["--source", "Infra=infra", "--pipeline", "Other"], "--pipeline Other: pipeline.json has"),
        (["--source", "Infra=infra", "--resume", "last"], "TEMPLATE cannot be changed by --resume"),
        (
            ["--source", "Infra=infra", "--after", "last"],
            "--after last: .rehearsal has no such",
        ),
        (["--source", "Infra=infra", "--port", "1234567"], "invalid --port 1234567: use 1 to"),
        (["--source", "Infra=infra", "--live", "12"], "invalid account '12': use its 12 digits"),
        (
            ["--source", "Infra=infra", "--endpoint-url", "https://aws.example.com"],
            "use a URL of this machine",
        ),
        (
            ["--source", "Infra=infra", "--endpoint-url", "http://127.0.0.1:9"],
            "no AWS API answers",
        ),
        (
            ["--source", "Infra=infra", "--live", "1" * 12, "--endpoint-url", "http://127.0.0.1:9"],
            "--live cannot be used with --endpoint-url",
        ),
        (
            ["--source", "Infra=infra", "--live", "1" * 12, "--secret", "a=b"],
            "cannot be used with --live",
        ),
        (
            ["--source", "Infra=infra", "--delete-stack", "x"],
            "--delete-stack x: the stack does not exist",
        ),
        (["--source", "Infra=infra", "--secret", "db="], "the text of 'db' is empty"),
        (["--source", "Infra=infra", "--delete-stack", ""], "the name is empty"),
        (["--source", "Infra=infra", "--region", "eu west"], "eu west"),
        (["--source", "Infra=infra", "--report", "no/where.html"], "does not exist"),
        (["--source", "Infra=infra", "--with", "pipeline.yml"], "'pipeline.yml' does not exist"),
    ],
)
def test_wrong_usage_is_one_message(small: Small, words: list[str], message: str) -> None:
    done = small.run("pipeline.json", "--source", "App=app", "--approve", *words)
    assert done.code == 2, done.err
    assert message in said(done.err)
    assert done.out == ""


def test_a_template_that_is_no_pipeline(small: Small) -> None:
    done = small.run("infra/stack.json", "--approve")
    assert done.code == 2
    assert done.err == (
        "Error: infra/stack.json has no resource of the type AWS::CodePipeline::Pipeline\n"
    )


def test_a_template_with_two_pipelines(small: Small) -> None:
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Resources"]["Other"] = content["Resources"]["Pipeline"]
    small.write("pipeline.json", json.dumps(content))
    done = small.rehearse()
    assert done.code == 2
    assert "has the pipelines Pipeline, Other; choose one with --pipeline" in done.err


def test_a_file_that_is_no_template(small: Small) -> None:
    done = small.run(str(small.write("notes.yml", "- a\n- b\n")), "--approve")
    assert done.code == 2
    assert "Traceback" not in done.err


def test_nobody_to_ask_is_said_before_anything_begins(small: Small) -> None:
    done = small.rehearse(approve="")
    assert done.code == 2
    assert "add --approve or --reject" in done.err
    assert not (small.folder / ".rehearsal").exists()


@pytest.mark.thorough
def test_without_approvals_no_answer_is_needed(small: Small) -> None:
    small.pipeline(usual_stages()[:1])
    done = small.rehearse(approve="")
    assert done.code == 0, done.err
    small.pipeline(usual_stages()[:1] + usual_stages()[3:])
    skips = ["--skip", "Production/Approve", "--skip", "Production/Change"]
    skipped = small.rehearse(*skips, "--skip", "Production/Execute", approve="")
    assert skipped.code == 0, skipped.err


@pytest.mark.thorough
def test_a_resumed_run_asks_for_what_is_left(small: Small) -> None:
    small.rehearse(approve="--reject")
    assert "add --approve or --reject" in small.rehearse("--resume", "last", approve="").err


def test_a_wrong_source_is_told_before_anything_begins(small: Small) -> None:
    done = small.rehearse("--source", "Other=app")
    assert done.code == 2
    assert done.err == "Error: --source Other: the pipeline has no such source; it has App, Infra\n"
    assert not (small.folder / ".rehearsal").exists()


def test_a_port_in_use(small: Small) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = small.rehearse("--port", str(port))
    assert done.code == 2
    assert f"--port {port}: 127.0.0.1:{port} cannot be used" in done.err


def test_the_extra_is_not_installed(small: Small) -> None:
    hide = "import sys; sys.modules['ministack'] = None; sys.modules['boto3'] = None; "
    hide += "import importlib.util as u; f = u.find_spec; "
    hide += "u.find_spec = lambda n, *a: None if n in ('ministack', 'boto3') else f(n, *a); "
    done = subprocess.run(
        [
            *(sys.executable, "-c", hide + "from cfn_pipeline.cli import main; main()", "rehearse"),
            *small.words,
            "--approve",
        ],
        cwd=small.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "Error: a rehearsal needs boto3, ministack; run pip install 'cfn-pipeline[rehearse]'\n"
    )


def test_text_ends_with_a_table_and_the_way_on(small: Small) -> None:
    small.build("#!/bin/sh\nexit 1\n")
    done = small.rehearse()
    lines = done.out.splitlines()
    assert lines[0].split() == ["Stage", "Action", "Status", "Seconds", "Message"]
    assert lines[1].split()[:3] == ["Source", "App", "Succeeded"]
    assert lines[-3].startswith("small: Failed in ")
    assert lines[-2:] == [
        "After a change of the source, begin a new run: a resumed run uses the same sources",
        "If the source is right, resume with: cfn-pipeline rehearse --resume small-0001",
    ]
    assert "Build/Build: Failed" in done.err


@pytest.mark.thorough
def test_a_run_that_has_succeeded_is_not_gone_on_with(small: Small) -> None:
    small.rehearse()
    done = small.rehearse("--resume", "last")
    assert done.code == 2
    assert "--resume small-0001: the run has succeeded; begin a new one" in done.err


def test_a_report_is_one_page_that_shows_everything(small: Small) -> None:
    small.build("#!/bin/sh\necho '<b>log</b>'\n" + BUILD.split("\n", 1)[1])
    done = small.rehearse("--report", "page.html")
    assert done.code == 0
    page = (small.folder / "page.html").read_text()
    for text in (
        *("<title>small: Succeeded</title>", "Production / Approve", "s3://artifacts/small/App/"),
        *(
            "&lt;b&gt;log&lt;/b&gt;",
            "AWS::SSM::Parameter",
            "CHANGE_SET_EXECUTE",
            "Upload artifacts",
        ),
        *("What this does not prove", "Permissions", "Makes a change set"),
    ):
        assert text in page, text
    assert "<b>log" not in page
    assert not re.search(r"(src|href)=\"(?!#)", page)


@pytest.mark.thorough
def test_what_the_local_aws_has_by_name_only_is_told(small: Small) -> None:
    stack = json.loads(json.dumps(STACK))
    stack["Resources"]["Channel"] = {"Type": "AWS::IVS::Channel"}
    small.write("infra/stack.json", json.dumps(stack))
    done = small.rehearse("-q")
    assert done.code == 0
    assert "not rehearsed: AWS::IVS::Channel; the local AWS has resources" in done.err
    assert "prepare:" not in done.err


@pytest.mark.thorough
def test_a_report_of_a_run_that_failed(small: Small) -> None:
    small.build("#!/bin/sh\necho alas\nexit 1\n")
    done = small.rehearse("--report", "-")
    page = done.out
    assert done.code == 1
    assert page.startswith("<!")
    assert "<title>small: Failed</title>" in page
    assert '<details class="log" open><summary>Log</summary>' in page
    before_the_stages = page[: page.index('<figure class="run"')]
    assert "COMMAND_EXECUTION_ERROR: ./build: exit status 1" in before_the_stages
    assert "begin a new run: a resumed run uses the same sources" in before_the_stages
    assert "alas" in page


class Terminal:
    """A run at a terminal."""

    def __init__(self, small: Small, *words: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command(*small.words, *words, "--builds", "shell"),
            cwd=small.folder,
            env={**environment(), "TERM": "xterm", "COLUMNS": "140"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.seen = ""

    def until(self, text: str) -> None:
        deadline = time.monotonic() + 60
        while text not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode(errors="replace")
                except OSError:
                    assert text in self.seen, self.seen
                    return

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def end(self) -> int:
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                if not select.select([self.master], [], [], 0.1)[0]:
                    continue
                if not (data := os.read(self.master, 65536)):
                    break
                self.seen += data.decode(errors="replace")
        except OSError:
            pass  # the other end is closed
        os.close(self.master)
        try:
            return self.process.wait(timeout=10)
        finally:
            self.process.kill()


@pytest.mark.parametrize(("answer", "code", "end"), [("y", 0, "Succeeded"), ("n", 1, "Rejected")])
def test_a_person_is_shown_the_changes_and_asked(
    small: Small, answer: str, code: int, end: str
) -> None:
    terminal = Terminal(small)
    terminal.until("Approve Production/Approve? [y/N]")
    assert "Change set changes of stack prod: 1 change" in terminal.seen
    assert "AWS::SSM::Parameter" in terminal.seen
    assert "Look!" in terminal.seen
    terminal.type(f"{answer}\n")
    assert terminal.end() == code
    assert f"small: {end} in " in terminal.seen
    assert "InProgress" in terminal.seen


@pytest.mark.thorough
def test_an_answer_that_is_none_is_asked_for_again(small: Small) -> None:
    terminal = Terminal(small)
    terminal.until("Approve Production/Approve? [y/N]")
    terminal.type("maybe\n")
    terminal.until("[y/N]: maybe\r\nApprove Production/Approve? [y/N]")
    terminal.type("\n")
    assert terminal.end() == 1
    assert "small: Rejected in " in terminal.seen


@pytest.mark.thorough
def test_ctrl_c_at_the_question_leaves_the_run_to_be_gone_on_with(small: Small) -> None:
    terminal = Terminal(small)
    terminal.until("Approve Production/Approve? [y/N]")
    os.kill(terminal.process.pid, signal.SIGINT)
    assert terminal.end() == 1
    assert "small: Stopped in " in terminal.seen
    done = small.rehearse(*J, "--resume", "last")
    assert done.code == 0
    assert done.details("Production/Execute")["outputs"] == {"Tag": "one"}
