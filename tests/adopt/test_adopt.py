"""``cfn-pipeline adopt`` as a user runs it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cfn_pipeline.cli import main
from tests.adopt.answers import answer, rendered_pipelines
from tests.command import run

ANSWER = answer(rendered_pipelines()["templates/book/pipeline.yml"])


@pytest.fixture(name="source")
def _source(tmp_path: Path) -> Path:
    source = tmp_path / "pipeline.json"
    source.write_text(json.dumps(ANSWER))
    return source


def test_it_writes_the_template_and_the_commands(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "adopted"
    done = run("adopt", str(source), "-o", str(folder), "--python", "--config")
    assert done.code == 0
    names = ["pipeline.yml", "resources-to-import.json", "IMPORT.md", "pipeline.py"]
    assert done.out.splitlines() == [f"wrote {folder / n}" for n in (*names, "cfn-pipeline.yml")]
    assert "1 template checked: no findings" in done.err
    assert "OAuthToken is masked: give it as the parameter SourceOAuthToken" in done.err
    assert json.loads((folder / "resources-to-import.json").read_text()) == [
        {
            "ResourceType": "AWS::CodePipeline::Pipeline",
            "LogicalResourceId": "Pipeline",
            "ResourceIdentifier": {"Name": "todobackend"},
        }
    ]
    again = run("adopt", str(source), "-o", str(folder), "--python", "--config")
    assert again.out.splitlines() == [
        f"unchanged {folder / n}" for n in (*names, "cfn-pipeline.yml")
    ]


def test_it_reads_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["adopt", "-"], input=json.dumps(ANSWER))
    assert done.exit_code == 0
    assert (tmp_path / "todobackend-adopted" / "pipeline.yml").exists()


@pytest.mark.parametrize("name", ["IMPORT.md", "pipeline.yml", "resources-to-import.json"])
def test_files_of_others_are_not_replaced(source: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "adopted"
    folder.mkdir()
    (folder / name).write_text("mine\n")
    done = run("adopt", str(source), "-o", str(folder))
    assert (done.code, done.out) == (2, "")
    assert f"{folder / name}: is not as adopt wrote it; move it, or use another folder" in done.err
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_file_that_was_changed_since_is_not_replaced(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "adopted"
    run("adopt", str(source), "-o", str(folder))
    (folder / "pipeline.yml").write_text("changed\n")
    assert run("adopt", str(source), "-o", str(folder)).code == 2
    assert (folder / "pipeline.yml").read_text() == "changed\n"


def test_a_file_that_is_as_it_was_written_is_replaced(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "adopted"
    run("adopt", str(source), "-o", str(folder))
    done = run("adopt", str(source), "-o", str(folder), "--stack", "other")
    assert done.out.splitlines()[2] == f"wrote {folder / 'IMPORT.md'}"
    assert "--stack-name other" in (folder / "IMPORT.md").read_text()


@pytest.mark.parametrize("stack", ["a b", "1a", "a_b", ""])
def test_a_stack_name_is_one_that_cloudformation_takes(source: Path, stack: str) -> None:
    done = run("adopt", str(source), "--stack", stack)
    assert done.code == 2
    assert "--stack" in done.err


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def _mangled(draw: st.DrawFn) -> Any:
    """Return an answer of which a value, somewhere, is another one, or lacks."""
    document: Any = json.loads(json.dumps(ANSWER))
    value = document
    key: Any = None
    holder: Any = None
    for _ in range(draw(st.integers(1, 9))):
        if isinstance(value, dict) and value:
            key, holder = draw(st.sampled_from(sorted(value))), value
        elif isinstance(value, list) and value:
            key, holder = draw(st.integers(0, len(value) - 1)), value
        else:
            break
        value = holder[key]
    if draw(st.booleans()):
        holder[key] = draw(_JSON)
    else:
        del holder[key]
    return document


@pytest.mark.thorough
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=_mangled())
def test_mangled_answers_get_one_message(tmp_path: Path, document: Any) -> None:
    source, folder = tmp_path / "mangled.json", tmp_path / "mangled"
    source.write_text(json.dumps(document))
    done = run("adopt", str(source), "-o", str(folder), "--python", "--config")
    if done.code == 0:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    else:
        assert done.code == 2
        assert done.err.startswith("Error: ")
        assert not folder.exists()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60))
def test_other_bytes_get_one_message(tmp_path: Path, content: bytes) -> None:
    source, folder = tmp_path / "bytes.json", tmp_path / "bytes"
    source.write_bytes(content)
    done = run("adopt", str(source), "-o", str(folder))
    assert done.code == 2
    assert done.err.startswith("Error: ")
    assert not folder.exists()
