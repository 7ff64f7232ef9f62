"""``cfn-pipeline diff`` as a user runs it."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given

from cfn_pipeline.cli import main
from cfn_pipeline.diff.comparing import compare
from cfn_pipeline.diff.reports.markdown import markdown
from cfn_pipeline.diff.reports.outline import outline
from cfn_pipeline.diff.reports.page import page
from cfn_pipeline.diff.reports.text import lines
from cfn_pipeline.diff.states import read_state
from cfn_pipeline.printable import printable
from tests.command import run
from tests.diff.small import difference
from tests.security.hostile import NAMES, assert_harmless

OLD = """\
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: a}}
"""
NEW = """\
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: b}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
      - PolicyName: it
        PolicyDocument: {Statement: {Effect: Allow, Action: 'iam:PassRole', Resource: '*'}}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, text in (("old", OLD), ("new", NEW)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stack.yml").write_text(text)
    return str(tmp_path / "old"), str(tmp_path / "new")


def test_any_difference_ends_with_0(files: tuple[str, str]) -> None:
    done = run("diff", *files)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1] == (
        "1 template, 1 replaced, 1 added, 1 broadening, 2 to look at"
    )
    same = run("diff", files[0], files[0])
    assert (same.code, same.out.splitlines()[1]) == (0, "no difference")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("replacement", 1),
        ("destructive", 1),
        ("broadening", 1),
        ("replacement,destructive", 1),
    ],
)
def test_a_consequence_that_is_asked_for_ends_with_1(
    files: tuple[str, str], words: str, code: int
) -> None:
    done = run("diff", *files, "--fail-on", words)
    assert (done.code, done.err) == (code, f"--fail-on: {words.replace(',', ', ')}\n")
    assert run("diff", files[0], files[0], "--fail-on", words).code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["README.md", "templates"], "README.md: no CloudFormation template"),
        (["templates/none.yml", "templates"], "templates/none.yml: cannot be read"),
        (["HEAD", "templates"], "HEAD: no such file or folder; for a revision of git use git:HEAD"),
        (["git:nowhere:templates", "templates"], "has no revision 'nowhere'"),
        (["git:--help:templates", "templates"], "has no revision '--help'"),
        (["git:HEAD:nothing", "templates"], "revision 'HEAD' has no nothing"),
        (["git:HEAD", "templates"], "use git:REVISION:PATH"),
        (["templates"], "is not the answer of describe-change-set; give OLD and NEW"),
        (["templates"] * 3, "got 3 arguments; give OLD and NEW"),
        (["templates", "templates", "--fail-on", "change"], "invalid value 'change': use repl"),
        (["templates", "templates", "-p", "A=1"], "--parameter needs --stack"),
        (["templates", "templates", "--stack", "it"], "give NEW alone"),
        (["templates", "--stack", "it", "-p", "A"], "Invalid parameter 'A'"),
    ],
)
def test_bad_input_is_told_and_ends_with_2(arguments: list[str], message: str) -> None:
    done = run("diff", *arguments)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""


def test_a_revision_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> None:
        own = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *own, *words], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "deep" / "folder").mkdir(parents=True)
    (tmp_path / "deep" / "folder" / "stack.yml").write_text(OLD)
    (tmp_path / "deep" / "folder" / "link.yml").symlink_to("/etc/passwd")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "First")
    # What a repository's own configuration names is not run.
    for name in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand"):
        git("config", name, f"touch {tmp_path}/owned;")
    (tmp_path / "deep" / "folder" / "stack.yml").write_text(NEW)
    for place, cwd in (
        ("deep", tmp_path),
        ("folder", tmp_path / "deep"),
        ("folder/stack.yml", tmp_path / "deep"),
        ("", tmp_path / "deep"),
    ):
        monkeypatch.chdir(cwd)
        found = compare(read_state(f"git:HEAD:{place}"), read_state(place or "."))
        assert found.consequences == {"broadening", "destructive", "replacement"}
        assert [Path(template.file).name for template in found.templates] == ["stack.yml"]
    assert not (tmp_path / "owned").exists()


def test_json_has_every_value_whole(files: tuple[str, str]) -> None:
    found = json.loads(run("diff", *files, "--format", "json").out)
    table, role = found["templates"][0]["resources"]
    assert (table["kind"], table["properties"][0]["after"]) == ("replaced", "b")
    assert role["kind"] == "added"
    assert len(found["alarms"]) == 2


