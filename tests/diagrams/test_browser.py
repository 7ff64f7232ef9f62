"""Pictures as a browser draws them: no text is cut, and no two texts overlap."""

from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.diagrams.pictures import Picture
from cfn_pipeline.diagrams.svg import svg
from tests.checks.test_never_fails import FOREIGN
from tests.diagrams.browser import MARKS, PICTURES, assert_readable, measured
from tests.diagrams.samples import ROOT, action, of_file, pipeline, stack

pytestmark = MARKS

#: Fonts that browsers fall back to, from narrow to wide.
FONTS = ("Helvetica, Arial, sans-serif", "DejaVu Sans, Verdana, sans-serif")


def _measured(pictures: list[Picture], folder: Path, font: str) -> list[dict[str, Any]]:
    drawn = "".join(svg([p], width=width) for p in pictures for width in (390, 830))
    drawn = drawn.replace("font-family: Helvetica, Arial, sans-serif", f"font-family: {font}")
    found: list[dict[str, Any]] = measured(
        drawn, f"{PICTURES} const measured = pictures(document);", folder
    )
    assert len(found) == 2 * len(pictures)
    return found


WORDS = {
    "wide": "W" * 90,
    "narrow": "il" * 90,
    "digits": "0123456789-" * 12,
    "spaces": "a b " * 40,
    "Chinese": "部署流水线" * 20,
    "Arabic": "خط الأنابيب " * 12,
    "Cyrillic": "ЩЖШЮЫ" * 20,
    "Devanagari": "परिनियोजन " * 12,
    "emoji": "🚀🎉" * 20,
    "combining": "e\u0301\u0327" * 40,
    "ligature": "\ufdfd\ufdfa" * 12,
    "control": "\x1b[31m\u202e\u200b" * 10,
}


def _odd() -> list[Picture]:
    resources = {
        f"{name}{text}": {"Type": f"AWS::{text}::{text}", "Condition": text, "DependsOn": "S3"}
        for name, text in WORDS.items()
    }
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}
    actions = [
        action(
            text,
            "Deploy/CloudFormation",
            InputArtifacts=[{"Name": text}, {"Name": "a"}, {"Name": "b"}, {"Name": "c"}],
            OutputArtifacts=[{"Name": name}, {"Name": f"{name}{text}"}],
            RoleArn=f"arn:aws:iam::{text}:role/a",
            RunOrder=number // 2,
            Configuration={"StackName": text},
        )
        for number, (name, text) in enumerate(WORDS.items())
    ]
    return [stack(resources | {"S3": bucket}), pipeline(actions, [], actions[:3], actions[3:5])]


@pytest.mark.parametrize("font", FONTS)
def test_no_text_is_cut_or_overlaps(tmp_path: Path, font: str) -> None:
    paths = [
        *(ROOT / "templates").glob("*/pipeline*.yml"),
        *(ROOT / "templates").glob("*/stack.yml"),
        *(ROOT / "examples").glob("*/pipeline.yml"),
    ]
    pictures = [picture for path in paths for picture in of_file(str(path))]
    for picture in _measured(pictures + _odd(), tmp_path, font):
        assert_readable(picture)


def test_no_text_of_foreign_templates_is_cut_or_overlaps(tmp_path: Path) -> None:
    pictures = [picture for path in FOREIGN for picture in of_file(str(path))]
    for picture in _measured(pictures, tmp_path, FONTS[0]):
        assert_readable(picture)
