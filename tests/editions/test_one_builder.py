"""Both editions are made of the same resources, and no builder asks for which one it builds."""

import ast
from collections import Counter
from pathlib import Path

import pytest
import troposphere

from cfn_pipeline import BOOK, CURRENT, load, render

PACKAGE = Path(__file__).parents[2] / "cfn_pipeline"
BUILDERS = [
    p for d in ("policies", "resources", "stacks", "files") for p in PACKAGE.glob(f"{d}/**/*.py")
]


def _resource_classes(tree: ast.Module) -> dict[str, str]:
    """Find the names under which a module imports troposphere's resources, with their types."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("troposphere"):
            module = __import__(str(node.module), fromlist=["_"])
            for alias in node.names:
                value = getattr(module, alias.name, None)
                if isinstance(value, type) and issubclass(value, troposphere.AWSObject):
                    found[alias.asname or alias.name] = str(getattr(value, "resource_type", ""))
                elif hasattr(value, "__path__") or hasattr(value, "__file__"):
                    found |= {
                        f"{alias.asname or alias.name}.{name}": str(kind.resource_type)
                        for name, kind in vars(value).items()
                        if isinstance(kind, type)
                        and issubclass(kind, troposphere.AWSObject)
                        and getattr(kind, "resource_type", None)
                    }
    return {name: kind for name, kind in found.items() if kind}


def constructions() -> Counter[str]:
    """Count in how many functions each type of resource is made."""
    made: Counter[str] = Counter()
    for path in BUILDERS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = _resource_classes(tree)
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                calls = {ast.unparse(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)}
                made.update({classes[call] for call in calls if call in classes})
    return made


def types(edition: str) -> set[str]:
    chosen = {e.name: e for e in (BOOK, CURRENT)}[edition]
    files = render(edition=chosen)
    return {
        resource["Type"]
        for stack in chosen.stacks
        for resource in load(files[stack.file])["Resources"].values()
    }


def test_each_type_of_resource_is_made_by_one_function() -> None:
    made = constructions()
    assert types("book") | types("current") <= set(made)
    assert {kind for kind, count in made.items() if count != 1} == set()


def test_the_editions_have_most_types_in_common() -> None:
    assert len(types("book") & types("current")) >= 20


@pytest.mark.parametrize("path", BUILDERS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_builder_knows_of_editions(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        named = (
            getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "attr", None)
        )
        assert "edition" not in str(named).lower(), ast.unparse(node)
