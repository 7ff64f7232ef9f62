"""The example of docs/adopting.md is what the command makes."""

import re
from pathlib import Path

from tests.command import ROOT, run


def test_the_example_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "adopting.md").read_text()
    service, pipeline, config = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    for each in (service, pipeline):
        path = tmp_path / each.splitlines()[0].removeprefix("# ")
        path.parent.mkdir(parents=True)
        path.write_text(each)
    (tmp_path / "copilot" / ".workspace").write_text("application: orders\n")
    done = run("adopt", str(tmp_path / "copilot"), "-o", str(tmp_path / "orders-adopted"))
    assert done.code == 0
    assert (tmp_path / "orders-adopted" / "cfn-pipeline.yml").read_text() == config
    page = (tmp_path / "orders-adopted" / "MIGRATION.md").read_text()
    assert "| api | `http.stickiness` | " in page
