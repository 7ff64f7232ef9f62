"""Processes, clients and paths of a run each come from one module."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cfn_pipeline.rehearsal

ROOM = Path(cfn_pipeline.rehearsal.__file__).parent


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize(
    ("module", "places"),
    [
        # The guard runs without the package.
        ("subprocess", {"processes.py", "guard.py"}),
        ("boto3", {"local_aws/account.py"}),
    ],
)
def test_a_module_is_imported_in_its_place_alone(module: str, places: set[str]) -> None:
    found = {
        path.relative_to(ROOM).as_posix()
        for path in ROOM.rglob("*.py")
        if module in set(imports(path))
    }
    assert found == places


@pytest.mark.parametrize("name", ["run.json", "log.txt", "account.part", "artifacts", "builds"])
def test_the_folder_of_a_run_is_laid_out_in_one_module(name: str) -> None:
    found = {
        path.relative_to(ROOM).as_posix()
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and isinstance(node.right, ast.Constant)
        and node.right.value == name
    }
    assert found == {"folder.py"}