def test_html_stands_alone(files: tuple[str, str]) -> None:
    text = run("diff", *files, "--format", "html").out
    assert text.startswith("<!DOCTYPE html>")
    assert not re.search(r"""(?:src|href)=|@import|url\(""", text)
    assert "a new way to more rights: iam:PassRole" in text


def test_markdown_folds_files(files: tuple[str, str]) -> None:
    text = run("diff", *files, "--format", "markdown").out
    assert "<summary><code>stack.yml</code>: 1 replaced, 1 added</summary>" in text
    assert text.count("```") == 2
    assert "**Look at:**" in text


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.found.add(tag)


def _hostile(name: str) -> str:
    resources = {
        name or "x": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, name: name}},
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "Policies": [
                    {
                        "PolicyName": name,
                        "PolicyDocument": {
                            "Statement": {"Effect": "Allow", "Action": name, "Resource": name}
                        },
                    }
                ]
            },
        },
    }
    return json.dumps({"Resources": resources, "Parameters": {name: {"Type": name}}})


@given(NAMES, NAMES)
def test_names_of_strangers_do_nothing(one: str, other: str) -> None:
    found = difference(_hostile(one), _hostile(other))
    shown = outline(found)
    assert_harmless(printable(line) for line, _ in lines(shown))
    text = markdown(shown)
    assert_harmless(line for line in text.split("\n"))
    outside = re.sub(r"(?ms)^(`{3,})diff\n.*?^\1$", "", text)
    assert set(re.findall(r"<(\w+)", re.sub(r"(`+)[^`].*?\1", "", outside))) <= {
        "details",
        "summary",
        "code",
    }
    elements = _Elements()
    elements.feed(page(shown))
    assert elements.found <= {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "ul", "li"),
        *("section", "span", "details", "summary"),
    }


def test_standard_input(files: tuple[str, str]) -> None:
    old, new = (Path(folder, "stack.yml") for folder in files)
    arguments = ["diff", str(old), "-", "--format", "json"]
    done = CliRunner().invoke(main, arguments, input=new.read_text())
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert (found["new"], len(found["alarms"])) == ("standard input", 2)
    answer = {"StackName": "a", "Changes": [], "ChangeSetName": "b"}
    done = CliRunner().invoke(main, ["diff", "-"], input=json.dumps(answer))
    assert done.stdout == "stack a -> b\nno difference\n"


def test_a_file_with_any_suffix_and_a_link_out_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "old.txt").write_text(OLD)
    (tmp_path / "new" / "stack").write_text(NEW)
    (tmp_path / "new" / "other.yml").write_text(OLD)
    (tmp_path / "new" / "link.yml").symlink_to(tmp_path / "old.txt")
    found = compare(*(read_state(str(tmp_path / name)) for name in ("old.txt", "new/stack")))
    assert [template.file for template in found.templates] == ["stack"]
    assert list(read_state(str(tmp_path / "new")).files) == ["other.yml"]


def test_html_needs_a_library(files: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    done = run("diff", *files, "--format", "html")
    assert (done.code, done.out) == (2, "")
    assert "run pip install 'cfn-pipeline[html]'" in done.err


def test_what_is_not_compared_is_told(tmp_path: Path) -> None:
    for name, macro in (("old", "Count"), ("new", "Other")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "buildspec.yml").write_text(f"version: 0.2 # {name}\n")
        (tmp_path / name / "a.yml").write_text(f"Transform: {macro}\n{OLD}")
        (tmp_path / name / "b.yml").write_text(f"Transform: Same\n{OLD}")
        (tmp_path / name / "c.yml").write_text(f"{OLD}  Fn::ForEach::{name}: []\n")
    places = (str(tmp_path / "old"), str(tmp_path / "new"))
    notes = [
        "a.yml: a macro changes the template, which is compared as it is written",
        "c.yml: resources that functions generate are not compared, only the functions",
        "not compared, because they are not templates: buildspec.yml",
    ]
    assert run("diff", *places, "-q").err.splitlines() == [f"note: {note}" for note in notes]
    assert json.loads(run("diff", *places, "--format", "json").out)["notes"] == notes
    markdown_ = run("diff", *places, "--format", "markdown").out
    assert all(note in markdown_.replace("\\", "") for note in notes)
