"""How editors read what ``check`` prints, as docs/tools.md has it."""

import json
import re

from tests.command import ROOT, run


def test_the_task_of_vs_code_reads_findings() -> None:
    text = (ROOT / "docs" / "tools.md").read_text("utf-8")
    blocks = re.findall(r"^```json\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    [task] = [task for block in blocks for task in json.loads(block).get("tasks", [])]
    pattern = task["problemMatcher"]["pattern"]
    [line] = run("check", "tests/checks/examples/E9107/bad.yml").out.splitlines()
    found = re.fullmatch(pattern["regexp"], line)
    assert found
    names = ("file", "line", "column", "code", "severity")
    assert [found[pattern[name]] for name in names] == [
        *("tests/checks/examples/E9107/bad.yml", "39", "17", "E9107", "E")
    ]
    assert found[pattern["message"]].startswith("stage 'Deploy', action 'Deploy': ")
