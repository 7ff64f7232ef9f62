"""The list of findings over a folder, and its comparison with an earlier one."""

import json
import shutil
from pathlib import Path

import pytest

from tests.checks.examples import ROOT
from tests.scripts import load_script, run_script

JUDGE = load_script("judge.py")


def test_it_lists_and_compares(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder, before = tmp_path / "others", tmp_path / "before.json"
    (folder / "a").mkdir(parents=True)
    shutil.copy(ROOT / "E9107" / "bad.yml", folder / "a" / "pipeline.yml")
    (folder / "README.md").write_text("No template\n")
    (folder / "a" / "topic.yml").write_text("Resources: {T: {Type: AWS::SNS::Topic}}\n")

    done = run_script(JUDGE, [str(folder), "--json", str(before)], capfd)
    assert done.code == 0
    assert done.out.startswith("E9107 error a/pipeline.yml:39\n  stage 'Deploy', action 'Deploy': ")
    assert "\n     39 >                 ParameterOverrides:" in done.out
    assert done.out.endswith("1 templates, 1 findings\n    1 E9107\n")
    [entry] = json.loads(before.read_text())
    assert (entry["rule"], entry["file"], entry["line"]) == ("E9107", "a/pipeline.yml", 39)

    same = run_script(JUDGE, [str(folder), "--against", str(before)], capfd)
    assert (same.code, same.out) == (0, "0 new, 0 gone, 1 as before\n")
    shutil.copy(ROOT / "E9206" / "bad.yml", folder / "a" / "pipeline.yml")
    other = run_script(JUDGE, [str(folder), "--against", str(before)], capfd)
    assert other.code == 1
    assert other.out.startswith("+ E9206 error a/pipeline.yml:")
    assert "\n- E9107 a/pipeline.yml\n" in other.out
    assert other.out.endswith("1 new, 1 gone, 0 as before\n")


def test_templates_of_a_folder_together(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copy(ROOT / "E9107" / "good.yml", tmp_path / "pipeline.yml")
    for source in (ROOT / "E9712" / "bad").glob("*.yml"):
        shutil.copy(source, tmp_path)
    alone = run_script(JUDGE, [str(tmp_path)], capfd)
    assert alone.out == "1 templates, 0 findings\n"
    together = run_script(JUDGE, [str(tmp_path), "--together"], capfd)
    assert together.out.endswith("3 templates, 1 findings\n    1 E9712\n")
