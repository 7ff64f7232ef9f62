"""What a rehearsal cannot prove is told where people look."""

from pathlib import Path

from cfn_pipeline.rehearsal.report.limits import LIMITS

DOCS = (Path(__file__).parents[3] / "docs" / "rehearsal.md").read_text(encoding="utf-8")


def test_the_documentation_tells_all_of_it() -> None:
    told = [line for line in DOCS.splitlines() if line.startswith("| ")]
    lines = [f"| {topic} | {sentence} |" for topic, sentence in LIMITS.items()]
    assert [line for line in told if line in lines] == lines
