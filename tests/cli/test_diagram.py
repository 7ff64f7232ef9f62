"""``cfn-pipeline diagram`` as a user runs it."""

import xml.etree.ElementTree as ET
from pathlib import Path

from tests.command import run

PIPELINE = "templates/book/pipeline.yml"


def test_a_pipeline_is_drawn_as_svg_and_as_mermaid() -> None:
    done = run("diagram", PIPELINE)
    assert (done.code, done.err) == (0, "")
    assert ET.fromstring(done.out).get("width") == "830"
    assert run("diagram", PIPELINE, "--format", "mermaid").out.startswith("flowchart LR\n")


def test_the_stack_of_a_pipeline_is_drawn_on_request() -> None:
    done = run("diagram", PIPELINE, "--of", "stack", "--format", "mermaid")
    assert "ArtifactBucket" in done.out
    assert "ApproveChangeSet" not in done.out


def test_a_folder_is_drawn_as_one_picture_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    text = "Resources:\n  {}: {{Type: 'AWS::SNS::Topic'}}\n"
    for name in ("One", "Two"):
        (tmp_path / f"{name}.yml").write_text(text.format(name), encoding="utf-8")
    (tmp_path / "bad.yml").write_text("Resources: {A: {Type: AWS::SNS::Topic", encoding="utf-8")
    done = run("diagram", str(tmp_path))
    assert done.code == 0
    assert done.err.startswith(f"left out: {tmp_path / 'bad.yml'}, line 2: ")
    assert "Stack One.yml, Stack Two.yml" in done.out


def test_wrong_input_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a: 1", encoding="utf-8")
    for place, message in (
        ("a.yml", "not a CloudFormation template, because it has no Resources"),
        (".", "the folder contains no CloudFormation template"),
        ("missing.yml", "does not exist"),
    ):
        done = run("diagram", str(tmp_path / place))
        assert (done.code, done.out) == (2, "")
        assert message in " ".join(done.err.split())
        assert "Traceback" not in done.err
    assert "give it alone" in run("diagram", str(tmp_path), str(tmp_path / "a.yml")).err
    narrow = run("diagram", PIPELINE, "--width", "10")
    assert narrow.code == 2
