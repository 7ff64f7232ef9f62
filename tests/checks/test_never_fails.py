"""Whatever stands in a template, the rules have an answer."""

import copy
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_pipeline import load
from cfn_pipeline.analysis.system import Artifact, System, Template
from cfn_pipeline.checks import check_system
from cfn_pipeline.checks.omissions import omissions
from tests.checks.edition import Files, files, findings

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        "",
        "text",
        "::",
        "{",
        "[]",
        "#{a.b}",
        [],
        {},
        [None],
        [[]],
        {"": None},
        {"Name": None},
        {"Ref": None},
        {"Ref": "Nothing"},
        {"Ref": ["a"]},
        {"Ref": "AWS::NoValue"},
        {"Fn::If": None},
        {"Fn::If": ["C"]},
        {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, [{}]]},
        {"Fn::If": [None, 1, 2]},
        {"Fn::Sub": None},
        {"Fn::Sub": ["${A}", {"A": {"Fn::Sub": "${A}"}}]},
        {"Fn::Sub": "${"},
        {"Fn::Join": ["", None]},
        {"Fn::Join": ["", [None, {"Ref": "A"}]]},
        {"Fn::GetAtt": "Pipeline"},
        {"Fn::GetAtt": [None, None]},
        {"Fn::Select": ["x", {}]},
        {"Fn::Split": None},
        {"Fn::FindInMap": [1, 2, 3]},
        {"Fn::ImportValue": {"Ref": "A"}},
        {"Fn::Transform": {"Name": "Macro"}},
        {"Fn::ForEach::X": ["Y", ["a"], {}]},
        {"a": 1, "Fn::If": ["C", 1, 2]},
    ]
)
FOREIGN = sorted(
    p for p in Path(__file__).with_name("foreign").iterdir() if p.suffix in (".yml", ".json")
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in a value: what holds it, and the key."""
    entries: Any = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    found = []
    for key, inside in entries:
        found += [(value, key), *_places(inside)]
    return found


def _damage(draw: Any, content: Any) -> None:
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(_places(content)))
        if isinstance(holder, dict) and draw(st.integers(0, 4)) == 0:
            holder[draw(ODD.filter(lambda odd: isinstance(odd, str)))] = holder.pop(key)
        else:
            holder[key] = copy.deepcopy(draw(ODD))


@settings(max_examples=3 * settings().max_examples)
@given(st.data())
def test_odd_values_in_a_system(data: st.DataObject) -> None:
    changed: Files = files()
    for name in (
        "pipeline.yml",
        "iam.yml",
        "codebuild.yml",
        "ecr.yml",
        "buildspec.yml",
        "dev.json",
    ):
        if data.draw(st.booleans()):
            _damage(data.draw, changed[name])
    findings(changed)


@settings(max_examples=5 * settings().max_examples)
@given(st.data())
def test_odd_values_in_other_styles(data: st.DataObject) -> None:
    content = load(data.draw(st.sampled_from(FOREIGN)).read_text())
    _damage(data.draw, content)
    system = System(templates=[Template("template.yml", content)])
    check_system(system)
    assert all(line.isprintable() for line in omissions(system))


@given(st.text(max_size=30), st.text(max_size=30))
def test_odd_files_in_artifacts(template: str, configuration: str) -> None:
    system_files = {"stack.yml": template, "prod.json": configuration, "buildspec.yml": template}
    content = load(
        (Path(__file__).parent / "examples" / "E9803" / "good" / "pipeline.yml").read_text()
    )
    artifact = Artifact(name="Sources", files=system_files)
    system = System(templates=[Template("pipeline.yml", content)], artifacts=[artifact])
    check_system(system)
    assert all(line.isprintable() for line in omissions(system))
