"""Say what you deliver, get the plain CloudFormation that delivers it."""

from cfn_pipeline._version import __version__
from cfn_pipeline.checks import Finding, check
from cfn_pipeline.editions import BOOK, CURRENT, EDITIONS, edition
from cfn_pipeline.errors import (
    CfnPipelineError,
    EditionError,
    ModelError,
    OutputError,
    RehearsalError,
    TemplateError,
)
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType, Approve, CodeBuild
from cfn_pipeline.model.application import Application, Database, GitHubRepository, Instances
from cfn_pipeline.model.artifacts import Artifact, ArtifactFile, ArtifactParameter
from cfn_pipeline.model.conditions import Condition, Rule
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.delivery import (
    continuous_delivery,
    continuous_deployment,
    continuous_integration,
)
from cfn_pipeline.model.deployments import (
    CreateChangeSet,
    DeleteStack,
    ExecuteChangeSet,
    ReplaceFailedStack,
    UpdateStack,
)
from cfn_pipeline.model.edition import Edition, StackFile
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.pipeline import Pipeline, Stage
from cfn_pipeline.model.sources import GitHub, GitHubOAuth
from cfn_pipeline.model.todobackend import todobackend, todobackend_of_the_book
from cfn_pipeline.model.triggers import Patterns, PullRequest, Push
from cfn_pipeline.output import Change
from cfn_pipeline.project import render, write
from cfn_pipeline.stacks.application import application_template
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.codebuild import codebuild_template
from cfn_pipeline.stacks.ecr import ecr_template
from cfn_pipeline.stacks.iam import iam_template
from cfn_pipeline.stacks.kms import key_template
from cfn_pipeline.stacks.pipeline import pipeline_template
from cfn_pipeline.template import emit, load

__all__ = [
    "BOOK",
    "CURRENT",
    "EDITIONS",
    "Action",
    "ActionDefaults",
    "ActionType",
    "Application",
    "Approve",
    "Arns",
    "Artifact",
    "ArtifactFile",
    "ArtifactParameter",
    "CfnPipelineError",
    "Change",
    "CodeBuild",
    "Condition",
    "Container",
    "CreateChangeSet",
    "Database",
    "DeleteStack",
    "Edition",
    "EditionError",
    "Environment",
    "ExecuteChangeSet",
    "Finding",
    "GitHub",
    "GitHubOAuth",
    "GitHubRepository",
    "Instances",
    "ModelError",
    "OutputError",
    "Patterns",
    "Pipeline",
    "PullRequest",
    "Push",
    "RehearsalError",
    "ReplaceFailedStack",
    "Rule",
    "StackFile",
    "Stage",
    "TemplateError",
    "UpdateStack",
    "__version__",
    "application_template",
    "check",
    "codebuild_template",
    "continuous_delivery",
    "continuous_deployment",
    "continuous_integration",
    "ecr_template",
    "edition",
    "emit",
    "iam_template",
    "key_template",
    "load",
    "pipeline_template",
    "render",
    "todobackend",
    "todobackend_of_the_book",
    "write",
]
