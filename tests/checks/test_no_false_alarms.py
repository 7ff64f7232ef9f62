"""Silence where there is nothing to say: rendered templates, and pipelines in other styles."""

import json
from pathlib import Path

import pytest

from cfn_pipeline import EDITIONS, load, render
from cfn_pipeline import edition as load_edition
from cfn_pipeline.analysis.reading import read_files, read_folder, read_texts
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.checks import check_system

ROOT = Path(__file__).parents[2]
FOREIGN = sorted(
    p for p in Path(__file__).with_name("foreign").iterdir() if p.suffix in (".yml", ".json")
)


def _says(system: System) -> list[str]:
    return [f"{finding.file}: {finding.rule} {finding.message}" for finding in check_system(system)]


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: str(path.stem))
def test_pipelines_in_other_styles_are_fine(path: Path) -> None:
    assert _says(read_files([path], {})) == []


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: str(path.stem))
def test_yaml_and_json_are_one(path: Path) -> None:
    content = json.loads(json.dumps(load(path.read_text())))
    assert _says(System(templates=[Template("template.json", content)])) == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_rendered_folders_are_fine(edition: str) -> None:
    system = read_folder(ROOT / "templates" / edition, {})
    assert len(system.artifacts) == 2, "the artifacts lie in the folder, too"
    assert _says(system) == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_rendered_template_is_fine_by_itself(edition: str) -> None:
    templates = read_folder(ROOT / "templates" / edition, {}).templates
    assert len(templates) >= 6
    for template in templates:
        assert _says(read_files([Path(template.file)], {})) == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_is_rendered_is_fine_before_it_is_written(edition: str) -> None:
    system = read_texts(render(edition=load_edition(edition)))
    assert len(system.artifacts) == 2
    assert _says(system) == []


def test_the_example_application_is_what_the_pipeline_builds() -> None:
    files = sorted((ROOT / "templates" / "current").glob("*.yml"))
    templates = [path for path in files if path.name != "buildspec.yml"]
    application = {"MyApp": ROOT / "examples" / "todobackend-app"}
    assert _says(read_files(templates, application)) == []


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"Resources": {}},
        {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}},
        {"Resources": None, "Outputs": None, "Conditions": None, "Parameters": None},
        {"Resources": {"Pipeline": {"Type": "AWS::CodePipeline::Pipeline"}}},
        {"Resources": {"Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": None}}},
        {"Resources": {"Fn::ForEach::Pipelines": ["Name", ["a"], {}], "Odd": "text"}},
    ],
)
def test_templates_without_a_pipeline_give_nothing_of_pipelines(content: dict[str, object]) -> None:
    found = check_system(System(templates=[Template("template.yml", content)]))
    # A pipeline without any property has nowhere to keep its artifacts, and nothing else is known.
    assert {finding.rule for finding in found} <= {"E9209"}
