"""Templates in many manners: each is fine, one mistake is caught, and unknown values make none."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_pipeline.analysis.resolving import is_function
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.checks import Finding, check_system
from cfn_pipeline.template import load

HERE = Path(__file__).parent
FOREIGN = sorted(p for p in (HERE / "foreign").iterdir() if p.suffix in (".yml", ".json"))
MISTAKES = yaml.safe_load((HERE / "foreign_mistakes.yml").read_text())

#: Values that are not known before the deployment; the name makes them differ.
UNKNOWN: tuple[Callable[[str], Any], ...] = (
    lambda name: {"Ref": name},
    lambda name: {"Fn::ImportValue": name},
    lambda name: {"Fn::Sub": f"${{{name}}}"},
    lambda name: {"Fn::Select": ["0", {"Fn::Split": [",", {"Ref": name}]}]},
)
OTHER_ACCOUNT = (lambda name: {"Fn::Sub": f"arn:aws:iam::${{{name}}}:role/elsewhere"},)
MOST = 4


def _findings(content: Any) -> list[Finding]:
    return check_system(System(templates=[Template("template.yml", content)]))


def test_there_are_pipelines_in_many_manners() -> None:
    assert len(FOREIGN) >= 60
    assert set(MISTAKES) <= {path.name for path in FOREIGN}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_caught(name: str) -> None:
    mistake = MISTAKES[name]
    text = (HERE / "foreign" / name).read_text()
    assert mistake["text"] in text
    content = load(text.replace(mistake["text"], mistake["instead"], 1))
    assert mistake["rule"] in {finding.rule for finding in _findings(content)}


def _values(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of texts, numbers and functions."""
    if isinstance(value, dict) and not is_function(value):
        for key, inside in value.items():
            yield from _values(inside, (*path, key))
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from _values(inside, (*path, number))
    else:
        yield path


@settings(max_examples=5 * settings().max_examples)
@given(st.data())
def test_unknown_values_make_no_finding(data: st.DataObject) -> None:
    content = copy.deepcopy(load(data.draw(st.sampled_from(FOREIGN)).read_text()))
    names = [f"Unknown{number}" for number in range(MOST)]
    content.setdefault("Parameters", {}).update({name: {"Type": "String"} for name in names})
    paths = [
        ("Resources", name, "Properties", *path)
        for name, body in content["Resources"].items()
        if isinstance(body, dict) and isinstance(body.get("Properties"), dict)
        for path in _values(body["Properties"])
    ]
    chosen = data.draw(st.lists(st.sampled_from(paths), max_size=MOST, unique=True))
    for name, path in zip(names, chosen, strict=False):
        place = content
        try:
            for step in path[:-1]:
                place = place[step]
        except (KeyError, TypeError):
            continue  # it is within a value that is unknown now
        values = UNKNOWN + (OTHER_ACCOUNT if path[-1] in ("RoleArn", "ServiceRole") else ())
        place[path[-1]] = data.draw(st.sampled_from(values))(name)
    assert _findings(content) == []
