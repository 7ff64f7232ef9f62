"""Promise: text of others stays text, in a terminal, in the log of a CI service and in a document.

Names, values, messages and paths come from templates, sources and builds of others.
"""

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import load
from cfn_pipeline.cli.approving import FixedAnswer, Terminal
from cfn_pipeline.cli.progress import Lines, LiveTable
from cfn_pipeline.cli.tables import table
from cfn_pipeline.printable import printable, printable_lines, shortened
from cfn_pipeline.rehearsal.context import PendingChangeSet
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline, Stage
from tests.command import ROOT, Done, run
from tests.security.hostile import FILE_NAMES, NAMES, assert_harmless

BAD = (ROOT / "tests" / "checks" / "examples" / "E9107" / "bad.yml").read_text()
CLI = ROOT / "cfn_pipeline" / "cli"


@contextlib.contextmanager
def template_file(name: str, content: Any) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, name)  # noqa: PTH118 - of any bytes
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(content, file)
        yield path


def pipeline_template(name: str, other: str) -> Any:
    """Return a template with mistakes, and with foreign text wherever a name may stand."""
    template = load(BAD)
    pipeline = template["Resources"].pop("Pipeline")
    template["Resources"][f"P{name}"] = pipeline
    source, deploy = pipeline["Properties"]["Stages"]
    source["Name"], deploy["Name"] = name, other
    action = deploy["Actions"][0]
    action["Name"] = other
    action["InputArtifacts"] = [{"Name": name}]
    action["Configuration"] |= {
        "StackName": name,
        "TemplatePath": f"{other}::{name}",
        "ParameterOverrides": json.dumps({name: {"Fn::GetParam": [other, name, other]}}),
        name: other,
    }
    template["Metadata"] = {"cfn-pipeline": {"ignore": {name: other}}}
    template["Outputs"] = {name: {"Value": name, "Export": {"Name": other}}}
    return template


# printable itself


@given(st.text() | NAMES)
def test_a_printable_text_stands_on_one_line_and_stays_as_it_is(text: str) -> None:
    shown = printable(text)
    assert_harmless([shown])
    assert printable(shown) == shown
    shown.encode("utf-8")
    for line in printable_lines(text):
        assert_harmless([line])


