"""The zip of the Lambda Hook: it is reproducible, and its function runs with it alone."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.command import ROOT
from tests.hook.requests import document, request
from tests.scripts import load_script, run_script

SCRIPT = load_script("hook.py")
#: Answers requests, as Lambda's runtime does: with the zip's folder, and no other libraries.
RUNTIME = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
handler = importlib.import_module("cfn_pipeline.hook.handler")
for line in sys.stdin:
    event, document = json.loads(line)
    print(json.dumps(handler.answer(event, lambda url: document.encode())))
"""


def test_the_zip_needs_nothing_that_builds_templates() -> None:
    modules = {name for name, _ in SCRIPT._modules()}
    assert "cfn_pipeline/hook/handler.py" in modules
    assert "cfn_pipeline/checks/__init__.py" in modules
    assert "cfn_pipeline/permissions/data/types.json" in modules
    assert [name for name in modules if "/model/" in name or "/stacks/" in name] == []


@pytest.mark.thorough
def test_the_function_runs_with_the_zip_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first, second, place = (tmp_path / name for name in ("first", "second", "place"))
    shown = run_script(SCRIPT, ["-o", str(first)], capfd).out
    run_script(SCRIPT, ["-o", str(second)], capfd)
    assert (first / "hook.zip").read_bytes() == (second / "hook.zip").read_bytes()
    assert f"aws s3 cp {first / 'hook.zip'} s3://BUCKET/cfn-pipeline-hook/" in shown
    assert f"--template-file {first / 'hook.yml'} --capabilities CAPABILITY_IAM" in shown
    with zipfile.ZipFile(first / "hook.zip") as archive:
        assert "yaml/_yaml.cpython-313-x86_64-linux-gnu.so" in archive.namelist()
        archive.extractall(place)
    if sys.version_info[:2] != (3, 13):  # PyYAML's C library is for one version of Python
        shutil.rmtree(place / "yaml")
        shutil.copytree(Path(yaml.__file__).parent, place / "yaml")
    good, bad = (
        (ROOT / path).read_text(encoding="utf-8")
        for path in ("templates/current/pipeline.yml", "tests/checks/examples/E9107/bad.yml")
    )
    lines = [json.dumps([request(), document(text).decode()]) for text in (good, bad, "A: {")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUNTIME, str(place)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        cwd=os.sep,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("errorCode") for answer in answers] == [None, "NonCompliant", None]
    assert "E9107" in answers[1]["message"]
