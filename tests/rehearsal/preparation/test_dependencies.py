"""What a pipeline needs around it."""

import json
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.preparation.dependencies import (
    Dependencies,
    find_dependencies,
)
from cfn_pipeline.rehearsal.preparation.template import read_pipeline
from tests.rehearsal.small import STACK, Small

ROOT = Path(__file__).parents[3]


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "small")


def around(small: Small, *others: str) -> Dependencies:
    return find_dependencies(
        read_pipeline(small.folder / "pipeline.json", None),
        [small.folder / name for name in others],
        {"App": small.folder / "app", "Infra": small.folder / "infra"},
    )


def exporting(name: str, *imports: str) -> str:
    value: Any = {"Fn::Join": ["", [{"Fn::ImportValue": each} for each in imports]]}
    return json.dumps(
        {
            "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
            "Outputs": {"Out": {"Value": value if imports else "x", "Export": {"Name": name}}},
        }
    )


def needing(small: Small, *imports: str) -> None:
    """Let the stack that the pipeline deploys import something."""
    stack = json.loads(json.dumps(STACK))
    for number, name in enumerate(imports):
        stack["Outputs"][f"Out{number}"] = {"Value": {"Fn::ImportValue": name}}
    small.write("infra/stack.json", json.dumps(stack))


def names(found: Dependencies) -> list[str]:
    return [Path(template.file).name for template in found.before]


@pytest.mark.parametrize(
    ("edition", "before"),
    [
        (
            "current",
            {
                *("kms.yml", "iam.yml", "codebuild.yml"),
                *("environment-dev.yml", "environment-prod.yml"),
            },
        ),
        ("book", {"kms.yml", "iam.yml", "codebuild.yml"}),
    ],
)
def test_the_editions(edition: str, before: set[str]) -> None:
    template = ROOT / "templates" / edition / "pipeline.yml"
    found = find_dependencies(
        read_pipeline(template, None),
        [],
        {
            "MyApp": ROOT / "examples" / "todobackend-app",
            "DeploymentRepository": template.parent,
        },
    )
    assert set(names(found)) == before
    assert found.exports == []
    assert found.after == []
    assert [Path(t.file.partition("::")[2]).name for t in found.deployed] == ["stack.yml"]
    assert found.secrets == ({"github": ["token"]} if edition == "book" else {})


def test_only_what_is_needed_is_deployed_and_in_order(small: Small) -> None:
    needing(small, "a")
    small.write("1.json", exporting("a", "b"))
    small.write("2.json", exporting("b"))
    small.write("3.json", exporting("nobody-needs-it"))
    small.write("broken.json", "{")
    assert names(around(small)) == ["2.json", "1.json"]
    assert set(names(around(small, "3.json"))) == {"1.json", "2.json", "3.json"}


def test_what_needs_the_pipelines_stack_comes_after_it(small: Small) -> None:
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Outputs"] = {"B": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "bucket"}}}
    small.write("pipeline.json", json.dumps(content))
    needing(small, "after")
    small.write("after.json", exporting("after", "bucket"))
    found = around(small)
    assert names(found) == []
    assert [Path(template.file).name for template in found.after] == ["after.json"]


def test_exports_that_nobody_has(small: Small) -> None:
    needing(small, "network-vpc", "cluster")
    assert around(small).exports == ["cluster", "network-vpc"]


def test_a_project_of_another_template(small: Small) -> None:
    content = json.loads((small.folder / "pipeline.json").read_text())
    builder = content["Resources"].pop("Builder")
    small.write("pipeline.json", json.dumps(content))
    small.write("builder.json", json.dumps({"Resources": {"Builder": builder}}))
    assert names(around(small)) == ["builder.json"]


def test_templates_that_need_each_other(small: Small) -> None:
    needing(small, "a")
    small.write("1.json", exporting("a", "b"))
    small.write("2.json", exporting("b", "a"))
    with pytest.raises(RehearsalError, match="import each other's exports"):
        around(small)


def test_secrets_and_parameters(small: Small) -> None:
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Parameters"] = {
        "Stage": {"Type": "String", "Default": "dev"},
        "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/my/image"},
        "Ami": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/aws/service/ami"},
    }
    content["Metadata"] = [
        "{{resolve:secretsmanager:plain:SecretString:one}}",
        "{{resolve:secretsmanager:plain:SecretString:two:AWSCURRENT}}",
        {"Fn::Sub": "{{resolve:secretsmanager:${Stage}/x}}"},
        {"Fn::Sub": ["{{resolve:ssm:/${S}/y:3}}", {"S": {"Ref": "Stage"}}]},
        {"Fn::Sub": "{{resolve:secretsmanager:${Made}:SecretString:z}}"},
        "{{resolve:secretsmanager:made:SecretString:z}}",
        "{{resolve:ssm-secure:/secure}}",
    ]
    made = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "made"}}
    content["Resources"]["Made"] = made
    small.write("pipeline.json", json.dumps(content))
    found = around(small)
    secrets = {name: sorted(keys) for name, keys in found.secrets.items()}
    assert secrets == {"plain": ["one", "two"], "dev/x": []}
    assert found.parameters == ["/dev/y", "/my/image", "/secure"]


def test_sources_may_be_named_by_their_action(small: Small) -> None:
    needing(small, "a")
    content = (small.folder / "pipeline.json").read_text()
    small.write("pipeline.json", content.replace('"Name": "Infra"}]', '"Name": "Other"}]'))
    template = read_pipeline(small.folder / "pipeline.json", None)
    found = find_dependencies(template, [], {"Infra": small.folder / "infra"})
    assert found.pipeline.logical_id == "Pipeline"
