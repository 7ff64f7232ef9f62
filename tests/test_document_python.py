"""The Python of all documents runs as it stands, and prints what is shown below it."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from cfn_pipeline.config.reading import read_config

ROOT = Path(__file__).parents[1]
#: A block of Python, and the block of text right below it: what it prints.
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.DOTALL | re.MULTILINE)
#: Blocks of text that are messages, which tests/rehearsal and tests/functions compare.
MESSAGES = {"docs/rehearsal.md", "docs/recipes.md"}
EXAMPLES = {
    f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, block.start()) + 1}": (block[1], block[2])
    for path in [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if path.name not in {"builders.md", "rules.md"}  # these have tests of their own
    for text in [path.read_text(encoding="utf-8")]
    for block in BLOCK.finditer(text)
}


def _output(code: str, folder: Path) -> str:
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "example.py", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


@pytest.mark.parametrize("place", EXAMPLES)
def test_an_example_runs(place: str, tmp_path: Path) -> None:
    code, shown = EXAMPLES[place]
    printed = _output(code, tmp_path)
    assert printed
    if shown:
        assert printed == shown


def test_text_is_what_python_prints() -> None:
    """What a command prints is in a block ``console``, with the command."""
    blocks = sum(
        path.read_text(encoding="utf-8").count("\n```text\n")
        for path in (ROOT / "docs").rglob("*.md")
    )
    assert sum(bool(shown) for _, shown in EXAMPLES.values()) == blocks - len(MESSAGES)


def test_the_file_describes_what_the_python_example_does() -> None:
    text = (ROOT / "docs" / "applications.md").read_text(encoding="utf-8")
    [config] = re.findall(r"```yaml\n(applications:\n.*?)```", text, re.DOTALL)
    [example] = [code for code, _ in EXAMPLES.values() if 'name="worker"' in code]
    values: dict[str, object] = {}
    exec(example, values)
    assert read_config(config) == [values["worker"]]
