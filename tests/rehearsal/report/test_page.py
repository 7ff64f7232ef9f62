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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (3.21, "3.2 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (64.0, "1 min 4 s"),
        (3599.7, "1 h 0 min"),
        (7500.0, "2 h 5 min"),
    ],
)
def test_times_are_for_people(seconds: float, text: str) -> None:
    assert page._duration(seconds).replace("\N{NO-BREAK SPACE}", " ") == text
