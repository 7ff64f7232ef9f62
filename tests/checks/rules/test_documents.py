"""Files that cannot be read are findings at their line, and the others are checked."""

from pathlib import Path

import pytest

from cfn_pipeline.analysis.reading import read_files, read_folder, read_texts
from cfn_pipeline.checks import check, check_system
from tests.checks.examples import ROOT, ids

BAD = (ROOT / "E9107" / "bad.yml").read_text()


@pytest.mark.parametrize(
    "text, line, why",
    [
        ("Resources:\n  A: [\n", 3, "did not find expected"),
        ("Resources:\n  Topic:\n{% if big %}\n    Type: AWS::SNS::Topic\n", 3, "cannot start"),
        ("- Type: AWS::SNS::Topic\n- Resources\n", 1, "(got a list)"),
        ("Outputs: {}\n", 1, "it has no Resources"),
        ("", 1, "(got nothing)"),
        ("Resources:\n\tA: B\n", 2, "cannot start any token"),
        ("Resources: {A: &a {B: *b}}", 1, "undefined alias"),
    ],
)
def test_one_finding_and_the_rest_is_checked(
    text: str, line: int, why: str, tmp_path: Path
) -> None:
    (tmp_path / "a.yml").write_text(text)
    (tmp_path / "b.yml").write_text(BAD)
    found = check_system(read_files(sorted(tmp_path.iterdir()), {}, strict=False))
    assert sorted(ids(found)) == ["E9002", "E9107"]
    [broken] = [finding for finding in found if finding.rule == "E9002"]
    assert broken.position is not None
    assert (broken.file, broken.position.line) == (str(tmp_path / "a.yml"), line)
    assert why in broken.message


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes("Resources: {}".encode("utf-16"))
    (tmp_path / "b.yml").write_text(BAD)
    assert sorted(ids(check_system(read_folder(tmp_path, {})))) == ["E9002", "E9107"]


def test_files_of_a_folder_that_are_plainly_no_templates_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(BAD)
    (tmp_path / "b.yml").write_text("- Resources\n")
    (tmp_path / "c.json").write_text('{"name": "Resources", }')
    (tmp_path / "appspec.yml").write_text(
        "version: 0.0\nResources:\n  - {{Name}}: {Type: A::B::C}\n"
    )
    (tmp_path / "d.yml").write_text("Resources:\n  A: {Type: AWS::SNS::Topic\n")
    system = read_folder(tmp_path, {})
    assert system.skipped == [str(tmp_path / name) for name in ("appspec.yml", "b.yml", "c.json")]
    assert sorted(ids(check_system(system))) == ["E9002", "E9107"]


def test_the_last_of_doubled_keys_counts() -> None:
    [name] = [line for line in BAD.splitlines() if "Location:" in line]
    twice = BAD.replace(name, f"{name}\n{name.replace('orders', 'arn:aws:s3:::orders')}")
    found = check({"pipeline.yml": twice})
    assert sorted(ids(found)) == ["E9003", "E9107", "E9209"]
    [doubled] = [finding for finding in found if finding.rule == "E9003"]
    assert doubled.position is not None
    assert twice.splitlines()[doubled.position.line - 1].endswith("arn:aws:s3:::orders-artifacts")
    assert f"already in line {doubled.position.line - 1}," in doubled.message


def test_doubled_keys_in_json_and_in_short_forms() -> None:
    text = '{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Type": "AWS::SNS::Topic"}}}'
    assert ids(check({"a.json": text})) == ["E9003"]
    text = "Resources:\n  A: !Sub\n    - x\n    - {B: 1, B: 2}\n"
    [finding] = check({"a.yml": text})
    assert finding.path == ("Resources", "A", "Fn::Sub", 1, "B")


def test_an_anchor_is_one_mapping() -> None:
    text = "Resources:\n  A: &a {Type: AWS::SNS::Topic, Type: B}\n  C: *a\n"
    assert ids(check({"a.yml": text})) == ["E9003"]
    text = "Resources:\n  A: &a {Type: AWS::SNS::Topic}\n  C: {<<: *a, Type: AWS::SQS::Queue}\n"
    assert check({"a.yml": text}) == []


def test_texts_that_are_no_templates_are_left_alone() -> None:
    assert read_texts({"a.json": "[]", "b.yml": "x: {"}).unreadable == []


def test_large_templates_that_sam_deploys_are_fine() -> None:
    text = f"Transform: AWS::%s\nResources: {{T: {{Type: AWS::SNS::Topic}}}}\n#{'x' * 52_000}\n"
    assert ids(check({"a.yml": text % "LanguageExtensions"}, severity="info")) == ["W9004"]
    assert check({"a.yml": text % "Serverless-2016-10-31"}, severity="info") == []
