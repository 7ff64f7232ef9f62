"""The page of a run."""

from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.report import page


@pytest.mark.parametrize("size", [1000, 1001, 500_000])
def test_a_long_log_is_shown_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(page, "_MOST", 1000)
    log = tmp_path / "log.txt"
    log.write_text("begin" + "x" * (size - 8) + "end")
    text = page._part(log)
    assert text.startswith("begin")
    assert text.endswith("end")
    assert len(text) < 1300
    assert ("bytes are left out; the whole log: " in text) == (size > 1000)
