"""Each rule's smallest good and bad templates, and how they are read.

``ID/good.yml`` and ``ID/bad.yml`` are templates. Where one file is not enough, ``ID/good/`` and
``ID/bad/`` are folders: the templates in them are deployed together, and the folders in them are
artifacts. A folder with a Dockerfile.codebuild is read as one that was rendered.
"""

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.reading import read_files, read_folder
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.checks import Finding, check_system
from cfn_pipeline.template import load

ROOT = Path(__file__).parent


def place(rule: str, kind: str) -> Path:
    folder = ROOT / rule / kind
    return folder if folder.is_dir() else ROOT / rule / f"{kind}.yml"


def system(path: Path) -> System:
    if path.is_file():
        return read_files([path], {}, strict=False)
    if (path / "Dockerfile.codebuild").exists():
        return read_folder(path, {})
    artifacts = {folder.name: folder for folder in path.iterdir() if folder.is_dir()}
    return read_files(sorted(path.glob("*.yml")), artifacts, strict=False)


def good(rule: str) -> dict[str, Any]:
    """Return the good template of a rule, to be changed."""
    return load((ROOT / rule / "good.yml").read_text())


def pipeline(template: dict[str, Any]) -> Any:
    """Return the properties of the template's pipeline."""
    return template["Resources"]["Pipeline"]["Properties"]


def action(template: dict[str, Any], stage: int, number: int = 0) -> Any:
    return pipeline(template)["Stages"][stage]["Actions"][number]


def findings(template: dict[str, Any], *others: dict[str, Any]) -> list[Finding]:
    """Judge templates that are deployed together."""
    templates = [
        Template(f"{number}.yml", copy.deepcopy(content))
        for number, content in enumerate([template, *others])
    ]
    return check_system(System(templates=templates))


def ids(found: Iterable[Finding]) -> list[str]:
    return [finding.rule for finding in found]
