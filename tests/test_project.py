"""Whole projects: what stacks hand each other, and applications that are not todobackend."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import (
    BOOK,
    CURRENT,
    Application,
    Container,
    Ec2,
    Edition,
    EditionError,
    Environment,
    GitHubRepository,
    ModelError,
    OutputError,
    StackFile,
    load,
    render,
    todobackend,
    todobackend_of_the_book,
    write,
)
from cfn_pipeline.project import rendering

SMALL = Application(
    name="orders-api",
    source=GitHubRepository("acme/orders"),
    container=Container(name="api", cpu=256, memory=512, port=8080, environment={"MODE": "live"}),
    environments=[
        Environment("test", vpc_id="vpc-1", subnets=["subnet-1", "subnet-2"]),
        Environment("live", approval=True),
    ],
)

each_edition = pytest.mark.parametrize("edition", [BOOK, CURRENT], ids=lambda edition: edition.name)


def walk(node: Any, path: tuple[Any, ...] = ()) -> Any:
    yield path, node
    if isinstance(node, (dict, list)):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from walk(value, (*path, key))


def templates(application: Application | None, edition: Edition) -> dict[str, dict[str, Any]]:
    files = render(application, edition=edition)
    application = edition.application if application is None else application
    return {stack.file: load(files[stack.file]) for stack in edition.stacks_of(application)}


def imports(template: dict[str, Any], stacks: list[str]) -> set[str]:
    """Return the names that a template imports, in each of its stacks."""
    found = [
        node["Fn::ImportValue"]
        for _, node in walk(template)
        if isinstance(node, dict) and "Fn::ImportValue" in node
    ]
    texts = [name if isinstance(name, str) else name["Fn::Sub"] for name in found]
    return {text.replace("${AWS::StackName}", stack) for text in texts for stack in stacks}


@each_edition
@pytest.mark.parametrize("application", [None, todobackend, SMALL], ids=["own", "todo", "small"])
def test_every_import_is_exported_by_a_stack_that_is_deployed_before(
    application: Application | None, edition: Edition
) -> None:
    exported: set[str] = set()
    described = edition.application if application is None else application
    stacks = [described.stack_name(environment) for environment in described.environments]
    for name, template in templates(application, edition).items():
        assert imports(template, stacks) <= exported, name
        exported |= {
            output["Export"]["Name"]
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }


@each_edition
@pytest.mark.parametrize("application", [None, todobackend, SMALL], ids=["own", "todo", "small"])
def test_every_reference_is_to_something_in_its_template(
    application: Application | None, edition: Edition
) -> None:
    for name, template in templates(application, edition).items():
        known = {*template["Resources"], *template.get("Parameters", {})}
        conditions = set(template.get("Conditions", {}))
        for path, node in walk(template):
            if not isinstance(node, dict):
                continue
            named = {node["Ref"]} if set(node) == {"Ref"} else set()
            if "Fn::GetAtt" in node:
                named.add(node["Fn::GetAtt"][0])
            if "Fn::Sub" in node:
                text, own = node["Fn::Sub"], set()
                if isinstance(text, list):
                    text, own = text[0], set(text[1])
                named |= {m.split(".")[0] for m in re.findall(r"\$\{([^!}]+)\}", text)} - own
            if "DependsOn" in node:
                named |= set(node["DependsOn"])
            if "Fn::If" in node:
                assert node["Fn::If"][0] in conditions, (name, path)
            assert {n for n in named if not n.startswith("AWS::")} <= known, (name, path)


@each_edition
def test_an_application_without_database_migration_sidecars_and_volumes(edition: Edition) -> None:
    stack = templates(SMALL, edition)["stack.yml"]
    types = {resource["Type"] for resource in stack["Resources"].values()}
    assert not {t for t in types if "RDS" in t or "CustomResource" in t}
    [container] = stack["Resources"]["ApplicationTaskDefinition"]["Properties"][
        "ContainerDefinitions"
    ]
    assert container["Environment"] == [{"Name": "MODE", "Value": "live"}]
    assert "Command" not in container
    assert "todobackend" not in str(stack)


@each_edition
def test_the_environments_of_one_s_own(edition: Edition) -> None:
    files = render(SMALL, edition=edition)
    assert json.loads(files["test.json"])["Parameters"]["ApplicationSubnets"] == "subnet-1,subnet-2"
    assert "VpcId" not in json.loads(files["live.json"])["Parameters"]
    assert "dev.json" not in files
    pipeline = load(files["pipeline.yml"])["Resources"]["Pipeline"]["Properties"]
    assert [s["Name"] for s in pipeline["Stages"]] == ["Source", "Build", "Test", "Live"]
    assert "OrdersApiRepository" in load(files["ecr.yml"])["Resources"]


@each_edition
@pytest.mark.parametrize("application", [None, todobackend, SMALL], ids=["own", "todo", "small"])
def test_the_pipeline_deploys_the_stacks_that_make_deploy_deploys(
    application: Application | None, edition: Edition
) -> None:
    application = edition.application if application is None else application
    stages = templates(application, edition)["pipeline.yml"]["Resources"]["Pipeline"]
    deployed = {
        action["Configuration"]["StackName"]
        for stage in stages["Properties"]["Stages"]
        for action in stage["Actions"]
        if "StackName" in action.get("Configuration", {})
    }
    stack = edition.stack("stack")
    assert deployed == {stack.stack_name(application, e) for e in application.environments}


@each_edition
def test_stack_names(edition: Edition) -> None:
    assert edition.stack("iam").stack_name(SMALL) == "orders-api-iam"
    with pytest.raises(EditionError, match=r"stack\.yml has a stack for each environment"):
        edition.stack("stack").stack_name(SMALL)


@each_edition
def test_an_environment_with_the_name_of_a_template(edition: Edition) -> None:
    wrong = replace(SMALL, environments=[Environment("kms")])
    with pytest.raises(ModelError, match=r"environment name 'kms' is also the name of a template"):
        render(wrong, edition=edition)


def test_write_renders_into_a_folder(tmp_path: Path) -> None:
    application = replace(todobackend, name="orders")
    changes = write(application, tmp_path / "out")
    assert {c.path.name for c in changes if c.written} == set(render(application))
    assert (tmp_path / "out" / "stack.yml").read_text().startswith("# Rendered by cfn-pipeline (")


def test_the_model_wins_over_a_configuration_file_and_write_says_so(tmp_path: Path) -> None:
    write(SMALL, tmp_path)
    (tmp_path / "test.json").write_text(
        '{"Parameters": {"VpcId": "vpc-9", "ApplicationDesiredCount": "3"}, "Tags": {"Team": "ü"}}'
    )
    [change] = [c for c in write(SMALL, tmp_path) if c.path.name == "test.json"]
    assert (change.written, change.replaced) == (True, {"VpcId": "vpc-9"})
    file = json.loads((tmp_path / "test.json").read_text(encoding="utf-8"))
    assert file["Parameters"]["VpcId"] == "vpc-1"
    assert file["Parameters"]["ApplicationDesiredCount"] == "3"
    assert file["Tags"] == {"Team": "ü"}
    assert not any(c.written or c.replaced for c in write(SMALL, tmp_path))


def tasks(folder: Path) -> dict[str, str]:
    """Return the number of tasks in each configuration file."""
    return {
        path.stem: json.loads(path.read_text())["Parameters"]["ApplicationDesiredCount"]
        for path in folder.glob("*.json")
    }


def test_a_number_of_tasks_that_was_not_filled_in_follows_the_model(tmp_path: Path) -> None:
    write(SMALL, tmp_path)
    assert tasks(tmp_path) == {"test": "1", "live": "2"}
    more = replace(SMALL, minimum_tasks=3)
    replaced = {c.path.name: c.replaced for c in write(more, tmp_path) if c.replaced}
    assert tasks(tmp_path) == {"test": "3", "live": "3"}
    assert replaced["test.json"] == {"ApplicationDesiredCount": "1"}
    filled_in = (tmp_path / "test.json").read_text().replace('"3"', '"4"')
    (tmp_path / "test.json").write_text(filled_in)
    write(SMALL, tmp_path)
    assert tasks(tmp_path) == {"test": "4", "live": "2"}
    write(more, tmp_path)
    assert tasks(tmp_path) == {"test": "4", "live": "3"}


@pytest.mark.parametrize(
    "stack",
    [
        "Parameters: []\nResources: {}\n",
        "Parameters: {ApplicationDesiredCount: {Type: Number, Default: two}}\nResources: {}\n",
        "Parameters: {ApplicationMinimumInstances: 1}\nResources: {}\n",
        "Resources: [\n",
    ],
)
def test_a_template_of_another_form_tells_no_defaults(tmp_path: Path, stack: str) -> None:
    write(SMALL, tmp_path)
    (tmp_path / "stack.yml").write_text(f"# Rendered by cfn-pipeline\n{stack}")
    write(replace(SMALL, minimum_tasks=3), tmp_path)
    assert tasks(tmp_path) == {"test": "1", "live": "2"}


def test_write_refuses_files_that_were_not_rendered(tmp_path: Path) -> None:
    write(SMALL, tmp_path)
    own = {
        "stack.yml": b"Resources: {}\n",
        "buildspec.yml": b"version: 0.2\n",
        "test.json": b'{"Tags": {"Team": "\xfc"}}',
    }
    for name, content in own.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "kms.yml").unlink()
    with pytest.raises(OutputError) as raised:
        write(SMALL, tmp_path)
    for name in own:
        assert f"{tmp_path / name}: " in str(raised.value)
    assert "test.json: is not UTF-8 text" in str(raised.value)
    assert "force=True" in str(raised.value)
    assert {name: (tmp_path / name).read_bytes() for name in own} == own
    assert not (tmp_path / "kms.yml").exists()
    write(SMALL, tmp_path, force=True)
    assert {p.name: p.read_text(encoding="utf-8") for p in tmp_path.iterdir()} == render(SMALL)


def test_an_empty_file_is_written(tmp_path: Path) -> None:
    for name in ("stack.yml", "live.json"):
        (tmp_path / name).touch()
    assert all(change.written for change in write(SMALL, tmp_path))


@each_edition
def test_the_committed_templates_are_what_is_rendered(edition: Edition) -> None:
    folder = Path(__file__).parents[1] / "templates" / edition.name
    committed = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    # make templates keeps the values of dev.json and prod.json: remove them when a default changes.
    assert committed == render(edition=edition)


def test_what_is_missing_before_a_pipeline_can_deploy() -> None:
    assert rendering(todobackend_of_the_book, edition=BOOK).missing == {}
    assert rendering(SMALL).missing == {"live": ["VpcId", "ApplicationSubnets"]}
    assert rendering(SMALL, edition=BOOK).missing == {
        "test": ["ApplicationImageId"],
        "live": ["VpcId", "ApplicationSubnets", "ApplicationImageId"],
    }


@each_edition
def test_templates_are_what_is_read_from_their_texts(edition: Edition) -> None:
    rendered = rendering(edition=edition)
    assert list(rendered.templates) == [stack.file for stack in edition.stacks]
    for name, template in rendered.templates.items():
        assert load(rendered.files[name]) == template


@each_edition
def test_each_template_is_built_once(edition: Edition) -> None:
    built: list[str] = []

    def counted(stack: StackFile) -> StackFile:
        def build(*arguments: Any, **more: Any) -> Any:
            built.append(stack.file.format(**{k: v.name for k, v in more.items()}))
            return stack.build(*arguments, **more)

        return replace(stack, build=build)

    rendering(edition=replace(edition, delivery=[counted(stack) for stack in edition.delivery]))
    assert sorted([*built, "stack.yml"]) == sorted(stack.file for stack in edition.stacks)


@each_edition
def test_a_parameter_that_the_stack_does_not_have(edition: Edition) -> None:
    wrong = replace(SMALL, environments=[Environment("test", parameters={"Nope": "5"})])
    with pytest.raises(
        ModelError,
        match=r"environment 'test': unknown parameter 'Nope'; the parameters of stack\.yml are",
    ):
        render(wrong, edition=edition)


def test_protection_follows_approval_unless_it_is_said() -> None:
    files = render(todobackend)
    assert json.loads(files["dev.json"])["Parameters"] == {
        "ApplicationDesiredCount": "1",
        "DatabaseBackupDays": "1",
        "DatabaseMultiAZ": "false",
        "DeletionProtection": "false",
    }
    # A first deployment that fails must be able to delete what it has created.
    assert json.loads(files["prod.json"])["Parameters"] == {
        "ApplicationDesiredCount": "2",
        "ApplicationMinimumInstances": "2",
        "DatabaseBackupDays": "7",
        "DatabaseMultiAZ": "true",
        "DeletionProtection": "false",
    }
    said = replace(SMALL, environments=[Environment("test", protected=True)])
    assert json.loads(render(said)["test.json"])["Parameters"] == {
        "ApplicationDesiredCount": "2",
        "ApplicationMinimumInstances": "2",
        "DeletionProtection": "true",
    }


def test_two_tasks_are_not_more_than_there_can_be() -> None:
    approved = Environment("test", approval=True)
    one = replace(SMALL, maximum_tasks=1, environments=[approved])
    small = replace(SMALL, compute=Ec2(maximum=1), environments=[approved])
    few = replace(SMALL, environments=[replace(approved, desired_count=1)])
    own = {"ApplicationMinimumInstances": "3"}
    more = replace(SMALL, environments=[replace(approved, parameters=own)])
    values = [
        json.loads(render(application)["test.json"])["Parameters"]
        for application in (one, small, few, more)
    ]
    assert [
        (v["ApplicationDesiredCount"], v.get("ApplicationMinimumInstances")) for v in values
    ] == [("1", None), ("2", "1"), ("1", None), ("2", "3")]


@pytest.mark.parametrize("application", [todobackend, SMALL], ids=["todo", "small"])
def test_managed_policies_are_small_enough(application: Application) -> None:
    files = render(application)
    for environment in application.environments:
        resources = load(files[f"environment-{environment.name}.yml"])["Resources"].values()
        policies = [
            r["Properties"]["PolicyDocument"] for r in resources if "ManagedPolicy" in r["Type"]
        ]
        assert 0 < len(policies) <= 10
        for policy in policies:
            assert len(re.sub(r"\s", "", json.dumps(policy))) <= 6_144


def test_a_stack_of_another_name_can_be_deployed_too() -> None:
    other = replace(todobackend, environments=[Environment("test", stack="Sandbox")])
    text = render(other)["environment-test.yml"]
    assert "cluster/todobackend" not in text
    assert "cluster/Sandbox-*" in text
    assert "db:sandbox-*" in text
    assert "log-group:/Sandbox/*" in text
    assert "Name: Sandbox-key" in text
    [stack] = [s for s in CURRENT.stacks_of(other) if s.file == "environment-test.yml"]
    assert stack.stack_name(other) == "Sandbox-environment"


def test_a_secret_that_exists_is_used_instead_of_one_of_the_stack_s_own() -> None:
    files = render(replace(todobackend, secret="shared/db"))
    assert "secret:shared/db-??????" in files["environment-dev.yml"]
    stack = load(files["stack.yml"])["Resources"]
    assert "ApplicationSecret" not in stack
    password = stack["ApplicationDatabase"]["Properties"]["MasterUserPassword"]
    assert password == "{{resolve:secretsmanager:shared/db:SecretString:MYSQL_PASSWORD}}"
    [container, _] = stack["ApplicationTaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert container["Secrets"][0]["ValueFrom"]["Fn::Sub"].endswith(
        "secret:shared/db:MYSQL_PASSWORD::"
    )


def test_accounts_may_pull_where_the_application_says_so() -> None:
    resources = load(render(replace(SMALL, pull_accounts=["123456789012"]))["ecr.yml"])["Resources"]
    [statement] = resources["OrdersApiRepository"]["Properties"]["RepositoryPolicyText"][
        "Statement"
    ]
    account = {"Fn::Sub": "arn:${AWS::Partition}:iam::123456789012:root"}
    assert statement["Principal"] == {"AWS": [account]}


@each_edition
def test_a_single_instance_and_the_fewest_tasks(edition: Edition) -> None:
    one = replace(
        SMALL,
        compute=Ec2(minimum=1, maximum=1, desired=1),
        minimum_tasks=2,
        environments=[Environment("test"), Environment("live", desired_count=3)],
    )
    files = render(one, edition=edition)
    group = load(files["stack.yml"])["Resources"]["ApplicationAutoscaling"]
    assert group["UpdatePolicy"]["AutoScalingRollingUpdate"]["MinInstancesInService"] == 0
    counts = {name: json.loads(files[f"{name}.json"])["Parameters"] for name in ("test", "live")}
    assert {n: p["ApplicationDesiredCount"] for n, p in counts.items()} == {
        "test": "2",
        "live": "3",
    }


def test_an_edition_is_no_name() -> None:
    with pytest.raises(EditionError, match=r"edition must be an Edition .got 'book'."):
        render(SMALL, edition="book")  # type: ignore[arg-type]
