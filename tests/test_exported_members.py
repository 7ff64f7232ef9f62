"""The package's whole face is one sorted list of names."""

import ast
import pkgutil
from importlib import import_module
from pathlib import Path

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


def test_all_is_sorted_and_true_in_every_module() -> None:
    wrong = []
    for module in map(import_module, ["cfn_pipeline", *MODULES]):
        exported = getattr(module, "__all__", [])
        if exported != sorted(exported, key=_order):
            wrong.append(f"{module.__name__}: __all__ is not sorted")
        wrong += [f"{module.__name__}: no {name}" for name in exported if not hasattr(module, name)]
    assert wrong == []


def test_everything_exported_is_documented() -> None:
    exported = {name: getattr(cfn_pipeline, name) for name in cfn_pipeline.__all__}
    documentation = {name: value.__doc__ or "" for name, value in exported.items()}
    # A dataclass without a docstring gets its signature for one.
    assert [
        name
        for name, text in documentation.items()
        if callable(exported[name]) and (not text or text.startswith(f"{name}("))
    ] == []
