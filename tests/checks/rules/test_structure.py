"""Structure: the limits, from both sides."""

import copy
from typing import Any

import pytest

from tests.checks.examples import action, findings, good, ids, pipeline


@pytest.mark.parametrize("order, fine", [(0, False), (1, True), (999, True), (1000, False)])
def test_run_orders(order: int, fine: bool) -> None:
    template = good("E9206")
    action(template, 1)["RunOrder"] = order
    assert ids(findings(template)) == ([] if fine else ["E9206"])


@pytest.mark.parametrize("count, fine", [(1, False), (2, True), (50, True), (51, False)])
def test_numbers_of_stages(count: int, fine: bool) -> None:
    template = good("E9204")
    source, build = pipeline(template)["Stages"]
    pipeline(template)["Stages"] = [source] + [
        {**copy.deepcopy(build), "Name": f"Build{number}"} for number in range(count - 1)
    ]
    assert ids(findings(template)) == ([] if fine else ["E9204"])


@pytest.mark.parametrize("count, fine", [(100, True), (101, False)])
def test_numbers_of_actions(count: int, fine: bool) -> None:
    template = good("E9205")
    build = action(template, 1)
    pipeline(template)["Stages"][1]["Actions"] = [
        {**copy.deepcopy(build), "Name": f"Build{number}"} for number in range(count)
    ]
    assert ids(findings(template)) == ([] if fine else ["E9205"])


@pytest.mark.parametrize("count, fine", [(1000, True), (1001, False)])
def test_numbers_of_actions_in_a_pipeline(count: int, fine: bool) -> None:
    template = good("E9205")
    source, build = pipeline(template)["Stages"][:2]
    [first, *_] = build["Actions"]
    names = [f"Build{number}" for number in range(count - len(source["Actions"]))]
    pipeline(template)["Stages"] = [source] + [
        {
            "Name": f"Stage{start}",
            "Actions": [{**copy.deepcopy(first), "Name": name} for name in names[start:][:50]],
        }
        for start in range(0, len(names), 50)
    ]
    assert ids(findings(template)) == ([] if fine else ["E9205"])


@pytest.mark.parametrize(
    "change, said",
    [
        ({"Name": "a" * 101}, "action name must have 1 to 100 characters (has 101)"),
        ({"Name": "Bauen!"}, "invalid action name 'Bauen!': use letters, digits and . @ - _"),
        ({"Namespace": "Build.Variables"}, "invalid namespace 'Build.Variables'"),
        ({"OutputArtifacts": [{"Name": "My App"}]}, "invalid artifact name 'My App'"),
    ],
)
def test_names(change: dict[str, Any], said: str) -> None:
    template = good("E9201")
    action(template, 1).update(change)
    [finding] = findings(template)
    assert finding.rule == "E9201"
    assert said in finding.message


def test_a_name_that_several_actions_use_is_reported_once() -> None:
    template = good("E9201")
    action(template, 0)["OutputArtifacts"] = [{"Name": "${App}-sources"}]
    action(template, 1)["InputArtifacts"] = [{"Name": "${App}-sources"}]
    [finding] = findings(template)
    assert "invalid artifact name '${App}-sources': write !Sub before it" in finding.message


def test_a_first_stage_without_sources() -> None:
    template = good("E9207")
    action(template, 0)["ActionTypeId"] = {
        **action(template, 0)["ActionTypeId"],
        "Category": "Invoke",
        "Provider": "Lambda",
    }
    action(template, 0)["Configuration"] = {"FunctionName": "fetch"}
    assert ids(findings(template)) == ["E9207", "E9207"]


def test_one_way_to_keep_artifacts() -> None:
    template = good("E9209")
    pipeline(template)["ArtifactStore"] = {"Type": "S3", "Location": "orders-artifacts"}
    assert ids(findings(template)) == ["E9209"]
    del pipeline(template)["ArtifactStores"], pipeline(template)["ArtifactStore"]
    assert ids(findings(template)) == ["E9209"]
