"""Say what you deliver, get the plain CloudFormation that delivers it."""

from cfn_pipeline._version import __version__ as __version__
from cfn_pipeline.checks.checking import check as check
from cfn_pipeline.checks.finding import Finding as Finding
from cfn_pipeline.editions import EDITIONS as EDITIONS
from cfn_pipeline.editions.book import BOOK as BOOK
from cfn_pipeline.editions.current import CURRENT as CURRENT
from cfn_pipeline.editions.edition import Edition as Edition
from cfn_pipeline.editions.edition import StackFile as StackFile
from cfn_pipeline.editions.loading import application_template as application_template
from cfn_pipeline.editions.loading import edition as edition
from cfn_pipeline.editions.todobackend import todobackend as todobackend
from cfn_pipeline.editions.todobackend import todobackend_of_the_book as todobackend_of_the_book
from cfn_pipeline.errors import BuildspecError as BuildspecError
from cfn_pipeline.errors import CfnPipelineError as CfnPipelineError
from cfn_pipeline.errors import DeploymentError as DeploymentError
from cfn_pipeline.errors import EditionError as EditionError
from cfn_pipeline.errors import ModelError as ModelError
from cfn_pipeline.errors import OutputError as OutputError
from cfn_pipeline.errors import RehearsalError as RehearsalError
from cfn_pipeline.errors import TemplateError as TemplateError
from cfn_pipeline.model.actions import Action as Action
from cfn_pipeline.model.actions import ActionDefaults as ActionDefaults
from cfn_pipeline.model.actions import ActionType as ActionType
from cfn_pipeline.model.actions import Approve as Approve
from cfn_pipeline.model.actions import CodeBuild as CodeBuild
from cfn_pipeline.model.actions import CodeBuildTest as CodeBuildTest
from cfn_pipeline.model.application import Application as Application
from cfn_pipeline.model.approval import Approval as Approval
from cfn_pipeline.model.artifacts import Artifact as Artifact
from cfn_pipeline.model.artifacts import ArtifactFile as ArtifactFile
from cfn_pipeline.model.artifacts import ArtifactParameter as ArtifactParameter
from cfn_pipeline.model.aurora import AuroraMySql as AuroraMySql
from cfn_pipeline.model.aurora import AuroraPostgreSql as AuroraPostgreSql
from cfn_pipeline.model.aws_sources import CodeCommit as CodeCommit
from cfn_pipeline.model.aws_sources import ECRSource as ECRSource
from cfn_pipeline.model.aws_sources import S3Source as S3Source
from cfn_pipeline.model.build import Build as Build
from cfn_pipeline.model.build import ImageBuild as ImageBuild
from cfn_pipeline.model.build_parts import BuildVpc as BuildVpc
from cfn_pipeline.model.build_parts import Report as Report
from cfn_pipeline.model.cluster_releases import ECSDeploy as ECSDeploy
from cfn_pipeline.model.cluster_releases import EKSDeploy as EKSDeploy
from cfn_pipeline.model.commands import Commands as Commands
from cfn_pipeline.model.commands import ECRBuildAndPublish as ECRBuildAndPublish
from cfn_pipeline.model.compute import Ec2 as Ec2
from cfn_pipeline.model.compute import Fargate as Fargate
from cfn_pipeline.model.conditions import Condition as Condition
from cfn_pipeline.model.conditions import Rule as Rule
from cfn_pipeline.model.containers import Container as Container
from cfn_pipeline.model.containers import HealthCheck as HealthCheck
from cfn_pipeline.model.database import MySql as MySql
from cfn_pipeline.model.database import PostgreSql as PostgreSql
from cfn_pipeline.model.delivery import continuous_delivery as continuous_delivery
from cfn_pipeline.model.delivery import continuous_deployment as continuous_deployment
from cfn_pipeline.model.delivery import continuous_integration as continuous_integration
from cfn_pipeline.model.deployments import CreateChangeSet as CreateChangeSet
from cfn_pipeline.model.deployments import DeleteStack as DeleteStack
from cfn_pipeline.model.deployments import ExecuteChangeSet as ExecuteChangeSet
from cfn_pipeline.model.deployments import ReplaceFailedStack as ReplaceFailedStack
from cfn_pipeline.model.deployments import UpdateStack as UpdateStack
from cfn_pipeline.model.egress import Egress as Egress
from cfn_pipeline.model.environment import Environment as Environment
from cfn_pipeline.model.existing_database import ExistingMySql as ExistingMySql
from cfn_pipeline.model.existing_database import ExistingPostgreSql as ExistingPostgreSql
from cfn_pipeline.model.fleet import Fleet as Fleet
from cfn_pipeline.model.instance_releases import EC2Deploy as EC2Deploy
from cfn_pipeline.model.invocations import InspectorScan as InspectorScan
from cfn_pipeline.model.invocations import LambdaInvoke as LambdaInvoke
from cfn_pipeline.model.invocations import StartPipeline as StartPipeline
from cfn_pipeline.model.invocations import StepFunctions as StepFunctions
from cfn_pipeline.model.load_balancers import ListenerRule as ListenerRule
from cfn_pipeline.model.load_balancers import LoadBalancer as LoadBalancer
from cfn_pipeline.model.managed_instances import InstanceRequirements as InstanceRequirements
from cfn_pipeline.model.managed_instances import ManagedInstances as ManagedInstances
from cfn_pipeline.model.own_stack import OwnStack as OwnStack
from cfn_pipeline.model.permissions import Allow as Allow
from cfn_pipeline.model.permissions import regional_arn as regional_arn
from cfn_pipeline.model.pipeline import Pipeline as Pipeline
from cfn_pipeline.model.pipeline import Stage as Stage
from cfn_pipeline.model.pipeline import Variable as Variable
from cfn_pipeline.model.releases import LambdaDeploy as LambdaDeploy
from cfn_pipeline.model.releases import S3Deploy as S3Deploy
from cfn_pipeline.model.repositories import ECRImage as ECRImage
from cfn_pipeline.model.repositories import GitHubRepository as GitHubRepository
from cfn_pipeline.model.repositories import Repository as Repository
from cfn_pipeline.model.repositories import S3Object as S3Object
from cfn_pipeline.model.scaling import Queue as Queue
from cfn_pipeline.model.scaling import Scaling as Scaling
from cfn_pipeline.model.scheduled_tasks import ScheduledTask as ScheduledTask
from cfn_pipeline.model.secret_values import Secret as Secret
from cfn_pipeline.model.shared import Shared as Shared
from cfn_pipeline.model.shared import SharedBuildImage as SharedBuildImage
from cfn_pipeline.model.shared import SharedListener as SharedListener
from cfn_pipeline.model.sources import AzureDevOps as AzureDevOps
from cfn_pipeline.model.sources import Bitbucket as Bitbucket
from cfn_pipeline.model.sources import GitHub as GitHub
from cfn_pipeline.model.sources import GitHubOAuth as GitHubOAuth
from cfn_pipeline.model.sources import GitLab as GitLab
from cfn_pipeline.model.stack_sets import StackInstances as StackInstances
from cfn_pipeline.model.stack_sets import StackSet as StackSet
from cfn_pipeline.model.strategies import BlueGreen as BlueGreen
from cfn_pipeline.model.strategies import Canary as Canary
from cfn_pipeline.model.strategies import Linear as Linear
from cfn_pipeline.model.strategies import Rolling as Rolling
from cfn_pipeline.model.triggers import Patterns as Patterns
from cfn_pipeline.model.triggers import PullRequest as PullRequest
from cfn_pipeline.model.triggers import Push as Push
from cfn_pipeline.model.volumes import EfsVolume as EfsVolume
from cfn_pipeline.model.volumes import ExistingEfsVolume as ExistingEfsVolume
from cfn_pipeline.model.volumes import HostVolume as HostVolume
from cfn_pipeline.output import Change as Change
from cfn_pipeline.project import render as render
from cfn_pipeline.project import write as write
from cfn_pipeline.resources.s3 import private_bucket as private_bucket
from cfn_pipeline.stacks.arns import Arns as Arns
from cfn_pipeline.stacks.builders.combining import add_template as add_template
from cfn_pipeline.stacks.builders.load_balancers import (
    load_balancer_resources as load_balancer_resources,
)
from cfn_pipeline.stacks.builders.roles import deployment_resources as deployment_resources
from cfn_pipeline.stacks.builders.roles import pipeline_role as pipeline_role
from cfn_pipeline.stacks.delivery.build_role import build_role as build_role
from cfn_pipeline.stacks.delivery.codebuild import codebuild_template as codebuild_template
from cfn_pipeline.stacks.delivery.ecr import ecr_template as ecr_template
from cfn_pipeline.stacks.delivery.iam import iam_template as iam_template
from cfn_pipeline.stacks.delivery.kms import key_template as key_template
from cfn_pipeline.stacks.delivery.pipeline import pipeline_template as pipeline_template
from cfn_pipeline.stacks.delivery.regions import artifacts_template as artifacts_template
from cfn_pipeline.stacks.environment.home import Home as Home
from cfn_pipeline.stacks.environment.names import action_role as action_role
from cfn_pipeline.stacks.environment.names import deployment_role as deployment_role
from cfn_pipeline.stacks.environment.names import reader_role as reader_role
from cfn_pipeline.stacks.environment.template import environment_template as environment_template
from cfn_pipeline.template import emit as emit
from cfn_pipeline.template import load as load

