"""The package's whole face is one sorted list of names."""

import ast
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import cfn_pipeline

MODULES = [
    module.name
    for module in pkgutil.walk_packages(cfn_pipeline.__path__, "cfn_pipeline.")
    if not module.name.startswith("cfn_pipeline.functions.")
    and not module.name.endswith("__main__")
]


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest: as ruff sorts __all__."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_the_stub_says_where_names_are_from() -> None:
    stub = ast.parse((Path(cfn_pipeline.__file__).parent / "__init__.pyi").read_text())
    modules = {
        str(name.asname): str(statement.module)
        for statement in stub.body
        if isinstance(statement, ast.ImportFrom)
        for name in statement.names
    }
    exported = next(s.value for s in stub.body if isinstance(s, ast.Assign))
    assert ast.literal_eval(exported) == cfn_pipeline.__all__
    assert set(modules) == set(cfn_pipeline.__all__)
    for name, module in modules.items():
        assert getattr(cfn_pipeline, name) is getattr(import_module(module), name)


@pytest.mark.parametrize("module", ["cfn_pipeline", *MODULES])
def test_all_is_sorted_and_true(module: str) -> None:
    loaded = import_module(module)
    exported = getattr(loaded, "__all__", [])
    assert exported == sorted(exported, key=_order)
    assert all(hasattr(loaded, name) for name in exported)


@pytest.mark.parametrize(
    "name", sorted(n for n in cfn_pipeline.__all__ if callable(getattr(cfn_pipeline, n)))
)
def test_everything_exported_is_documented(name: str) -> None:
    documentation = getattr(cfn_pipeline, name).__doc__ or ""
    # A dataclass without a docstring gets its signature for one.
    assert documentation
    assert not documentation.startswith(f"{name}(")
