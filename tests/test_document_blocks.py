"""The code blocks of all documents: configurations are read and rendered, the rest is parsed."""

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

from cfn_pipeline import render
from cfn_pipeline.config.reading import read_config_file
from cfn_pipeline.errors import ModelError
from tests.cfn_lint import lint
from tests.command import run

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: Pages whose blocks have a test of their own, or are generated from what tests render.
ELSEWHERE = {"configuration.md", "rules.md"}
BLOCKS = [
    (f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, block.start()) + 1}", block[1], block[2])
    for path in DOCUMENTS
    if path.name not in ELSEWHERE
    for text in [path.read_text(encoding="utf-8")]
    for block in re.finditer(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
]
#: Keys of a configuration file, of which some blocks show a part, and what such a block lacks.
OF_THE_FILE = {"applications", "defaults", "fleet", "shared"}
OURS = OF_THE_FILE | {"environments"}
ORDERS = {
    "name": "orders",
    "source": "acme/orders",
    "container": {"name": "orders", "cpu": 256, "memory": 512, "port": 8080},
    "compute": {"type": "fargate"},
}
#: The template that the recipe of an own stack names.
EVENTS = (ROOT / "examples" / "own-stack" / "events.yml").read_text(encoding="utf-8")


def _blocks(*languages: str) -> pytest.MarkDecorator:
    found = [(place, code) for place, language, code in BLOCKS if language in languages]
    return pytest.mark.parametrize(
        "code", [code for _, code in found], ids=[place for place, _ in found]
    )


def test_there_are_blocks_of_each_language() -> None:
    languages = {language for _, language, _ in BLOCKS}
    assert {"yaml", "json", "python", "console"} <= languages
    assert "mermaid" not in languages, "the site would need the network"
    assert "" not in languages, "a block without a language is not coloured"


@_blocks("yaml")
def test_a_configuration_renders(code: str, tmp_path: Path) -> None:
    if "AWSTemplateFormatVersion" in code or ", shortened\n" in code:
        return  # a template, which is linted; a part of one, which is compared
    values = yaml.safe_load(code)
    if not isinstance(values, dict) or not values.keys() & OURS:
        return  # a file of another tool
    if not values.keys() & OF_THE_FILE:
        values = {"applications": [{**ORDERS, **values}]}
    values.setdefault("applications", [ORDERS])
    (tmp_path / "events.yml").write_text(EVENTS)
    config = tmp_path / "cfn-pipeline.yml"
    config.write_text(code if "applications:" in code else yaml.safe_dump(values))
    for application in read_config_file(config):
        assert "pipeline.yml" in render(application)


@pytest.mark.thorough
def test_cfn_lint_finds_nothing_in_templates(tmp_path: Path) -> None:
    templates = [code for _, _, code in BLOCKS if code.count("AWSTemplateFormatVersion")]
    paths = [tmp_path / f"{number}.yml" for number in range(len(templates))]
    for path, template in zip(paths, templates, strict=True):
        path.write_text(template)
    assert [str(match) for match in lint(*paths)] == []


@_blocks("json")
def test_json_is_json(code: str) -> None:
    json.loads(code)


@_blocks("python")
def test_python_is_python(code: str) -> None:
    ast.parse(code)


def test_a_wrong_configuration_is_noticed(tmp_path: Path) -> None:
    [code] = [code for place, _, code in BLOCKS if place.startswith("docs/index.md")]
    config = tmp_path / "cfn-pipeline.yml"
    config.write_text(code.replace("container:", "contaner:"))
    with pytest.raises(ModelError, match="contaner"):
        read_config_file(config)


def test_the_first_page_begins_a_folder(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^    cfn-pipeline (new .+)$", text, re.MULTILINE)
    *words, option, code = line.split()
    folder = tmp_path / "orders-aws"
    done = run(*words, "--output", str(folder), option, str(tmp_path / code))
    assert done.code == 0, done.err
    [shown] = re.findall(r"^```yaml\n#.*?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert yaml.safe_load((folder / "cfn-pipeline.yml").read_text()) == yaml.safe_load(shown)
