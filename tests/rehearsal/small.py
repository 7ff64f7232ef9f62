"""A small system to rehearse: a build, a stack for dev, and one for production."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cfn_pipeline.cli import main

BUILDSPEC = """\
version: 0.2
env:
  exported-variables: [TAG]
phases:
  build:
    commands:
      - TAG=$CODEBUILD_RESOLVED_SOURCE_VERSION
      - ./build
  post_build:
    commands:
      - echo cleaned > "$CODEBUILD_SRC_DIR/../../cleaned"
artifacts:
  files: [version.json]
"""

BUILD = """\
#!/bin/sh
echo '{"Version": "one"}' > version.json
"""


def action(
    name: str,
    kind: tuple[str, str],
    configuration: Mapping[str, Any] | None = None,
    *,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    order: int = 1,
    **more: Any,
) -> dict[str, Any]:
    category, provider = kind
    return {
        "Name": name,
        "ActionTypeId": {
            "Category": category,
            "Owner": "AWS",
            "Provider": provider,
            "Version": "1",
        },
        "Configuration": dict(configuration or {}),
        "InputArtifacts": [{"Name": item} for item in inputs],
        "OutputArtifacts": [{"Name": item} for item in outputs],
        "RunOrder": order,
        **more,
    }


SOURCES = [
    action("App", ("Source", "S3"), {"S3Bucket": "b", "S3ObjectKey": "app"}, outputs=["App"]),
    action("Infra", ("Source", "S3"), {"S3Bucket": "b", "S3ObjectKey": "i"}, outputs=["Infra"]),
]


def stack_action(name: str, mode: str, stack: str, **more: Any) -> dict[str, Any]:
    settings = {
        "ActionMode": mode,
        "StackName": stack,
        "TemplatePath": "Infra::stack.json",
        "TemplateConfiguration": f"Infra::{stack}.json",
        "ParameterOverrides": json.dumps(
            {"Tag": {"Fn::GetParam": ["Version", "version.json", "Version"]}}
        ),
        **more,
    }
    order = {"CHANGE_SET_REPLACE": 1, "CHANGE_SET_EXECUTE": 3}.get(mode, 1)
    if mode.startswith("CHANGE_SET"):
        settings["ChangeSetName"] = "changes"
    if mode in ("CHANGE_SET_EXECUTE", "DELETE_ONLY"):
        settings = {
            k: v for k, v in settings.items() if k in ("ActionMode", "StackName", "ChangeSetName")
        }
        return action(name, ("Deploy", "CloudFormation"), settings, order=order)
    return action(
        name, ("Deploy", "CloudFormation"), settings, inputs=["Infra", "Version"], order=order
    )


def usual_stages() -> list[dict[str, Any]]:
    build = action(
        "Build",
        ("Build", "CodeBuild"),
        {"ProjectName": "builder"},
        inputs=["App"],
        outputs=["Version"],
        Namespace="Built",
    )
    return [
        {"Name": "Source", "Actions": SOURCES},
        {"Name": "Build", "Actions": [build]},
        {"Name": "Dev", "Actions": [stack_action("Deploy", "CREATE_UPDATE", "dev")]},
        {
            "Name": "Production",
            "Actions": [
                stack_action("Change", "CHANGE_SET_REPLACE", "prod"),
                action("Approve", ("Approval", "Manual"), {"CustomData": "Look!"}, order=2),
                stack_action("Execute", "CHANGE_SET_EXECUTE", "prod"),
            ],
        },
    ]


def template(stages: Sequence[Mapping[str, Any]], **properties: Any) -> dict[str, Any]:
    return {
        "Resources": {
            "Builder": {
                "Type": "AWS::CodeBuild::Project",
                "Properties": {
                    "Name": "builder",
                    "ServiceRole": "arn:aws:iam::123456789012:role/build",
                    "Source": {"Type": "CODEPIPELINE"},
                    "Artifacts": {"Type": "CODEPIPELINE"},
                    "Environment": {
                        "Type": "LINUX_CONTAINER",
                        "ComputeType": "BUILD_GENERAL1_SMALL",
                        "Image": "aws/codebuild/nothing:1.0",
                    },
                },
            },
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "artifacts"}},
            "Pipeline": {
                "Type": "AWS::CodePipeline::Pipeline",
                "Properties": {
                    "Name": "small",
                    "RoleArn": "arn:aws:iam::123456789012:role/pipeline",
                    "ArtifactStore": {"Type": "S3", "Location": {"Ref": "Bucket"}},
                    "Stages": list(stages),
                    **properties,
                },
            },
        }
    }


STACK = {
    "Parameters": {"Tag": {"Type": "String"}, "Size": {"Type": "String", "Default": "small"}},
    "Resources": {
        "Note": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Name": {"Fn::Sub": "/${AWS::StackName}/tag"},
                "Type": "String",
                "Value": {"Fn::Sub": "${Tag} ${Size}"},
            },
        }
    },
    "Outputs": {"Tag": {"Value": {"Ref": "Tag"}}},
}


class Small:
    """The files of the system, and runs of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "app").mkdir(parents=True)
        (folder / "infra").mkdir()
        self.pipeline(usual_stages())
        self.write("app/buildspec.yml", BUILDSPEC)
        self.build(BUILD)
        self.write("infra/stack.json", json.dumps(STACK))
        for name in ("dev", "prod"):
            self.write(f"infra/{name}.json", json.dumps({"Parameters": {"Size": name}}))

    def write(self, path: str, text: str) -> Path:
        (self.folder / path).write_text(text)
        return self.folder / path

    def build(self, script: str) -> None:
        self.write("app/build", script).chmod(0o755)

    def pipeline(self, stages: Sequence[Mapping[str, Any]], **properties: Any) -> None:
        self.write("pipeline.json", json.dumps(template(stages, **properties)))

    @property
    def words(self) -> list[str]:
        return ["pipeline.json", "--source", "App=app", "--source", "Infra=infra"]

    def rehearse(self, *words: str, approve: str = "--approve") -> "Run":
        """Begin a run, unless the words go on with one."""
        said = [] if "--resume" in words else self.words
        return self.run(*said, *words, *([approve] if approve else []), "--builds", "shell")

    def run(self, *words: str) -> "Run":
        """Run the command in this process; an error that is a traceback for users is raised."""
        with contextlib.chdir(self.folder), variables():
            result = CliRunner().invoke(
                main, ["rehearse", *words], prog_name="cfn-pipeline", catch_exceptions=False
            )
        return Run(code=result.exit_code, out=result.stdout, err=result.stderr)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "cfn_pipeline", "rehearse", *words]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def spawn(folder: Path, *words: str, **more: str) -> "Run":
    """Run the command in a process of its own, with further variables."""
    done = subprocess.run(
        command(*words),
        cwd=folder,
        env=environment() | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return Run(code=done.returncode, out=done.stdout, err=done.stderr)


@contextlib.contextmanager
def variables(**more: str) -> Iterator[None]:
    """Let this process have the variables of ``environment`` while the block runs."""
    before, within = dict(os.environ), environment() | more
    os.environ.clear()
    os.environ.update(within)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass(frozen=True, kw_only=True)
class Run:
    """The exit code and the output of a run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    def states(self) -> dict[str, str]:
        """Return the state of each action, by stage and name."""
        return {
            f"{stage['name']}/{action['name']}": action["status"]
            for stage in self.json["stages"]
            for action in stage["actions"]
        }

    def details(self, action_id: str) -> dict[str, Any]:
        return dict(self.action(action_id)["details"])

    def action(self, action_id: str) -> dict[str, Any]:
        stage_name, _, name = action_id.partition("/")
        [stage] = [stage for stage in self.json["stages"] if stage["name"] == stage_name]
        [found] = [action for action in stage["actions"] if action["name"] == name]
        return dict(found)