@pytest.mark.parametrize(
    "text", ["stage 'Deploy'", "ä 日本 😀", "a::b", "#1 [x]", "C:\\x", "", "a#[b"]
)
def test_ordinary_text_is_printed_as_it_is(text: str) -> None:
    assert printable(text) == text
    assert printable_lines(f"{text}\r\n{text}") == [text, text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\u202eabc", r"\u202eabc"),
        ("\udcff.yml", r"\udcff.yml"),
        ("::add-mask::x", r"\x3a:add-mask::x"),
        ("a ##[group]b", r"a \x23#[group]b"),
    ],
)
def test_what_is_not_printable_is_written_as_in_python(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_messages_are_short() -> None:
    name = "x" * 10_000
    assert len(shortened(f"stage '{name}': the name '{name}' has {len(name)} characters")) < 400
    assert len(shortened("a b " * 10_000_000)) < 5_000
    assert shortened("name " * 100) == "name " * 100


# check, rules


def check(path: str, form: str) -> Done:
    done = run("check", path, "--format", form)
    assert done.code in (0, 1)
    assert_harmless(done.err.splitlines())
    return done


@given(FILE_NAMES, NAMES, NAMES)
def test_every_format_of_check_is_valid_for_any_name(file: str, name: str, other: str) -> None:
    with template_file(file, pipeline_template(name, other)) as path:
        findings = json.loads(check(path, "json").out)
        assert findings
        json.dumps(findings, ensure_ascii=False).encode("utf-8")

        lines = check(path, "text").out.split("\n")[:-1]
        assert len(lines) == len(findings)
        assert_harmless(lines)
        for line, finding in zip(lines, findings, strict=True):
            assert re.search(rf":\d+:\d+: {finding['rule']} ", line)

        commands = check(path, "github").out.split("\n")[:-1]
        assert len(commands) == len(findings)
        for command in commands:
            assert command.isprintable()
            assert re.match(
                r"::(error|warning|notice) file=[^:,]*,line=\d+,col=\d+,title=[EWI]\d+::", command
            )

        root = ElementTree.fromstring(check(path, "junit").out)
        assert len(list(root.iter("failure"))) == len(findings)

        content = json.loads(check(path, "sarif").out)
        results = content["runs"][0]["results"]
        assert len(results) == len(findings)
        for result in results:
            assert "](" not in result["message"]["text"]
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"file:///(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri)
            assert unquote_to_bytes(uri.removeprefix("file://")) == os.fsencode(path)


def test_sarif_has_paths_relative_to_the_working_directory() -> None:
    file = ROOT / "tests" / "checks" / "examples" / "E9107" / "bad.yml"
    content = json.loads(run("check", str(file), "--format", "sarif").out)
    [result] = content["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "tests/checks/examples/E9107/bad.yml"


@given(NAMES.filter(lambda name: name and not name.startswith("-")))
def test_rules_that_do_not_exist(name: str) -> None:
    done = run("rules", name)
    if done.code:
        assert done.code == 2
        assert_harmless(done.err.splitlines())


@given(FILE_NAMES)
def test_files_that_do_not_exist_or_are_no_templates(file: str) -> None:
    for verb in ("check", "permissions"):
        missing = run(verb, f"./{file}")
        assert missing.code == 2
        assert_harmless(missing.err.splitlines())
    with template_file(file, {"a": 1}) as path:
        assert_harmless(run("permissions", path).err.splitlines())


# permissions


def resources_template(name: str, other: str) -> Any:
    return {
        "Parameters": {name: {"Type": "String"}},
        "Resources": {
            name: {"Type": other, "Properties": {name: other}},
            f"B{name}": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": other}},
            f"R{name}": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": other,
                    "ManagedPolicyArns": [name],
                    "AssumeRolePolicyDocument": {"Statement": []},
                    "Policies": [
                        {
                            "PolicyName": name,
                            "PolicyDocument": {
                                "Statement": [
                                    {"Effect": "Allow", "Action": name, "Resource": other}
                                ]
                            },
                        }
                    ],
                },
            },
            f"S{name}": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}},
        },
    }


@given(FILE_NAMES, NAMES, NAMES)
def test_every_format_of_permissions_is_valid_for_any_name(
    file: str, name: str, other: str
) -> None:
    with (
        template_file(file, resources_template(name, other)) as path,
        template_file(file, {"Resources": {}}) as old,
    ):
        options: tuple[tuple[str, ...], ...] = (
            ("--format", "table"),
            ("--against", old),
            ("--explain", "s3:CreateBucket"),
            ("--format", "json"),
            ("--format", "yaml"),
        )
        for more in options:
            done = run("permissions", path, "--stack", "orders-*", *more)
            assert done.code in (0, 1, 2)
            assert_harmless(done.err.splitlines())
            if more[1] == "json":
                assert done.code == 2 or json.loads(done.out)
            elif more[1] == "yaml":
                assert done.code == 2 or load(done.out)
            else:
                assert_harmless(done.out.splitlines())


# rehearse


@given(st.lists(st.fixed_dictionaries({"a": NAMES, "b": NAMES}), max_size=4))
def test_tables_have_a_line_for_each_row(rows: list[dict[str, str]]) -> None:
    lines = table(rows, {"a": "A", "b": "B"})
    assert len(lines) == len(rows) + 1
    assert_harmless(f"| {line}" for line in lines)


def action_of(name: str) -> Action:
    return Action(
        stage=name,
        name=name,
        category="Approval",
        owner="AWS",
        provider="Manual",
        configuration={"CustomData": name, "ExternalEntityLink": name},
    )


@given(NAMES, NAMES)
def test_progress_as_lines(name: str, other: str) -> None:
    output = io.StringIO()
    with contextlib.redirect_stderr(output):
        lines = Lines()
        lines.on_prepare(name)
        lines.on_notice(name)
        lines.on_action(action_of(name), Status.FAILED, 1.0, other)
        answer = FixedAnswer(approved=True, show=lines.show)
        answer(action_of(name), [])
    assert_harmless(output.getvalue().split("\n"))


