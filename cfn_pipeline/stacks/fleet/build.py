"""The build that renders a fleet's configuration."""

import posixpath

from troposphere import ImportValue, Ref, Template
from troposphere.codebuild import (
    Artifacts,
    CloudWatchLogs,
    Environment,
    LogsConfig,
    Project,
    Source,
)
from troposphere.logs import LogGroup

from cfn_pipeline._version import __version__
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.fleet.pipeline import CHANGES, PIPELINE
from cfn_pipeline.stacks.stack import DELETE, Stack

PROJECT = "BuildProject"
LOG_GROUP = "BuildLogGroup"

_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
_LOG_DAYS = 365
_BUILDSPEC = """\
version: 0.2
env:
  exported-variables: [{changes}, {pipeline}]
phases:
  install:
    commands:
      - pip install --quiet '{package}'
  build:
    commands:
      - cd {folder}
      - cfn-pipeline render --config {file}
      - (for file in */.cfn-pipeline.json; do cfn-pipeline check "${{file%/*}}" || exit 1; done)
      - cfn-pipeline fleet --config {file} --variables .fleet.env
      - . ./.fleet.env
artifacts:
  base-directory: {folder}
  files: ['**/*']
"""


def build_template(fleet: Fleet, *, file: str) -> Template:
    """Make the project that renders the configuration, and its log group.

    Args:
        fleet: the fleet.
        file: the name of the configuration file.

    """
    stack = Stack(f"Build that renders the applications of {fleet.name}", name=fleet.name)
    buildspec = _BUILDSPEC.format(
        changes=CHANGES,
        pipeline=PIPELINE,
        package=fleet.package or f"cfn-pipeline[deploy]=={fleet.version or __version__}",
        folder=fleet.source.folder or ".",
        file=posixpath.basename(file),
    )
    stack.add(
        Project(
            PROJECT,
            Name=fleet.name,
            Description=f"Renders and checks the applications of {fleet.name}",
            ServiceRole=ImportValue(exports.build_role(fleet.name)),
            Source=Source(Type="CODEPIPELINE", BuildSpec=buildspec),
            Artifacts=Artifacts(Type="CODEPIPELINE"),
            Environment=Environment(
                Type="LINUX_CONTAINER", ComputeType="BUILD_GENERAL1_SMALL", Image=_IMAGE
            ),
            EncryptionKey=stack.key,
            LogsConfig=LogsConfig(
                CloudWatchLogs=CloudWatchLogs(Status="ENABLED", GroupName=Ref(LOG_GROUP))
            ),
            TimeoutInMinutes=60,
        ),
        LogGroup(
            LOG_GROUP,
            **DELETE,
            LogGroupName=f"/aws/codebuild/{fleet.name}",
            RetentionInDays=_LOG_DAYS,
            KmsKeyId=stack.key,
        ),
    )
    stack.output(
        PROJECT, "Name of the project", Ref(PROJECT), export=exports.build_project(fleet.name)
    )
    return stack.template
