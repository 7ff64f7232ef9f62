"""Manifests: what is read of them, and what is not."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.manifest import MANIFEST, Manifest, digest, digest_of, read_manifest

CONTENT = Manifest(
    version="1.0.0",
    configuration="../cfn-pipeline.yml",
    application="orders",
    edition="current",
    inputs="abc",
    stacks={"dev": "orders-dev"},
    files={"kms.yml": digest(b"a")},
    filled_in={"dev.json": digest(b"b")},
    missing={"dev": ["VpcId"]},
)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(CONTENT.text())
    assert read_manifest(tmp_path) == CONTENT
    assert [*CONTENT.hashes] == ["kms.yml", "dev.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"../kms.yml": "x"}},
        {"files": {"/etc/passwd": "x"}},
        {"files": {"..": "x"}},
        {"files": {"a\\b": "x"}},
        {"files": {MANIFEST: "x"}},
        {"files": ["kms.yml"]},
        {"files": {}},
        {"filled_in": {"dev.json": 1}},
        {"inputs": None},
        {"stacks": {"dev": ["a"]}},
        {"missing": {"dev": "VpcId"}},
        {"more": 1},
    ],
    ids=str,
)
def test_what_is_not_one_is_not_read(tmp_path: Path, change: dict[str, Any]) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({**json.loads(CONTENT.text()), **change}))
    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, "\x00"])
def test_what_is_no_json_object_is_not_read(tmp_path: Path, text: str) -> None:
    assert read_manifest(tmp_path) is None
    (tmp_path / MANIFEST).write_text(text)
    assert read_manifest(tmp_path) is None
    assert digest_of(tmp_path) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
def test_pipes_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / MANIFEST)
    assert read_manifest(tmp_path) is None
    assert digest_of(tmp_path / MANIFEST) is None
