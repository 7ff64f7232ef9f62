"""Pictures as SVG."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import load
from cfn_pipeline.diagrams.measuring import lines_of, width_of
from cfn_pipeline.diagrams.mermaid import mermaid
from cfn_pipeline.diagrams.reading import SUBJECTS
from cfn_pipeline.diagrams.svg import svg
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.printable import printable
from tests.checks.test_never_fails import FOREIGN, _damage
from tests.diagrams.samples import ROOT, action, of_file, of_text, pipeline, stack
from tests.scripts import load_script

SPACE = "{http://www.w3.org/2000/svg}"


def test_the_pictures_of_the_documents_are_those_of_the_templates() -> None:
    script = load_script("pictures.py")
    drawn: dict[str, str] = script.images()
    # Those of docs/performance.md are made of measured figures.
    names = {path.name for path in script.IMAGES.iterdir()}
    assert {name for name in names if not name.startswith("performance-")} == set(drawn)
    for name, text in drawn.items():
        assert (script.IMAGES / name).read_text(encoding="utf-8") == text, f"{name}: run make docs"


def test_every_picture_of_the_documents_is_there_and_is_shown() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {
        (page.parent / image).relative_to(ROOT / "docs" / "images").as_posix()
        for page in pages
        for image in re.findall(r'(?:src|srcset)="([^"]+)"', page.read_text(encoding="utf-8"))
    }
    assert shown == {path.name for path in (ROOT / "docs" / "images").iterdir()}


def test_a_document_has_a_title_a_description_and_both_colour_schemes() -> None:
    text = svg(of_file("templates/book/pipeline.yml"), width=830)
    root = ET.fromstring(text)
    title, description = root.find(f"{SPACE}title"), root.find(f"{SPACE}desc")
    assert title is not None
    assert description is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "Pipeline todobackend"
    assert "ApproveChangeSet (Waits for an approval)" in str(description.text)
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"href|url\(|@import|<script|https?://(?!www\.w3\.org/2000/svg)", text)


def test_an_artifact_has_the_same_colour_everywhere() -> None:
    root = ET.fromstring(svg(of_file("templates/book/pipeline.yml"), width=1200))
    classes: dict[str, set[str]] = {}
    for text in root.iter(f"{SPACE}text"):
        if "mark" in str(text.get("class")):
            classes.setdefault(str(text.text), set()).add(str(text.get("class")))
    assert classes == {
        "MyApp": {"mark a0"},
        "DeploymentRepository": {"mark a1"},
        "ApplicationVersion": {"mark a2"},
    }


def test_names_break_between_their_words_where_columns_are_narrow() -> None:
    root = ET.fromstring(svg(of_file("examples/three-accounts/pipeline.yml"), width=390))
    texts = [t.text for t in root.iter(f"{SPACE}text") if "mark" in str(t.get("class"))]
    assert set(texts) == {"MyApp", "Application", "Version", "Deployment", "Repository"}


@pytest.mark.parametrize("width, rows", [(1200, 1), (830, 1), (390, 2), (300, 4)])
def test_stages_wrap_into_rows(width: int, rows: int) -> None:
    root = ET.fromstring(svg(of_file("templates/current/pipeline.yml"), width=width))
    frames = [r for r in root.iter(f"{SPACE}rect") if r.get("class") == "frame"]
    assert len({frame.get("y") for frame in frames}) == rows
    assert all(float(f.get("x", 0)) + float(f.get("width", 0)) <= width for f in frames)


HOSTILE = "</text><script>alert(1)</script>\x1b[31m\n\u202e&amp;\"'#{}%% ##[x] \ud800".encode(
    "utf-8", "backslashreplace"
).decode()


def test_text_of_others_stays_text() -> None:
    names = [action(HOSTILE, "Source/S3", OutputArtifacts=[{"Name": HOSTILE}])]
    for picture in (pipeline(names), stack({HOSTILE: {"Type": HOSTILE, "Condition": HOSTILE}})):
        text = svg([picture], width=830)
        root = ET.fromstring(text)
        assert {e.tag.removeprefix(SPACE) for e in root.iter()} <= {
            *("svg", "title", "desc", "style", "rect", "path", "text")
        }
        assert text.replace("\n", "").isprintable()
        shown = mermaid([picture])
        assert shown.replace("\n", "").isprintable()
        assert "<script" not in shown
        assert all(line.count('"') % 2 == 0 for line in shown.splitlines())


def test_a_long_list_is_whole_and_a_long_word_loses_its_middle() -> None:
    names = ", ".join(f"Resource{number}" for number in range(300))
    assert " ".join(lines_of(names, 200, 12)) == names
    assert len("".join(lines_of("a" * 100_000, 200, 12))) == 261


@given(st.text(max_size=400), st.floats(40, 400))
def test_lines_are_not_wider_than_asked_and_lose_nothing(text: str, width: float) -> None:
    lines = lines_of(text, width, 13, bold=True)
    assert all(width_of(line, 13, bold=True) <= width for line in lines)
    if len(text) <= 260:
        assert "".join("".join(lines).split()) == "".join(printable(text).split())


def _drawn(text: str, subject: str | None, width: int) -> None:
    try:
        drawn = of_text(text, subject)
    except TemplateError:
        return
    ET.fromstring(svg(drawn, width=width))
    assert mermaid(drawn).startswith("flowchart LR\n")


@given(st.data())
def test_a_damaged_template_is_drawn_or_refused_with_one_message(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(FOREIGN))
    content: Any = load(path.read_text())
    _damage(data.draw, content)
    subject = data.draw(st.sampled_from([None, *SUBJECTS]))
    _drawn(json.dumps(content), subject, data.draw(st.integers(300, 1200)))


@given(
    st.dictionaries(
        st.text(max_size=40),
        st.fixed_dictionaries(
            {"Type": st.sampled_from(["AWS::S3::Bucket", "AWS::EC2::Instance"]) | st.text()},
            optional={"DependsOn": st.text() | st.lists(st.text()), "Condition": st.text()},
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_names_are_drawn(resources: dict[str, Any]) -> None:
    _drawn(json.dumps({"Resources": resources}), None, 390)
