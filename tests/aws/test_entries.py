"""Data files of which few entries are read."""

import json
from pathlib import Path

import pytest

import cfn_pipeline
from cfn_pipeline.aws.entries import Entries

FILES = sorted(Path(cfn_pipeline.__file__).parent.glob("*/data/*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_entry_is_found(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    entries = Entries(path)
    assert list(entries) == sorted(content) == list(content)
    assert {key: entries.get(key) for key in content} == content


@pytest.mark.parametrize("key", ["", "a", "AWS::", "zzz", "{", "}", "\uffff", '"', "\ud800"])
def test_an_entry_that_does_not_exist(key: str) -> None:
    for path in FILES:
        assert key not in Entries(path)
        assert Entries(path).get(key) is None