__all__ = [
    "BOOK",
    "CURRENT",
    "EDITIONS",
    "Action",
    "ActionDefaults",
    "ActionType",
    "Allow",
    "Application",
    "Approval",
    "Approve",
    "Arns",
    "Artifact",
    "ArtifactFile",
    "ArtifactParameter",
    "AuroraMySql",
    "AuroraPostgreSql",
    "AzureDevOps",
    "Bitbucket",
    "BlueGreen",
    "Build",
    "BuildVpc",
    "BuildspecError",
    "Canary",
    "CfnPipelineError",
    "Change",
    "CodeBuild",
    "CodeBuildTest",
    "CodeCommit",
    "Commands",
    "Condition",
    "Container",
    "CreateChangeSet",
    "DeleteStack",
    "DeploymentError",
    "EC2Deploy",
    "ECRBuildAndPublish",
    "ECRImage",
    "ECRSource",
    "ECSDeploy",
    "EKSDeploy",
    "Ec2",
    "Edition",
    "EditionError",
    "EfsVolume",
    "Egress",
    "Environment",
    "ExecuteChangeSet",
    "ExistingEfsVolume",
    "ExistingMySql",
    "ExistingPostgreSql",
    "Fargate",
    "Finding",
    "Fleet",
    "GitHub",
    "GitHubOAuth",
    "GitHubRepository",
    "GitLab",
    "HealthCheck",
    "Home",
    "HostVolume",
    "ImageBuild",
    "InspectorScan",
    "InstanceRequirements",
    "LambdaDeploy",
    "LambdaInvoke",
    "Linear",
    "ListenerRule",
    "LoadBalancer",
    "ManagedInstances",
    "ModelError",
    "MySql",
    "OutputError",
    "OwnStack",
    "Patterns",
    "Pipeline",
    "PostgreSql",
    "PullRequest",
    "Push",
    "Queue",
    "RehearsalError",
    "ReplaceFailedStack",
    "Report",
    "Repository",
    "Rolling",
    "Rule",
    "S3Deploy",
    "S3Object",
    "S3Source",
    "Scaling",
    "ScheduledTask",
    "Secret",
    "Shared",
    "SharedBuildImage",
    "SharedListener",
    "StackFile",
    "StackInstances",
    "StackSet",
    "Stage",
    "StartPipeline",
    "StepFunctions",
    "TemplateError",
    "UpdateStack",
    "Variable",
    "__version__",
    "action_role",
    "add_template",
    "application_template",
    "artifacts_template",
    "build_role",
    "check",
    "codebuild_template",
    "continuous_delivery",
    "continuous_deployment",
    "continuous_integration",
    "deployment_resources",
    "deployment_role",
    "ecr_template",
    "edition",
    "emit",
    "environment_template",
    "iam_template",
    "key_template",
    "load",
    "load_balancer_resources",
    "pipeline_role",
    "pipeline_template",
    "private_bucket",
    "reader_role",
    "regional_arn",
    "render",
    "todobackend",
    "todobackend_of_the_book",
    "write",
]
