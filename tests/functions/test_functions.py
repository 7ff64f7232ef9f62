"""What holds for every inline function."""

import ast
from importlib.resources import files

import pytest

from cfn_pipeline import functions
from cfn_pipeline.aws.lambda_functions import INLINE_CHARACTERS

MODULES = sorted(
    path.name.removesuffix(".py")
    for path in files(functions).iterdir()
    if path.name.endswith(".py") and not path.name.startswith("__")
)


@pytest.mark.parametrize("module", MODULES)
def test_the_source_can_stand_in_a_template(module: str) -> None:
    source = functions.source(module)
    assert len(source) <= INLINE_CHARACTERS
    assert "\t" not in source
    assert all(line == line.rstrip() for line in source.split("\n"))
    assert source.endswith("\n")


@pytest.mark.parametrize("module", MODULES)
def test_the_source_runs_on_python_3_6_with_what_lambda_has(module: str) -> None:
    tree = ast.parse(functions.source(module), feature_version=(3, 6))
    assert any(isinstance(n, ast.FunctionDef) and n.name == "handler" for n in tree.body)
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported <= {
        *("boto3", "cfnresponse", "contextlib", "io", "json", "os", "time", "typing")
    }


def test_each_function_has_tests_of_its_own() -> None:
    tests = {p.name for p in files("tests.functions").iterdir()}
    assert {f"test_{module}.py" for module in MODULES} <= tests
