"""Logical ids, exports and physical names are a contract: renaming one replaces a live resource."""

from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import BOOK, CURRENT, load, render

HERE = Path(__file__).parent / "contracts"


def contract(name: str, template: dict[str, Any]) -> list[str]:
    """List what others rely on, a line each."""
    lines = [f"{name} parameter {p}" for p in template.get("Parameters", {})]
    lines += [f"{name} {r['Type']} {i}" for i, r in template.get("Resources", {}).items()]
    for title, output in template.get("Outputs", {}).items():
        export = output.get("Export", {}).get("Name", "")
        lines.append(f"{name} output {title} {export}".rstrip())
    return lines


@pytest.mark.parametrize("edition", [BOOK, CURRENT], ids=lambda edition: edition.name)
def test_the_contract_holds(edition: Any) -> None:
    files = render(edition=edition)
    found = [
        line for stack in edition.stacks for line in contract(stack.file, load(files[stack.file]))
    ]
    wanted = (HERE / f"{edition.name}.txt").read_text().splitlines()
    assert sorted(found) == sorted(wanted)