@given(NAMES, NAMES)
def test_the_question_follows_what_the_tool_says_itself(name: str, other: str) -> None:
    """A message of the template cannot pass for a change set, nor hide one."""
    shown: list[str] = []
    output = io.StringIO()
    row = {"action": "Remove", "resource": other, "type": "AWS::S3::Bucket"}
    pending = [PendingChangeSet(stack=other, name=other, changes=[row])]
    terminal = Terminal(shown.append, lambda: None, threading.Event())
    with contextlib.redirect_stderr(output), pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "_line", lambda: "y")
        terminal(action_of(name), pending)
    written = [printable(line) for line in shown]
    for line in written:
        assert line.startswith(("CustomData: ", "ExternalEntityLink: ", "Change set ", "  ")) or (
            not line
        )
    assert sum(line.startswith("Change set ") for line in written) == 1
    question = output.getvalue()
    assert question.startswith("Approve ")
    assert question.endswith("? [y/N]: ")
    assert_harmless([question])


@given(NAMES.filter(lambda name: len(name) < 1000))
def test_the_live_table_reads_neither_markup_nor_controls(part: str) -> None:
    from rich.console import Console

    name = f"x{part}y"
    pipeline = Pipeline(name="p", bucket="b", stages=[Stage(name=name, actions=[action_of(name)])])
    live = LiveTable()
    live._pipeline = pipeline
    live._states[action_of(name).id] = (Status.FAILED, 1.0, name)
    live._console = Console(file=io.StringIO(), width=20_000, emoji=True, highlight=False)
    live._console.print(live._rendered())
    live.on_notice(name)
    text = live._console.file.getvalue()  # type: ignore[attr-defined]
    assert text.count(printable(name)) == 4
    assert all(line.isprintable() for line in text.split("\n"))


# Who writes


def test_one_module_writes() -> None:
    """Everything that is written passes through ``printing``, which makes it printable."""
    writers = {
        *("print", "pprint", "write", "writelines", "echo", "secho", "echo_via_pager"),
        *("click.prompt", "click.confirm", "click.pause", "input"),
    }
    for path in sorted(CLI.glob("*.py")):
        if path.name in ("printing.py", "progress.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                constant = all(isinstance(argument, ast.Constant) for argument in node.args)
                whole = ast.unparse(node.func)
                names = {whole, whole.rpartition(".")[2]}
                assert constant or not names & writers, f"{path.name}:{node.lineno}"


# Standard output that takes nothing


def spawn(arguments: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cfn_pipeline", *arguments],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        check=False,
        **options,
    )


COMMANDS = [
    ["--help"],
    ["rules"],
    ["check", "tests/checks/examples/E9107/bad.yml"],
    ["check", "tests/checks/examples/E9107/bad.yml", "--format", "junit"],
    ["permissions", "templates/current/stack.yml"],
    ["diff", "templates/book", "templates/current"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_output_that_cannot_be_written_is_one_message(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = spawn(arguments, stdout=full)
    assert done.returncode == 2
    lines = done.stderr.decode().splitlines()
    assert sum(line.startswith("Error: standard output") for line in lines) == 1, lines
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize("arguments", COMMANDS[1:], ids=" ".join)
def test_output_that_is_closed_is_one_message(arguments: list[str]) -> None:
    done = spawn(arguments, preexec_fn=lambda: os.close(1))
    assert done.returncode == 2
    assert done.stderr.decode().count("Error: standard output is closed") == 1


def test_a_reader_that_stops_reading() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = spawn(["rules"], stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, b"")


def test_output_in_an_encoding_that_lacks_a_character(tmp_path: Path) -> None:
    name = tmp_path / "日本.yml"
    name.write_text(BAD)
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    for form, shown in (("text", rb"\u65e5"), ("github", rb"\u65e5"), ("json", rb"\u65e5")):
        arguments = ["check", str(name), "--format", form]
        done = spawn(arguments, env=environment, stdout=subprocess.PIPE)
        assert done.returncode == 1, form
        assert shown in done.stdout
        assert b"Traceback" not in done.stderr
    arguments = ["permissions", str(name), "--stack", "orders"]
    done = spawn(arguments, env=environment, stdout=subprocess.PIPE)
    assert done.returncode == 2
    assert b"its encoding latin-1 has no" in done.stderr
