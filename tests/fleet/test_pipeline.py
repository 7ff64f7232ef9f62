"""The pipeline of pipelines, as it is rendered."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import load
from cfn_pipeline._version import __version__
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.deployments import DeleteStack
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.repositories import Repository
from cfn_pipeline.stacks.fleet.build import build_template
from cfn_pipeline.stacks.fleet.pipeline import FleetStack, fleet_pipeline
from tests.command import run

CONNECTION = "arn:aws:codestar-connections:eu-central-1:111111111111:connection/x"
FLEET = Fleet(name="platform", source=Repository("acme/platform"), connection=CONNECTION)
CONFIG = f"""\
fleet: {{name: platform, source: acme/platform, connection: "{CONNECTION}"}}
defaults:
  stack: stack.yml
  build: null
  deployment_source: acme/platform
applications:
"""
STACK = """\
Resources:
  Topic:
    Type: AWS::SNS::Topic
"""


def write(folder: Path, *names: str, more: str = "") -> Path:
    (folder / "stack.yml").write_text(STACK)
    entries = "".join(
        f"  - {{name: {n}, source: acme/{n}, deployment_source: "
        f"{{name: acme/platform, folder: {n}}}{more}}}\n"
        for n in names
    )
    (folder / "cfn-pipeline.yml").write_text(CONFIG + entries)
    return folder / "cfn-pipeline.yml"


def stages(folder: Path) -> dict[str, dict[str, Any]]:
    template = load((folder / "platform" / "pipeline.yml").read_text())
    found = template["Resources"]["Pipeline"]["Properties"]["Stages"]
    return {stage["Name"]: stage for stage in found}


def stacks(stage: dict[str, Any]) -> list[str]:
    actions = sorted(stage["Actions"], key=lambda action: int(action["RunOrder"]))
    return [a["Configuration"].get("StackName", a["Name"]) for a in actions]


def _rendered(config: Path, *words: str) -> str:
    done = run("render", "--config", str(config), *words)
    assert done.code == 0, done.out + done.err
    return done.err


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    _rendered(write(folder, "web", "jobs"))
    return folder


@pytest.fixture
def copy(fleet: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fleet, tmp_path / "fleet")


def test_each_application_is_deployed_in_order(fleet: Path) -> None:
    found = stages(fleet)
    assert list(found) == ["Source", "Render", "Wave1", "Pipeline"]
    for name in ("web", "jobs"):
        own = [stack for stack in stacks(found["Wave1"]) if stack.startswith(f"{name}-")]
        assert own[:2] == [f"{name}-delivery", f"{name}-kms"]
        assert set(own[2:4]) == {f"{name}-dev-environment", f"{name}-prod-environment"}
        assert own[4:] == [f"{name}-iam", f"{name}-pipeline"]
    assert stacks(found["Pipeline"])[-1] == "platform-pipeline"


def test_waves_run_only_while_the_pipeline_is_the_rendered_one(copy: Path) -> None:
    def digest(stage: str) -> str:
        [condition] = stages(copy)[stage]["BeforeEntry"]["Conditions"]
        [rule] = condition["Rules"]
        assert condition["Result"] == "SKIP"
        assert rule["Configuration"]["Variable"] == "#{Render.PIPELINE}"
        return str(rule["Configuration"]["Value"])

    assert "BeforeEntry" not in stages(copy)["Pipeline"]
    before = digest("Wave1")
    _rendered(copy / "cfn-pipeline.yml", "--all")
    assert digest("Wave1") == before
    _rendered(write(copy, "web", "jobs", "more"))
    assert digest("Wave1") != before


def test_what_only_an_application_has_does_not_change_the_pipeline(copy: Path) -> None:
    before = (copy / "platform" / "pipeline.yml").read_text()
    (copy / "stack.yml").write_text(STACK + "  Other:\n    Type: AWS::SNS::Topic\n")
    assert "web: " in _rendered(copy / "cfn-pipeline.yml")
    assert (copy / "platform" / "pipeline.yml").read_text() == before


def test_an_application_that_goes_is_asked_for_and_then_deleted(copy: Path) -> None:
    _rendered(write(copy, "web"))
    found = stages(copy)
    assert list(found) == ["Source", "Render", "Wave1", "Remove", "Pipeline"]
    approval, *deletions = sorted(found["Remove"]["Actions"], key=lambda a: int(a["RunOrder"]))
    assert approval["ActionTypeId"]["Category"] == "Approval"
    assert "jobs-pipeline" in approval["Configuration"]["CustomData"]
    assert {d["Configuration"]["ActionMode"] for d in deletions} == {"DELETE_ONLY"}
    order = stacks(found["Remove"])[1:]
    assert set(order[:2]) == {"jobs-dev", "jobs-prod"}
    assert order[2:4] == ["jobs-pipeline", "jobs-iam"]
    assert order[-2:] == ["jobs-kms", "jobs-delivery"]
    assert found["Remove"]["BeforeEntry"] == found["Wave1"]["BeforeEntry"]
    _rendered(copy / "cfn-pipeline.yml", "--prune")
    _rendered(copy / "cfn-pipeline.yml")
    assert list(stages(copy)) == ["Source", "Render", "Wave1", "Pipeline"]


def test_every_role_is_within_the_boundary(fleet: Path) -> None:
    boundary = {
        "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/fleet/platform-boundary"
    }
    found = [
        (path, resource["Properties"].get("PermissionsBoundary"))
        for path in fleet.glob("*/*.yml")
        if path.name != "stack.yml"
        for resource in load(path.read_text()).get("Resources", {}).values()
        if resource["Type"] == "AWS::IAM::Role"
    ]
    assert len(found) >= 9
    assert [each for each in found if each[1] != boundary] == []


def test_render_check_sees_a_stale_pipeline(copy: Path) -> None:
    done = run("render", "--config", str(copy / "cfn-pipeline.yml"), "--check")
    assert done.code == 0, done.out
    (copy / "platform" / "iam.yml").write_text("# Rendered by cfn-pipeline\n")
    done = run("render", "--config", str(copy / "cfn-pipeline.yml"), "--check")
    assert done.code == 1
    assert "platform: 1 of 7 files are stale" in done.err


def test_a_parameter_without_a_value_is_refused(tmp_path: Path) -> None:
    config = write(tmp_path, "web")
    config.write_text(config.read_text().replace(f', connection: "{CONNECTION}"', ""))
    done = run("render", "--config", str(config))
    assert done.code == 2
    assert "connection is required" in done.err


def _many(number: int) -> dict[str, list[FleetStack]]:
    targets = ("delivery", "kms", "ecr", "environment-dev", "environment-prod", "iam", "codebuild")
    return {
        f"app{n}": [
            FleetStack(target=t, path=f"app{n}/{t}.yml", stack=f"app{n}-{t}")
            for t in (*targets, "pipeline")
        ]
        for n in range(number)
    }


def test_a_hundred_applications_fit_and_more_are_refused() -> None:
    pipeline = fleet_pipeline(FLEET, applications=_many(100), removed={}, own=_own(), digest="d")
    assert [len(s.groups) for s in pipeline.stages if s.name.startswith("Wave")] == [6] * 9
    with pytest.raises(ModelError, match=r"101 applications take 808 actions .* divide"):
        fleet_pipeline(FLEET, applications=_many(101), removed={}, own=_own(), digest="d")


def _own() -> list[FleetStack]:
    return [FleetStack(target="pipeline", path="platform/pipeline.yml", stack="platform-pipeline")]


def test_nothing_is_deleted_that_was_not_asked_for() -> None:
    pipeline = fleet_pipeline(FLEET, applications=_many(2), removed={}, own=_own(), digest="d")
    assert not any(isinstance(action, DeleteStack) for action in pipeline.actions)


def test_the_approval_is_skipped_where_nothing_changes() -> None:
    fleet = Fleet(name="p1", source=Repository("a/b"), connection=CONNECTION, approval=True)
    pipeline = fleet_pipeline(fleet, applications=_many(1), removed={}, own=_own(), digest="d")
    review = next(stage for stage in pipeline.stages if stage.name == "Review")
    assert review.before_entry is not None
    assert review.before_entry.result == "SKIP"
    assert dict(review.before_entry.rules[0].configuration) == {
        "Variable": "#{Render.CHANGES}",
        "Operator": "NE",
        "Value": "nothing",
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "Platform"}, "invalid application name 'Platform'"),
        ({"version": "latest"}, "invalid version 'latest': use one release"),
        ({"services": ["iam"]}, "invalid service 'iam'"),
        ({"package": "x' && rm -r '"}, "invalid package"),
        ({"package": "./x.whl[deploy]", "version": "1.0"}, "version and package are both set"),
        ({"connection": None}, "connection is required"),
    ],
)
def test_mistakes_are_told(given: dict[str, Any], message: str) -> None:
    values: dict[str, Any] = {
        "name": "platform",
        "source": Repository("a/b"),
        "connection": CONNECTION,
    }
    with pytest.raises(ModelError, match=message):
        Fleet(**(values | given))


def test_an_application_must_be_where_the_fleet_is(tmp_path: Path) -> None:
    config = write(tmp_path, "web", more=", region: eu-west-1")
    done = run("render", "--config", str(config))
    assert done.code == 2
    assert "region is eu-west-1, and fleet 'platform' has none" in done.err


def test_the_book_edition_has_no_fleets(tmp_path: Path) -> None:
    config = write(tmp_path, "web", "jobs")
    text = config.read_text().replace("  stack: stack.yml\n  build: null\n", "")
    config.write_text(text)
    done = run("render", "--config", str(config), "--edition", "book")
    assert done.code == 2


def test_a_template_without_boundaries_is_refused(tmp_path: Path) -> None:
    config = write(tmp_path, "web", more=", stack: {path: stack.yml, boundary: false}")
    done = run("render", "--config", str(config))
    assert done.code == 2
    assert "makes no role without one; remove boundary from stack" in done.err


def test_the_verb_needs_a_fleet_that_is_rendered(tmp_path: Path) -> None:
    config = write(tmp_path, "web")
    text = config.read_text()
    config.write_text(text[text.index("defaults") :])
    done = run("fleet", "--config", str(config))
    assert done.code == 2
    assert "has no fleet; add one, such as fleet: {name: platform}" in done.err
    config.write_text(text)
    done = run("fleet", "--config", str(config), "--region", "eu-west-1")
    assert done.code == 2
    assert "web: is not rendered" in done.err


@pytest.mark.parametrize(
    ("given", "installed"),
    [
        ({}, f"'cfn-pipeline[deploy]=={__version__}'"),
        ({"version": "1.2.0"}, "'cfn-pipeline[deploy]==1.2.0'"),
        ({"package": "./wheels/x.whl[deploy]"}, "'./wheels/x.whl[deploy]'"),
    ],
)
def test_the_build_installs_one_release(given: dict[str, Any], installed: str) -> None:
    fleet = replace(FLEET, **given)
    project = build_template(fleet, file="../cfn-pipeline.yml").to_dict()["Resources"]
    text = project["BuildProject"]["Properties"]["Source"]["BuildSpec"]
    assert f"      - pip install --quiet {installed}\n" in text
    assert "cfn-pipeline render --config cfn-pipeline.yml\n" in text
