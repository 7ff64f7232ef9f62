"""Messages, docstrings and documents are in plain English."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Words of riddles, which a reader must translate: name the actor, or use the passive voice.
AVOIDED = re.compile(
    r"\b(?:nobody|somebody|whoever|whomever|lends|no more and no less|there is no|there are no)\b",
    re.IGNORECASE,
)

ROOMS = (
    *(
        "analysis",
        "aws",
        "buildspec",
        "checks",
        "deployment",
        "editions",
        "files",
        "model",
        "permissions",
    ),
    *("policies", "resources", "stacks"),
)
VERBS = ("check", "deploy", "new", "render", "rules")
FILES = [
    *(path for room in ROOMS for path in sorted((ROOT / "cfn_pipeline" / room).rglob("*.py"))),
    *(
        ROOT / "cfn_pipeline" / "cli" / f"{verb}.py"
        for verb in ("check", "deploy", "new", "render", "rules")
    ),
    *(
        ROOT / name
        for name in (
            "README.md",
            "CONTRIBUTING.md",
            "docs/rules.md",
            "docs/editions.md",
            "docs/permissions.md",
        )
    ),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_plain_english(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines if AVOIDED.search(line)] == []
