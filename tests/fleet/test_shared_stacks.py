"""The stacks that applications of a fleet share: deployed before them, and removed after them."""

import json
import shutil
from pathlib import Path

import pytest

from cfn_pipeline import ModelError, load
from cfn_pipeline.config.reading import read_configuration
from cfn_pipeline.manifest import read_manifest
from tests.cfn_lint import lint
from tests.command import Done, run
from tests.fleet.test_pipeline import CONNECTION, stacks, stages

SHARED = "shared: {name: common, key: true, connection: github, listener: {}}\n"
CONFIG = f"""\
fleet:
  name: platform
  source: acme/platform
  connection: {CONNECTION}
  parameters: {{common/VpcId: vpc-1a, Subnets: "subnet-1a,subnet-2b"}}
{SHARED}
defaults:
  deployment_source: acme/platform
  environments: [{{name: dev, vpc_id: vpc-1a, subnets: [subnet-1a, subnet-2b]}}]
applications:
  - name: web
    source: acme/web
    container: {{name: web, cpu: 256, memory: 512, port: 80}}
    load_balancer: {{listener_rule: {{priority: 1, hosts: [a.example.com]}}}}
"""
JOBS = """\
  - name: jobs
    source: acme/jobs
    container: {name: jobs, cpu: 256, memory: 512}
    load_balancer: null
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    done = render(folder, CONFIG + JOBS)
    assert done.code == 0, done.err
    return folder


def render(folder: Path, text: str, *words: str) -> Done:
    (folder / "cfn-pipeline.yml").write_text(text)
    return run("render", "--config", str(folder / "cfn-pipeline.yml"), *words)


def test_they_are_deployed_before_the_waves(folder: Path) -> None:
    own = stages(folder)
    names = ["Source", "Render", "Shared", "Wave1", "Pipeline"]
    assert list(own) == names
    assert own["Shared"]["BeforeEntry"] == own["Wave1"]["BeforeEntry"]
    actions = {action["Name"]: action for action in own["Shared"]["Actions"]}
    assert {name: int(action["RunOrder"]) for name, action in actions.items()} == {
        "common-delivery": 1,
        "common-kms": 2,
        "common-connection": 3,
        "common-listener": 3,
    }
    given = json.loads(actions["common-listener"]["Configuration"]["ParameterOverrides"])
    assert given == {"VpcId": "vpc-1a", "Subnets": "subnet-1a,subnet-2b"}
    assert not any(name.startswith("common") for name in stacks(own["Wave1"]))


def test_they_have_a_role_of_their_own_within_the_boundary(folder: Path) -> None:
    own = stages(folder)["Shared"]["Actions"]
    roles = {a["Name"]: a["Configuration"]["RoleArn"]["Fn::Sub"].rpartition(":")[2] for a in own}
    assert roles.pop("common-delivery") == "role/fleet/platform-deployment"
    assert set(roles.values()) == {"role/fleet/common-delivery"}
    template = load((folder / "shared" / "delivery.yml").read_text())
    role = template["Resources"]["DeliveryRole"]["Properties"]
    assert "policy/fleet/platform-boundary" in str(role["PermissionsBoundary"])
    statements = [
        statement
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::ManagedPolicy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
    ]
    actions = {action for s in statements if s["Effect"] == "Allow" for action in s["Action"]}
    assert {"codeconnections:CreateConnection", "kms:CreateKey"} <= actions
    assert not any(action.startswith(("iam:Put", "iam:Attach", "ecr:")) for action in actions)
    boundary = load((folder / "platform" / "boundary.yml").read_text())
    [allowed, *_] = boundary["Resources"]["Boundary"]["Properties"]["PolicyDocument"]["Statement"]
    services = {action.partition(":")[0] for action in actions} - {"iam"}
    assert {f"{service}:*" for service in services} <= {*allowed["Action"]}


def test_the_pipeline_may_deploy_them_and_the_build_may_compare_them(folder: Path) -> None:
    resources = load((folder / "platform" / "iam.yml").read_text())["Resources"].values()
    policies = [r for r in resources if r["Type"] == "AWS::IAM::ManagedPolicy"]
    for role in ("CodePipelineRole", "CodeBuildRole"):
        text = str([p for p in policies if {"Ref": role} in p["Properties"]["Roles"]])
        assert "stack/common-*/*" in text


def test_the_role_may_deploy_them_all(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    roles = [tmp_path / name / "delivery.yml" for name in ("web", "jobs")]
    own = [path for name in ("platform", "shared") for path in (tmp_path / name).glob("*.yml")]
    words = ("check", *map(str, [*own, *roles]), "--artifact", f"Rendered={tmp_path}")
    done = run(*words)
    assert (done.code, done.out) == (0, "")
    role = tmp_path / "shared" / "delivery.yml"
    role.write_text(role.read_text().replace("- kms:CreateKey\n", "- kms:ListKeys\n"))
    done = run(*words)
    assert done.code == 1
    assert "E9817 stage 'Shared', action 'common-kms': role DeliveryRole" in done.out


@pytest.mark.lint
def test_cfn_lint_finds_nothing(folder: Path) -> None:
    files = [folder / "shared" / "delivery.yml", folder / "platform" / "pipeline.yml"]
    assert [str(match) for match in lint(*files, include=["I"])] == []


def test_the_manifest_keeps_them_for_the_day_they_go(folder: Path) -> None:
    manifest = read_manifest(folder / "shared")
    assert manifest is not None
    kept = [target["stack"] for target in manifest.targets]
    assert kept == ["common-delivery", "common-kms", "common-connection", "common-listener"]
    assert "deploy/delivery:" in (folder / "shared" / "Makefile").read_text()


def test_the_readmes_say_who_deploys_them(folder: Path) -> None:
    readme = (folder / "shared" / "README.md").read_text()
    assert "The pipeline platform deploys them, in its stage Shared" in readme
    assert "cfn-pipeline deploy" not in readme
    assert "`shared/README.md` says what is then" in (folder / "platform" / "README.md").read_text()


def test_they_are_removed_after_the_applications_and_only_when_they_go(tmp_path: Path) -> None:
    assert render(tmp_path, CONFIG + JOBS).code == 0
    # An application that goes leaves them.
    assert render(tmp_path, CONFIG).code == 0
    own = stages(tmp_path)
    assert not any("common" in name for name in stacks(own["Remove"]))
    assert "common-kms" in stacks(own["Shared"])
    # With them, it goes first.
    text = CONFIG.replace(SHARED, "").replace(
        "priority: 1,", "priority: 1, listener_export: a, security_group_export: b,"
    )
    done = render(tmp_path, text)
    assert done.code == 0, done.err
    own = stages(tmp_path)
    assert "Shared" not in own
    names = stacks(own["Remove"])
    first = names.index("common-connection")
    assert {name.partition("-")[0] for name in names[1:first]} == {"jobs"}
    assert names[-2:] == ["common-kms", "common-delivery"]
    [kms] = [a for a in own["Remove"]["Actions"] if a["Name"] == "common-kms"]
    assert "role/fleet/common-delivery" in str(kms["Configuration"]["RoleArn"])
    # They are back before a person has said yes.
    assert render(tmp_path, CONFIG).code == 0
    assert not any("common" in name for name in stacks(stages(tmp_path)["Remove"]))


def test_a_parameter_without_a_value_is_refused(tmp_path: Path) -> None:
    done = render(tmp_path, CONFIG.replace("common/VpcId: vpc-1a, ", ""))
    assert done.code == 2
    assert (
        "shared/listener.yml has the parameter VpcId, which has no value; add common/V" in done.err
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("common", "2:3: fleet: its name is also that of shared 'common'; use another name"),
        ("shared", "2:3: fleet: its folder is also that of shared 'common'; use another name"),
    ],
)
def test_names_of_a_fleet_and_of_what_is_shared_differ(
    tmp_path: Path, name: str, message: str
) -> None:
    config = tmp_path / "cfn-pipeline.yml"
    config.write_text(CONFIG.replace("name: platform", f"name: {name}"))
    with pytest.raises(ModelError) as error:
        read_configuration(config).applications()
    assert [problem.partition(":")[2] for problem in error.value.problems] == [message]


def test_what_is_shared_must_be_rendered_before_it_is_compared(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert render(tmp_path, CONFIG).code == 0
    (tmp_path / "shared" / "kms.yml").unlink()
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    done = run("fleet", "--config", str(tmp_path / "cfn-pipeline.yml"))
    assert done.code == 2
    assert "shared: is not rendered, or not as the configuration file has it" in done.err


@pytest.mark.parametrize("place", ['account: "222222222222"', "region: eu-west-1"])
def test_a_listener_elsewhere_is_named_and_deployed_by_people(tmp_path: Path, place: str) -> None:
    home = '  account: "111111111111"\n  region: eu-central-1\n'
    there = f"{{name: prod, vpc_id: vpc-2a, subnets: [subnet-3a, subnet-4b], {place}}}"
    text = CONFIG.replace("key: true, ", "").replace("subnet-2b]}]", f"subnet-2b]}}, {there}]")
    text = text.replace("fleet:\n", f"fleet:\n{home}").replace("defaults:\n", f"defaults:\n{home}")
    done = render(tmp_path, text)
    assert done.code == 2
    assert (
        "application 'web', environment 'prod': the listener in shared is deployed in" in done.err
    )
    names = (
        "listener_export: common-listener, security_group_export: common-listener-security-group"
    )
    done = render(tmp_path, text.replace("priority: 1,", f"priority: 1, {names},"))
    assert done.code == 0, done.err
