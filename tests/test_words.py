"""Messages, docstrings and documents are in plain English."""

import re
from pathlib import Path

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


def test_plain_english() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if AVOIDED.search(line)
    ]
    assert found == []
