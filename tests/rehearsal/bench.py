"""Single actions of the small system, in the local AWS that the tests share."""

import contextlib
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cfn_pipeline.rehearsal.actions.runners import run_action
from cfn_pipeline.rehearsal.artifacts.store import Artifacts
from cfn_pipeline.rehearsal.artifacts.zips import zip_of
from cfn_pipeline.rehearsal.context import BuildSettings, Context
from cfn_pipeline.rehearsal.folder import RunFolder
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws
from cfn_pipeline.rehearsal.outcome import Outcome
from cfn_pipeline.rehearsal.pipeline import parse_pipeline
from tests.rehearsal.small import BUILD, BUILDSPEC, STACK

_BUCKET = "bench-artifacts"


class Bench:
    """Runs actions, whose input artifacts are in the bucket."""

    def __init__(self, aws: EmbeddedAws, folder: Path) -> None:
        self._aws = aws
        self._folder = folder
        self._artifacts = Artifacts(aws.account, "p", _BUCKET, RunFolder(folder))
        aws.account.client("s3").create_bucket(Bucket=_BUCKET)
        self.put("App", {"buildspec.yml": BUILDSPEC, "build": BUILD})
        self.put("Version", {"version.json": '{"Version": "one"}'})
        self.put("Infra", {"stack.json": json.dumps(STACK), "dev.json": "{}"})

    def put(self, artifact: str, files: Mapping[str, str]) -> None:
        folder = self._folder / "files" / artifact
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
        zip_of({name: folder / name for name in files}, self._artifacts.archive(artifact))
        self._artifacts.put(artifact)

    def project(self, name: str, source: Mapping[str, str]) -> None:
        """Create a CodeBuild project, unless it is there."""
        codebuild = self._aws.account.client("codebuild")
        with contextlib.suppress(codebuild.exceptions.ResourceAlreadyExistsException):
            codebuild.create_project(
                name=name,
                source=source,
                artifacts={"type": "CODEPIPELINE"},
                environment={
                    "type": "LINUX_CONTAINER",
                    "image": "aws/codebuild/nothing:1.0",
                    "computeType": "BUILD_GENERAL1_SMALL",
                },
                serviceRole="arn:aws:iam::123456789012:role/build",
            )

    def run(self, action: Mapping[str, Any]) -> Outcome:
        """Run an action as it stands in a template."""
        stages = [{"Name": "Stage", "Actions": [action]}]
        properties = {"ArtifactStore": {"Location": _BUCKET}, "Stages": stages}
        pipeline = parse_pipeline(properties, "p", "us-east-1")
        context = Context(
            account=self._aws.account,
            local=self._aws,
            pipeline=pipeline,
            folder=RunFolder(self._folder),
            artifacts=self._artifacts,
            approve=lambda *_: (True, ""),
            builds=BuildSettings(place="shell"),
            stop=threading.Event(),
        )
        return run_action(pipeline.actions[0], context)
