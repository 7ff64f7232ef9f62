"""docs/scale.md: what an application takes of each quota, and what the simulation prints."""

from collections import Counter

import pytest

from cfn_pipeline import CURRENT
from cfn_pipeline.aws.quotas import QUOTAS, Quota
from cfn_pipeline.config.reading import read_config
from tests.command import ROOT
from tests.scripts import load_script, run_script

PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
[APPLICATION] = read_config(load_script("make_fleet.py").fleet(1))
TYPES = Counter(
    resource["Type"]
    for file, template in CURRENT.templates(APPLICATION).items()
    if file != APPLICATION.stack_file
    for resource in template["Resources"].values()
)


def _takes(quota: Quota) -> int:
    if not quota.types:
        return len(CURRENT.targets(APPLICATION))
    return sum(TYPES[type_] for type_ in quota.types)


def _row(quota: Quota) -> str:
    takes = _takes(quota)
    automatic = quota.automatic
    cells = [
        f"[{quota.name}]({quota.url})",
        f"{quota.default:,}",
        str(takes),
        f"{quota.default // takes:,}",
        "" if automatic is None else f"{automatic:,}: {automatic // takes:,}",
    ]
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def test_the_table_of_quotas_counts_what_is_rendered() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| [")]
    assert rows == [
        _row(quota) for quota in sorted(QUOTAS, key=lambda quota: quota.default // _takes(quota))
    ]


def test_the_rollout_is_what_the_script_prints(capfd: pytest.CaptureFixture[str]) -> None:
    script = load_script("simulate_rollout.py")
    printed = run_script(script, ["10000", "--cells", "10"], capfd).out
    assert f"simulate_rollout.py 10000 --cells 10\n{printed}```" in PAGE
    for options in ([], ["--cells", "10", "--starts", "0.1"]):
        time = run_script(script, ["10000", *options], capfd).out.rpartition("after ")[2].strip()
        assert time in PAGE
