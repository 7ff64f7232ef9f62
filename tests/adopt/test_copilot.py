"""Applications of AWS Copilot become configurations, and nothing is left out in silence."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cfn_pipeline.adopt.copilot.converting import Converted, convert
from cfn_pipeline.adopt.copilot.planning import migration
from cfn_pipeline.adopt.copilot.reading import TYPES, read_application
from cfn_pipeline.adopt.copilot.values import schedule, seconds, secret
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.errors import CfnPipelineError
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.existing_database import ExistingPostgreSql
from cfn_pipeline.template import load
from tests.adopt.copilots import APPLICATIONS, write
from tests.cfn_lint import lint
from tests.command import run

#: What a person fills in: parameters whose values are on AWS.
_VALUES = {
    "VpcId": "vpc-0a1b2c3d",
    "ApplicationSubnets": "subnet-0a1b2c3d,subnet-1b2c3d4e",
    "PrivateSubnets": "subnet-2c3d4e5f,subnet-3d4e5f6a",
    "ListenerArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/a/0a1b/2c3d",
    "DatabaseHost": "db.example.com",
    "DatabaseSecretArn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
}


def _converted(name: str, folder: Path) -> Converted:
    return convert(read_application(write(name, folder)))


def _applications(name: str, folder: Path) -> dict[str, Application]:
    return {each.name: each for each in read_config(_converted(name, folder).config)}


def test_all_types_are_among_the_applications() -> None:
    texts = "".join(text for files in APPLICATIONS.values() for text in files.values())
    assert len(APPLICATIONS) == 10
    assert all(f"type: {kind}\n" in texts for kind in TYPES)


@pytest.mark.parametrize("name", ["shop", "docs"])
def test_a_configuration_renders_and_checks_clean(name: str, tmp_path: Path) -> None:
    adopted = tmp_path / "adopted"
    assert run("adopt", str(write(name, tmp_path)), "-o", str(adopted)).code == 0
    done = run("render", "--config", str(adopted / "cfn-pipeline.yml"), "-o", str(adopted))
    assert done.code == 0, done.err
    done = run("check", str(adopted))
    assert (done.code, done.out) == (0, ""), done.out


def test_a_service_keeps_all_that_it_has(tmp_path: Path) -> None:
    application = _applications("shop", tmp_path)["shop-web"]
    container, balancer = application.container, application.load_balancer
    assert container is not None
    assert balancer is not None
    assert (container.cpu, container.memory, container.port) == (512, 1024, 3000)
    assert {name: container.environment[name] for name in ("LOG_LEVEL", "WORKERS", "DEBUG")} == {
        "LOG_LEVEL": "info",
        "WORKERS": "4",
        "DEBUG": "false",
    }
    assert container.secrets["PAYMENT"].source == "secretsmanager:shop/payment:key"
    assert (balancer.health_check_path, balancer.grace_period) == ("/health", 120)
    assert (balancer.healthy_threshold, balancer.health_check_interval) == (4, 15)
    assert (application.minimum_tasks, application.maximum_tasks) == (1, 10)
    assert (application.scaling.cpu_percent, application.scaling.requests_per_task) == (70, 500)
    assert application.log_retention_days == 30
    test, prod = application.environments
    assert (test.desired_count, prod.desired_count) == (1, 2)
    assert (test.approval, prod.approval) == (False, True)
    assert prod.private_subnets == ("subnet-2c3d4e5f", "subnet-3d4e5f6a")
    assert prod.parameters["CertificateArn"].startswith("arn:aws:acm:eu-west-1:")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hello", {"exec", "network.connect", "source"}),
        ("shop", {"http.stickiness", "http.deregistration_delay", "http.alias", "count"}),
        ("landing", {"observability", "tags", "http.alias", "count"}),
        ("orders", {"cdn", "publish.topics", "dbCluster", "bucket", "table", "network.connect"}),
        ("mailer", {"image.build.target", "image.build.args", "count.queue_delay", "subscribe"}),
        ("docs", {"http.alias", "files"}),
        ("reports", {"retries", "timeout"}),
        ("secure", {"env_file", "environments", "image.build.platform"}),
        ("suite", {"nlb", "http.path", "http.allowed_source_ips", "http.alias"}),
        (
            "cms",
            {
                *("overrides", "taskdef_overrides", "storage.ephemeral", "secrets.DB_SECRET"),
                *("storage.volumes.scratch", "storage.volumes.shared.efs.root_dir"),
                *("sidecars.logs", "dbCluster"),
            },
        ),
    ],
)
def test_what_has_no_counterpart_is_told(name: str, expected: set[str], tmp_path: Path) -> None:
    converted = _converted(name, tmp_path)
    assert expected <= {row.what for row in converted.rows}
    page = migration(read_application(tmp_path), converted)
    for row in converted.rows:
        assert f"| {row.where} | `{row.what}` | " in page


def test_an_unknown_key_is_told(tmp_path: Path) -> None:
    folder = write("hello", tmp_path)
    manifest = folder / "web" / "manifest.yml"
    manifest.write_text(manifest.read_text() + "frobnicate: {deep: {value: 3}}\n")
    rows = convert(read_application(folder)).rows
    assert any(row.what == "frobnicate" for row in rows)


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("count: {range: {min: 1, max: 2, step: 3}}", "count.range.step"),
        ("sidecars: {a: {image: {location: a/b, credentials: x}}}", "sidecars.a.image.credentials"),
        ("image: {build: Dockerfile, port: 80, labels: {a: b}}", "image.labels"),
    ],
)
def test_keys_deep_inside_are_told(lines: str, what: str, tmp_path: Path) -> None:
    folder = write("hello", tmp_path)
    manifest = folder / "web" / "manifest.yml"
    key = lines.partition(":")[0]
    kept = [line for line in manifest.read_text().splitlines() if not line.startswith(f"{key}:")]
    manifest.write_text("\n".join([*kept, lines]))
    rows = convert(read_application(folder)).rows
    assert any(row.what == what for row in rows)


def test_an_override_of_an_unknown_environment_is_told(tmp_path: Path) -> None:
    folder = write("shop", tmp_path)
    manifest = folder / "web" / "manifest.yml"
    manifest.write_text(manifest.read_text() + "  staging: {cpu: 2048}\n")
    rows = convert(read_application(folder)).rows
    assert any(row.what == "environments.staging" for row in rows)


def test_a_job_that_is_switched_off_stays_so(tmp_path: Path) -> None:
    folder = write("reports", tmp_path)
    manifest = folder / "daily" / "manifest.yml"
    manifest.write_text(manifest.read_text().replace("@daily", "none"))
    applications = read_config(convert(read_application(folder)).config)
    assert applications[0].scheduled_tasks[0].schedule == "at(2099-12-31T00:00:00)"


def test_a_database_stays_and_is_referenced(tmp_path: Path) -> None:
    application = _applications("orders", tmp_path)["orders-api"]
    assert application.database == ExistingPostgreSql(name="orders")
    page = migration(read_application(tmp_path), _converted("orders", tmp_path))
    assert "| api | api/addons/db.yml | `dbCluster` | AWS::RDS::DBCluster | databases |" in page
    assert "add `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` to `dbCluster`" in page


def test_stacks_that_hold_data_are_not_removed(tmp_path: Path) -> None:
    page = migration(read_application(write("orders", tmp_path)), _converted("orders", tmp_path))
    removed = [line.split()[-1] for line in page.splitlines() if "delete-stack" in line]
    assert removed == ["orders-test-front", "orders-prod-front"]
    page = migration(
        read_application(write("mailer", tmp_path / "m")), _converted("mailer", tmp_path / "m")
    )
    assert "delete-stack" not in page
    assert "not the environments' stacks (`mailer-test`, `mailer-prod`)" in page


def test_environments_with_values_of_their_own_are_applications(tmp_path: Path) -> None:
    applications = _applications("secure", tmp_path)
    assert [*applications] == ["secure-api", "secure-api-prod"]
    secrets = []
    for application in applications.values():
        assert application.container is not None
        secrets.append(application.container.secrets["DB"].source)
    assert secrets == [f"ssm:/copilot/secure/{env}/secrets/DB" for env in ("test", "prod")]
    [prod] = applications["secure-api-prod"].environments
    assert prod.approval


def test_services_share_the_load_balancer_of_one(tmp_path: Path) -> None:
    applications = _applications("suite", tmp_path)
    rules = {
        name: each.load_balancer.listener_rule if each.load_balancer else None
        for name, each in applications.items()
    }
    assert next(iter(rules)) == "suite-home"  # it is deployed first
    assert rules["suite-home"] is None
    assert rules["suite-admin"] is not None
    assert rules["suite-admin"].paths == ("/admin", "/admin/*")
    assert rules["suite-wiki"] is not None
    assert rules["suite-wiki"].hosts == ("wiki.example.com",)
    assert rules["suite-admin"].priority != rules["suite-wiki"].priority


def test_jobs_keep_their_schedules(tmp_path: Path) -> None:
    applications = _applications("reports", tmp_path)
    assert {
        task.name: task.schedule for each in applications.values() for task in each.scheduled_tasks
    } == {
        "daily": "cron(0 0 * * ? *)",
        "often": "rate(90 minutes)",
        "weekday": "cron(30 6 ? * 2-6 *)",
        "own": "cron(0 8 ? * MON *)",
    }


@pytest.mark.thorough
@pytest.mark.parametrize("name", APPLICATIONS)
def test_every_application_renders_lints_and_checks_clean(name: str, tmp_path: Path) -> None:
    adopted = tmp_path / "adopted"
    assert run("adopt", str(write(name, tmp_path)), "-o", str(adopted)).code == 0
    config = adopted / "cfn-pipeline.yml"
    content: Any = yaml.safe_load(config.read_text())
    done = run("render", "--config", str(config), "-o", str(adopted))
    rules = {line.split()[1] for line in done.out.splitlines() if ": E" in line or ": W" in line}
    assert rules <= {"E9805"}, done.out  # values that are known on AWS alone
    for template in adopted.rglob("stack.yml"):
        text = template.read_text()
        for path in template.parent.glob("*.json"):
            if path.name.startswith("."):
                continue
            filled = json.loads(path.read_text())
            for parameter in filled["Parameters"]:
                if filled["Parameters"][parameter] == "":
                    filled["Parameters"][parameter] = _value(parameter)
            for parameter in _parameters(text):
                filled["Parameters"].setdefault(parameter, _value(parameter))
            path.write_text(json.dumps(filled))
    done = run("render", "--config", str(config), "-o", str(adopted))
    assert done.code == 0, done.out
    for application in content["applications"]:
        folder = adopted / application["name"]
        done = run("check", str(folder if folder.is_dir() else adopted))
        assert (done.code, done.out) == (0, ""), done.out
    templates = [
        path
        for path in adopted.rglob("*.yml")
        if path.name not in ("cfn-pipeline.yml", "buildspec.yml")
    ]
    found = lint(*templates, include=["I"], regions=["eu-west-1"])
    assert [str(match) for match in found] == []


def _parameters(text: str) -> list[str]:
    """Return the parameters of a template that have no default."""
    return [name for name, each in load(text)["Parameters"].items() if "Default" not in each]


def _value(parameter: str) -> str:
    if parameter in _VALUES:
        return _VALUES[parameter]
    if parameter.endswith("SecurityGroup"):
        return "sg-0a1b2c3d"
    return "fs-0a1b2c3d4e5f60718" if parameter.endswith("FileSystemId") else "1.0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@daily", "cron(0 0 * * ? *)"),
        ("@weekly", "cron(0 0 ? * 1 *)"),
        ("@every 1m", "rate(1 minute)"),
        ("@every 1h30m", "rate(90 minutes)"),
        ("@every 30s", None),
        ("*/5 * * * *", "cron(*/5 * * * ? *)"),
        ("0 12 15 * *", "cron(0 12 15 * ? *)"),
        ("0 12 * * 0,7", "cron(0 12 ? * 1,1 *)"),
        ("0 12 1 * 1", None),
        ("rate(2 hours)", "rate(2 hours)"),
        ("none", None),
    ],
)
def test_schedules(text: str, expected: str | None) -> None:
    assert schedule(text) == expected


def test_durations_and_secrets() -> None:
    assert [seconds(text) for text in ("90s", "1m30s", "250ms", "2h", "5", "x", 3)] == [
        *(90, 90, 0.25, 7200),
        *(None, None, None),
    ]
    assert secret("TOKEN") == "ssm:TOKEN"
    assert secret({"secretsmanager": "db:password::"}) == "secretsmanager:db:password"
    assert secret({"from_cfn": "export"}) is None


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("web/manifest.yml", "type: [", "manifest.yml:2:1: invalid YAML"),
        ("web/manifest.yml", "type: Lambda\nname: web", "unknown type 'Lambda'; the types are"),
        ("web/manifest.yml", "- 1", "must be a mapping (got list)"),
        (
            "web/manifest.yml",
            "type: Worker Service\nname: web\ncpu: many",
            "web/manifest.yml.cpu: must be a whole number (got 'many')",
        ),
        (
            "web/manifest.yml",
            "type: Worker Service\nname: ../x",
            "workload name '../x' is not one of Copilot's",
        ),
        (".workspace", "application: ../../etc", "application name '../../etc' is not one of"),
        (
            "web/manifest.yml",
            "type: Worker Service\nname: web\ncpu: 300\nmemory: 512",
            "cpu must be one of 256, 512",
        ),
    ],
)
def test_mistakes_get_a_message(path: str, text: str, message: str, tmp_path: Path) -> None:
    folder = write("hello", tmp_path)
    (folder / path).write_text(text)
    done = run("adopt", str(folder), "-o", str(tmp_path / "adopted"))
    assert done.code == 2
    assert message in done.err
    assert not (tmp_path / "adopted").exists()


def test_links_that_lead_nowhere_are_left_out(tmp_path: Path) -> None:
    folder = write("hello", tmp_path)
    (folder / "old").symlink_to(tmp_path / "nowhere")
    (folder / "web" / "addons").mkdir()
    (folder / "web" / "addons" / "db.yml").symlink_to(tmp_path / "nowhere")
    assert [each.name for each in read_application(folder).workloads] == ["web"]


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    folder = write("hello", tmp_path)
    (folder / "old").mkdir()
    (folder / "web" / "addons").mkdir()
    (folder / "web" / "addons" / "notes.yml").write_text("a: 1\n")
    done = run("adopt", str(folder), "-o", str(tmp_path / "adopted"), "-q")
    assert done.code == 0
    assert done.err.splitlines()[:2] == [
        f"left out: {folder / 'old'}: has no manifest",
        f"left out: {folder / 'web' / 'addons' / 'notes.yml'}: is not a template",
    ]


def test_a_folder_of_something_else_gets_a_message(tmp_path: Path) -> None:
    done = run("adopt", str(tmp_path))
    assert done.code == 2
    assert "has no manifest of a service or a job; use the folder copilot" in done.err
    assert run("adopt", str(tmp_path), "--python").err.startswith("Usage: ")


_SCALARS = st.none() | st.booleans() | st.integers(-9, 9**9) | st.text(max_size=9)
_ANY = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def _mangled(draw: st.DrawFn) -> tuple[str, str, Any]:
    """Return a manifest of which a value, somewhere, is another one."""
    name = draw(st.sampled_from(sorted(APPLICATIONS)))
    path = draw(st.sampled_from(sorted(p for p in APPLICATIONS[name] if "manifest" in p)))
    document: Any = yaml.safe_load(APPLICATIONS[name][path])
    value = document
    key: Any = None
    holder: Any = None
    for _ in range(draw(st.integers(1, 4))):
        if isinstance(value, dict) and value:
            key, holder = draw(st.sampled_from(sorted(value, key=str))), value
        elif isinstance(value, list) and value:
            key, holder = draw(st.integers(0, len(value) - 1)), value
        else:
            break
        value = holder[key]
    holder[key] = draw(_ANY)
    return name, path, document


@pytest.mark.thorough
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mangled=_mangled())
def test_mangled_manifests_get_one_message(
    tmp_path_factory: pytest.TempPathFactory, mangled: tuple[str, str, Any]
) -> None:
    name, path, document = mangled
    folder = write(name, tmp_path_factory.mktemp("copilot"))
    (folder / path).write_text(yaml.safe_dump(document))
    try:
        application = read_application(folder)
        migration(application, convert(application))
    except CfnPipelineError:
        pass  # any other error fails the test
