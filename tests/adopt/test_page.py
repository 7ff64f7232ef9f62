"""The pages that adopt writes, and docs/adopting.md: examples and commands are right."""

import json
import re
from pathlib import Path

import boto3
import pytest
from botocore import xform_name

from cfn_pipeline.adopt.copilot.converting import convert
from cfn_pipeline.adopt.copilot.planning import migration
from cfn_pipeline.adopt.copilot.reading import read_application
from cfn_pipeline.adopt.pipelines.importing import import_files
from cfn_pipeline.adopt.pipelines.reading import read_pipeline
from tests.adopt.answers import answer, rendered_pipelines
from tests.adopt.copilots import APPLICATIONS, write
from tests.command import ROOT, run


def test_the_example_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "adopting.md").read_text()
    service, pipeline, config = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    for each in (service, pipeline):
        path = tmp_path / each.splitlines()[0].removeprefix("# ")
        path.parent.mkdir(parents=True)
        path.write_text(each)
    (tmp_path / "copilot" / ".workspace").write_text("application: orders\n")
    done = run("adopt", str(tmp_path / "copilot"), "-o", str(tmp_path / "orders-adopted"))
    assert done.code == 0
    assert (tmp_path / "orders-adopted" / "cfn-pipeline.yml").read_text() == config
    page = (tmp_path / "orders-adopted" / "MIGRATION.md").read_text()
    assert "| api | `http.stickiness` | " in page


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_commands_of_a_migration_are_those_of_the_aws_cli(name: str, tmp_path: Path) -> None:
    application = read_application(write(name, tmp_path))
    _refuse_other_commands(migration(application, convert(application)))


def test_the_commands_of_an_import_are_those_of_the_aws_cli() -> None:
    document = answer(rendered_pipelines()["templates/book/pipeline.yml"])
    live = read_pipeline(json.dumps(document), "pipeline.json")
    _refuse_other_commands(import_files(live, "stack")["IMPORT.md"])


def _refuse_other_commands(page: str) -> None:
    text = re.sub(r" \\\n +", " ", page)
    commands = re.findall(r"aws ([a-z-]+) ([a-z-]+)([^\n)]*)", text)
    assert commands
    for service, operation, rest in commands:
        if (service, operation) in (("cloudformation", "deploy"), ("s3", "cp")):
            continue
        client = boto3.client(service, region_name="us-east-1")
        if operation == "wait":
            assert rest.split()[0].replace("-", "_") in client.waiter_names
            continue
        api = client.meta.method_to_api_mapping[operation.replace("-", "_")]
        shape = client.meta.service_model.operation_model(api).input_shape
        options = {xform_name(member, "-") for member in shape.members}
        given = set(re.findall(r"(?<=\s--)[a-z-]+", rest)) - {"query", "output", "region"}
        assert given <= options, (service, operation, given - options)
