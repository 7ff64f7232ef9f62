"""The phases of a build, as CodeBuild goes through them."""

import os
import threading
from pathlib import Path

import pytest

from cfn_pipeline.buildspec.reading import read_buildspec
from cfn_pipeline.rehearsal.building.log import Log
from cfn_pipeline.rehearsal.building.phases import PhaseResult, run_phases
from cfn_pipeline.rehearsal.building.shell import Launch, Shell


def phases(
    folder: Path, text: str, seconds: float = 60, version: str = "0.2"
) -> tuple[list[PhaseResult], list[str]]:
    """Run the phases of a buildspec; return what came of them, and what they noted."""
    shell = Shell(
        Launch(shell=["bash"]),
        folder=folder / "commands",
        work=folder,
        environment={"PATH": os.environ["PATH"]},
        log=Log(folder / "log"),
        stop=threading.Event(),
        seconds=seconds,
    )
    try:
        results = run_phases(
            read_buildspec(f"version: {version}\nphases:\n{text}", "b"), shell, str
        )
    finally:
        shell.close()
    notes = folder / "notes"
    return list(results), notes.read_text().split() if notes.exists() else []


def note(word: str, then: str = "true") -> str:
    return f"echo {word} $CODEBUILD_BUILD_SUCCEEDING | tr -d ' ' >> notes; {then}"


def usual(**failing: str) -> str:
    lines = []
    for name in ("install", "pre_build", "build", "post_build"):
        then = "false" if name in failing else "true"
        lines += [f"  {name}:", f'    commands: ["{note(name, then)}", "{note("after")}"]']
        lines += [f'    finally: ["{note("finally")}"]']
        if failing.get(name):
            lines.append(f"    on-failure: {failing[name]}")
    return "\n".join(lines)


def test_all_is_well(tmp_path: Path) -> None:
    results, notes = phases(tmp_path, usual())
    assert [(r.name, r.status) for r in results] == [
        *(("INSTALL", "SUCCEEDED"), ("PRE_BUILD", "SUCCEEDED")),
        *(("BUILD", "SUCCEEDED"), ("POST_BUILD", "SUCCEEDED")),
    ]
    assert notes[:3] == ["install1", "after1", "finally1"]
    assert len(notes) == 12


@pytest.mark.parametrize(
    ("failing", "ran", "notes"),
    [
        ({"install": ""}, ["INSTALL"], ["install1", "finally1"]),
        ({"pre_build": ""}, ["INSTALL", "PRE_BUILD"], [..., "pre_build1", "finally1"]),
        (
            {"build": ""},
            ["INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"],
            [..., "build1", "finally1", "post_build0", "after0", "finally0"],
        ),
        ({"build": "ABORT"}, ["INSTALL", "PRE_BUILD", "BUILD"], [..., "build1", "finally1"]),
        (
            {"pre_build": "CONTINUE"},
            ["INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"],
            [..., "post_build0", "after0", "finally0"],
        ),
    ],
)
def test_what_runs_after_a_failure(
    tmp_path: Path, failing: dict[str, str], ran: list[str], notes: list[object]
) -> None:
    results, noted = phases(tmp_path, usual(**failing))
    assert [result.name for result in results] == ran
    [name] = failing
    assert [r.name for r in results if r.has_failed] == [name.upper()]
    expected = [note for note in notes if note is not ...]
    assert noted[-len(expected) :] == expected
    if ... not in notes:
        assert noted == expected


def test_a_phase_is_tried_again(tmp_path: Path) -> None:
    text = '  build:\n    on-failure: RETRY-2\n    commands: ["echo x >> notes; false"]\n'
    results, notes = phases(tmp_path, text)
    assert results[0].has_failed
    assert notes == ["x"] * 3


def test_a_phase_is_tried_again_when_the_failure_says_so(tmp_path: Path) -> None:
    text = (
        "  build:\n    on-failure: RETRY-5-come back\n    commands:\n"
        "      - echo x >> notes\n"
        "      - '[ $(wc -l < notes) -gt 2 ] && echo enough || echo come back'\n"
        "      - '[ $(wc -l < notes) -gt 3 ]'\n"
    )
    results, notes = phases(tmp_path, text)
    assert results[0].has_failed
    assert len(notes) == 3


def test_a_finally_that_fails_fails_its_phase(tmp_path: Path) -> None:
    results, _ = phases(tmp_path, '  build:\n    commands: ["true"]\n    finally: ["false"]\n')
    assert results[0].has_failed


def test_the_time_of_the_project_is_over(tmp_path: Path) -> None:
    text = '  build:\n    commands: ["sleep 60"]\n  post_build:\n    commands: ["true"]\n'
    results, _ = phases(tmp_path, text, seconds=0.5)
    assert [(r.name, r.status) for r in results] == [("BUILD", "TIMED_OUT")]
    assert "TimeoutInMinutes" in results[0].message


def test_long_commands_are_told_short(tmp_path: Path) -> None:
    results, _ = phases(tmp_path, f'  build:\n    commands: ["false {"x" * 200}"]\n')
    assert results[0].message == (f"COMMAND_EXECUTION_ERROR: false {'x' * 54}...: exit status 1")


def test_in_version_one_commands_know_nothing_of_each_other(tmp_path: Path) -> None:
    text = (
        "  build:\n    commands: ['export X=1; false']\n"
        "  post_build:\n    commands:\n"
        "      - export X=1\n"
        '      - echo "[$X]$CODEBUILD_BUILD_SUCCEEDING" >> notes\n'
    )
    results, notes = phases(tmp_path, text, version="0.1")
    assert [result.has_failed for result in results] == [True, False]
    assert notes == ["[]0"]


@pytest.mark.parametrize(
    ("pattern", "tries"),
    [("no such file", 1), ("No such file", 3), ("No.*file", 3), ("^cat:.*y$", 3), ("(", 1)],
)
def test_what_is_retried(tmp_path: Path, pattern: str, tries: int) -> None:
    text = f"""
  build:
    commands: [echo try >> notes, cat nothing]
    on-failure: 'RETRY-2-{pattern}'
"""
    assert phases(tmp_path, text)[1] == ["try"] * tries


def test_a_pattern_that_takes_too_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfn_pipeline.rehearsal.building.phases._SEARCH_SECONDS", 0.5)
    text = f"""
  build:
    commands: [echo try >> notes, echo {"a" * 40}b, "false"]
    on-failure: RETRY-2-(a+)+$
"""
    results, notes = phases(tmp_path, text)
    assert (notes, results[0].status) == (["try"], "FAILED")
    assert "on-failure: (a+)+$ takes too long; not tried again" in (tmp_path / "log").read_text()
