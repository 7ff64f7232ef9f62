"""Promise: ``check``, ``permissions``, ``rules`` and ``schema`` run nothing, connect to nothing and
write nothing; ``render`` and ``new`` write below their folder, and do nothing else.

Python's own audit events tell: https://docs.python.org/3/library/audit_events.html
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.curves import with_value
from tests.command import ROOT

CODE = """
import json, os, sys
events = []
STARTS = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
    "ctypes.", "ftplib.", "http.", "urllib.", "smtplib.", "webbrowser.", "pickle.", "os.kill",
    "os.remove", "os.rmdir", "os.rename", "os.mkdir", "os.symlink", "os.link", "os.chmod",
    "os.truncate", "shutil.", "tempfile.", "code.__new__")
def hook(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (
            isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        )
        if writes and not isinstance(path, int):
            events.append([event, os.fsdecode(path)])
    elif event.startswith(STARTS) and (event, arguments[1:]) != ("os.kill", (0,)):
        events.append([event, str(arguments[0]) if arguments else ""])
sys.dont_write_bytecode = True
from cfn_pipeline.cli import main
sys.addaudithook(hook)
try:
    main(sys.argv[1:], prog_name="cfn-pipeline")
except SystemExit as end:
    status = end.code or 0
print()
print(json.dumps([status, events]))
"""


def traced(*arguments: str, cwd: Path = ROOT) -> tuple[int, list[tuple[str, str]]]:
    """Run a verb; return its exit code, and what it started, connected to, wrote or removed."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    status, events = json.loads(done.stdout.splitlines()[-1])
    return status, [(event, argument) for event, argument in events]


#: The events of files that are replaced whole.
WRITES = {"open", "os.mkdir", "os.rename", "os.chmod", "os.remove", "tempfile.mkstemp"}

#: A template that has whatever might be run, fetched or opened.
HOSTILE = with_value("{{resolve:ssm:/etc/passwd}}") | {
    "Transform": [
        "AWS::Serverless-2016-10-31",
        {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/evil.yml"}},
    ],
    "Metadata": {"cfn-pipeline": {"ignore": {"$(touch owned)": "`touch owned`"}}},
}
HOSTILE["Resources"] |= {
    "Function": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": "import os; os.system('touch owned')"},
        },
    },
    "Custom": {
        "Type": "Custom::Evil",
        "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}},
    },
    "Nested": {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "http://127.0.0.1:9/evil.yml"},
    },
    "Project": {
        "Type": "AWS::CodeBuild::Project",
        "Properties": {
            "Artifacts": {"Type": "CODEPIPELINE"},
            "Source": {
                "Type": "CODEPIPELINE",
                "BuildSpec": "version: 0.2\nphases: {build: {commands: [touch owned]}}\n",
            },
        },
    },
}


@pytest.mark.parametrize(
    "arguments",
    [
        *([["check", "template.json", "--format", form] for form in ("text", "sarif", "junit")]),
        ["check", "template.json", "--artifact", "App=artifact"],
        ["check", "."],
        ["permissions", "template.json", "--stack", "orders"],
        ["permissions", "template.json", "--stack", "orders", "--format", "table"],
        ["diff", "template.json", "artifact/stack.yml"],
        ["diff", ".", "artifact", "--format", "markdown"],
        ["rules"],
        ["schema"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_what_inspects_does_nothing_else(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text(json.dumps(HOSTILE))
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    (artifact / "stack.yml").write_text("Resources: {A: {Type: 'AWS::SNS::Topic'}}\n")
    (artifact / "passwd.json").symlink_to("/etc/passwd")
    before = sorted(tmp_path.rglob("*"))
    code, events = traced(*arguments, cwd=tmp_path)
    assert code in (0, 1)
    assert events == []
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [["render", "-o", "out"], ["render", "--edition", "book", "-o", "out"]],
    ids=" ".join,
)
def test_render_writes_below_its_folder(arguments: list[str], tmp_path: Path) -> None:
    code, events = traced(*arguments, cwd=tmp_path)
    assert code == 0
    assert events
    out = tmp_path / "out"
    for event, path in events:
        assert event in WRITES
        assert (tmp_path / path).resolve().is_relative_to(out.resolve()), (event, path)
    assert {path.suffix for path in out.iterdir()} <= {".yml", ".json", ".codebuild", ""}
    assert all(path.stat().st_mode & 0o077 == 0o044 for path in out.iterdir())


def test_new_writes_below_its_folders(tmp_path: Path) -> None:
    code, events = traced("new", "orders", cwd=tmp_path)
    assert code == 0
    assert events
    for event, path in events:
        assert event in WRITES
        assert (tmp_path / path).resolve().is_relative_to(tmp_path.resolve()), (event, path)


def test_the_hook_sees_what_it_should(tmp_path: Path) -> None:
    """A test of what must not be there fails where it cannot see."""
    code = CODE.replace("from cfn_pipeline.cli import main", "import socket").replace(
        'main(sys.argv[1:], prog_name="cfn-pipeline")',
        "import subprocess\n    subprocess.run(['true']); open('x', 'w'); socket.socket()\n"
        "    sys.exit()",
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    _, events = json.loads(done.stdout.splitlines()[-1])
    assert {"open", "socket.__new__", "subprocess.Popen"} <= {event for event, _ in events}
