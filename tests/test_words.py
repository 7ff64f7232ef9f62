"""Messages, docstrings and documents are in plain English."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: Words of riddles, which a reader must translate: name the actor, or use the passive voice.
AVOIDED = re.compile(
    r"\b(?:nobody|somebody|whoever|whomever|lends|no more and no less|each wants"
    r"|(?:is|are|was|were) no (?!longer)[a-z]+|speaks? of|hands? on)\b",
    re.IGNORECASE,
)

#: The functions' sources are in the templates: what they say changes with these.
_RENDERED = ROOT / "cfn_pipeline" / "functions"
FILES = [
    *(
        path
        for path in sorted((ROOT / "cfn_pipeline").rglob("*.py"))
        if not path.is_relative_to(_RENDERED)
    ),
    *sorted((ROOT / "scripts").rglob("*.py")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
]


def test_plain_english() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if AVOIDED.search(line)
    ]
    assert found == []
