"""The page of the configuration file names every key, and its blocks are what it says."""

import re
import subprocess
import sys

import pytest

from cfn_pipeline.config.reading import read_config
from cfn_pipeline.config.schema import config_schema
from cfn_pipeline.errors import ModelError
from tests.command import ROOT

PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/configuration_page.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_key_is_named() -> None:
    for name, definition in config_schema()["$defs"].items():
        section = PAGE.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        forms = [definition, *definition.get("anyOf", [])]
        keys = {key for form in forms for key in form.get("properties", {})}
        assert {key for key in keys if f"\n| `{key}` |" not in section} == set(), name


def test_links_have_a_target() -> None:
    targets = {heading.lower() for heading in re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\(#(\w+)\)", PAGE)) <= targets


def test_its_examples_are_read() -> None:
    assert [[a.name for a in read_config(block)] for block in BLOCKS[:-1]] == [
        ["orders"],
        ["web", "jobs"],
        ["web"],
        ["web"],
    ]
    jobs = read_config(BLOCKS[1])[1]
    assert (jobs.container and jobs.container.cpu, jobs.load_balancer) == (256, None)


def test_its_mistakes_have_these_messages() -> None:
    with pytest.raises(ModelError) as caught:
        read_config(BLOCKS[-1])
    printed = re.findall(r"^    (cfn-pipeline.yml:\d.*)$", PAGE, re.MULTILINE)
    assert list(caught.value.problems) == printed
