"""The files beside rendered templates: those that the pipeline reads, wherever these are."""

import pytest

from cfn_pipeline import check
from cfn_pipeline.analysis.reading import read_folder
from cfn_pipeline.checks import check_system
from tests.command import ROOT

SHOP = ROOT / "examples" / "monorepo" / "shop-api"
FILES = {path.name: path.read_text() for path in SHOP.iterdir()}
PROD = "DeploymentRepository::shop-api/prod.json"


def _findings(files: dict[str, str]) -> list[str]:
    return [f"{finding.file}: {finding.rule} {finding.message}" for finding in check(files)]


def test_files_of_a_folder_in_the_repository_are_found() -> None:
    assert _findings(FILES) == []
    assert check_system(read_folder(SHOP, {})) == []


def test_a_file_that_is_missing_in_the_folder_is_found() -> None:
    [finding] = _findings(FILES | {"pipeline.yml": FILES["pipeline.yml"].replace(PROD, f"{PROD}5")})
    assert finding.startswith("pipeline.yml: E9801 ")
    assert "prod.json5 (did you mean 'shop-api/prod.json'?)" in finding


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("prod.json", '"VpcId"', '"VpcID"', "prod.json: E9804 "),
        ("stack.yml", "Resources:", "Resource:", "stack.yml: E9802 "),
        ("buildspec.yml", "commands:", "command:", "buildspec.yml: W9840 "),
    ],
)
def test_the_files_are_checked_at_their_place(file: str, old: str, new: str, rule: str) -> None:
    assert any(
        finding.startswith(rule)
        for finding in _findings(FILES | {file: FILES[file].replace(old, new)})
    )


def test_files_outside_of_the_folder_are_not_judged() -> None:
    elsewhere = FILES["pipeline.yml"].replace(PROD, PROD.replace("shop-api", "shared/settings"))
    assert _findings(FILES | {"pipeline.yml": elsewhere}) == []
