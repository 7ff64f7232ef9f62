"""What the providers of actions take and give, as data.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
"""

from collections.abc import Mapping
from typing import NamedTuple

from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER


class Provider(NamedTuple):
    """One kind of action.

    Args:
        inputs: how few and how many input artifacts.
        outputs: how few and how many output artifacts.
        required: the settings without which the pipeline, or the action, fails.
        optional: the settings that may be given besides.
        variables: the variables that it sets; None: others decide which.
        v2: whether pipelines of type V1 refuse it.
        counted_by_cfn_lint: whether cfn-lint (E3702) knows how many artifacts it takes.

    """

    inputs: tuple[int, int]
    outputs: tuple[int, int]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    variables: tuple[str, ...] | None = None
    v2: bool = False
    counted_by_cfn_lint: bool = False

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings that there are; none where not all of them are known."""
        return (*self.required, *self.optional) if self.optional else ()


_NONE, _ONE = (0, 0), (1, 1)
_COMMIT = ("AuthorDate", "BranchName", "CommitId", "CommitMessage")

_CODEBUILD = Provider(
    inputs=(1, 5),
    outputs=(0, 5),
    required=("ProjectName",),
    optional=(
        *("BatchEnabled", "BuildspecOverride", "CombineArtifacts", "EnvironmentVariables"),
        *("PrimarySource", "ServiceRoleArnOverride"),
    ),
    counted_by_cfn_lint=True,
)

#: The keys of an ActionTypeId, all of which are required, and the version of AWS's own actions.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-requirements.html
ACTION_TYPE_KEYS = ("Category", "Owner", "Provider", "Version")
ACTION_TYPE_VERSION = "1"

#: By category, owner and provider.
PROVIDERS: Mapping[tuple[str | None, str | None, str | None], Provider] = {
    ("Source", "AWS", "S3"): Provider(
        inputs=_NONE,
        outputs=_ONE,
        required=("S3Bucket", "S3ObjectKey"),
        optional=("AllowOverrideForS3ObjectKey", "PollForSourceChanges"),
        variables=("BucketName", "ETag", "ObjectKey", "VersionId"),
        counted_by_cfn_lint=True,
    ),
    ("Source", "AWS", "CodeCommit"): Provider(
        inputs=_NONE,
        outputs=_ONE,
        required=("RepositoryName", "BranchName"),
        optional=("OutputArtifactFormat", "PollForSourceChanges"),
        variables=(*_COMMIT, "CommitterDate", "RepositoryName"),
        counted_by_cfn_lint=True,
    ),
    ("Source", "AWS", "ECR"): Provider(
        inputs=_NONE,
        outputs=_ONE,
        required=("RepositoryName",),
        optional=("ImageTag",),
        variables=("ImageDigest", "ImageTag", "ImageURI", "RegistryId", "RepositoryName"),
        counted_by_cfn_lint=True,
    ),
    ("Source", "AWS", CONNECTION_PROVIDER): Provider(
        inputs=_NONE,
        outputs=_ONE,
        required=("ConnectionArn", "FullRepositoryId", "BranchName"),
        optional=("DetectChanges", "OutputArtifactFormat"),
        # The reference lists some of these, the console shows the others, too.
        variables=(
            *(*_COMMIT, "AuthorDisplayName", "AuthorEmail", "AuthorId", "ConnectionArn"),
            *("FullRepositoryName", "ProviderType", "PullRequestId", "PullRequestTitle"),
            *("DestinationBranchName", "TagName"),
        ),
    ),
    ("Source", "ThirdParty", "GitHub"): Provider(
        inputs=_NONE,
        outputs=_ONE,
        required=("Owner", "Repo", "Branch", "OAuthToken"),
        optional=("PollForSourceChanges",),
        variables=(*_COMMIT, "CommitterDate", "CommitUrl", "RepositoryName"),
        counted_by_cfn_lint=True,
    ),
    ("Build", "AWS", "CodeBuild"): _CODEBUILD,
    ("Test", "AWS", "CodeBuild"): _CODEBUILD,
    ("Build", "AWS", "ECRBuildAndPublish"): Provider(
        inputs=_ONE,
        outputs=(0, 1),
        required=("ECRRepositoryName",),
        optional=("DockerFilePath", "ImageTags", "RegistryType"),
        variables=("ECRImageDigestId", "ECRRepositoryName"),
        v2=True,
    ),
    ("Compute", "AWS", "Commands"): Provider(inputs=(1, 10), outputs=(0, 1), v2=True),
    ("Deploy", "AWS", "CloudFormation"): Provider(
        inputs=(0, 10),
        outputs=(0, 1),
        required=("ActionMode", "StackName"),
        optional=(
            *("Capabilities", "ChangeSetName", "OutputFileName", "ParameterOverrides", "RoleArn"),
            *("TemplateConfiguration", "TemplatePath"),
        ),
        counted_by_cfn_lint=True,
    ),
    ("Deploy", "AWS", "CloudFormationStackSet"): Provider(
        inputs=(1, 3),
        outputs=(0, 1),
        required=("StackSetName", "TemplatePath"),
    ),
    ("Deploy", "AWS", "CloudFormationStackInstances"): Provider(
        inputs=(0, 3),
        outputs=(0, 1),
        required=("StackSetName", "Regions"),
    ),
    ("Deploy", "AWS", "CodeDeploy"): Provider(
        inputs=_ONE,
        outputs=_NONE,
        required=("ApplicationName", "DeploymentGroupName"),
        counted_by_cfn_lint=True,
    ),
    ("Deploy", "AWS", "CodeDeployToECS"): Provider(
        inputs=(1, 5),
        outputs=_NONE,
        required=(
            *("ApplicationName", "DeploymentGroupName"),
            *("TaskDefinitionTemplateArtifact", "AppSpecTemplateArtifact"),
        ),
        optional=("TaskDefinitionTemplatePath", "AppSpecTemplatePath"),
    ),
    ("Deploy", "AWS", "ECS"): Provider(
        inputs=_ONE,
        outputs=_NONE,
        required=("ClusterName", "ServiceName"),
        optional=("DeploymentTimeout", "FileName"),
        counted_by_cfn_lint=True,
    ),
    ("Deploy", "AWS", "S3"): Provider(
        inputs=_ONE,
        outputs=_NONE,
        required=("BucketName", "Extract"),
        optional=("CacheControl", "CannedACL", "KMSEncryptionKeyARN", "ObjectKey"),
        counted_by_cfn_lint=True,
    ),
    ("Deploy", "AWS", "ElasticBeanstalk"): Provider(
        inputs=_ONE,
        outputs=_NONE,
        required=("ApplicationName", "EnvironmentName"),
        counted_by_cfn_lint=True,
    ),
    ("Deploy", "AWS", "ServiceCatalog"): Provider(
        inputs=_ONE,
        outputs=_NONE,
        required=("ProductId",),
        counted_by_cfn_lint=True,
    ),
    ("Deploy", "AWS", "AppConfig"): Provider(
        inputs=_ONE,
        outputs=_NONE,
        required=(
            *("Application", "Environment", "ConfigurationProfile"),
            "InputArtifactConfigurationPath",
        ),
        optional=("DeploymentStrategy",),
    ),
    ("Deploy", "AWS", "EKS"): Provider(
        inputs=_ONE,
        outputs=_NONE,
        required=("ClusterName",),
        optional=(
            *("HelmChartLocation", "HelmReleaseName", "HelmValuesFiles", "ManifestFiles"),
            *("Namespace", "SecurityGroupIds", "Subnets"),
        ),
        variables=("EKSClusterName",),
        v2=True,
    ),
    ("Deploy", "AWS", "EC2"): Provider(
        inputs=_ONE,
        outputs=_NONE,
        required=("InstanceTagKey", "InstanceType"),
        optional=(
            *("DeploySpec", "InstanceTagValue", "MaxBatch", "MaxError", "PostScript", "PreScript"),
            *("TargetDirectory", "TargetGroupNameList"),
        ),
        v2=True,
    ),
    ("Deploy", "AWS", "Lambda"): Provider(
        inputs=(0, 1),
        outputs=(0, 1),
        required=("FunctionName",),
        optional=("Alarms", "DeployStrategy", "FunctionAlias", "PublishedTargetVersion"),
        variables=("FunctionVersion",),
        v2=True,
    ),
    ("Approval", "AWS", "Manual"): Provider(
        inputs=_NONE,
        outputs=_NONE,
        optional=("CustomData", "ExternalEntityLink", "NotificationArn"),
        counted_by_cfn_lint=True,
    ),
    ("Invoke", "AWS", "Lambda"): Provider(
        inputs=(0, 5),
        outputs=(0, 5),
        required=("FunctionName",),
        optional=("UserParameters",),
        counted_by_cfn_lint=True,
    ),
    ("Invoke", "AWS", "StepFunctions"): Provider(
        inputs=(0, 1),
        outputs=(0, 1),
        required=("StateMachineArn",),
        optional=("ExecutionNamePrefix", "Input", "InputType"),
        variables=("ExecutionArn", "StateMachineArn"),
    ),
    ("Invoke", "AWS", "CodePipeline"): Provider(
        inputs=_NONE,
        outputs=_NONE,
        required=("PipelineName",),
        optional=("SourceRevisions", "Variables"),
        v2=True,
    ),
    ("Invoke", "AWS", "InspectorScan"): Provider(
        inputs=(0, 1), outputs=(0, 1), required=("InspectorRunMode",)
    ),
    ("Test", "AWS", "DeviceFarm"): Provider(
        inputs=_ONE,
        outputs=_NONE,
        required=("App", "AppType", "DevicePoolArn", "ProjectId", "TestType"),
        counted_by_cfn_lint=True,
    ),
}

#: The settings that name an artifact, by provider.
ARTIFACT_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "CodeDeployToECS": (
        *("TaskDefinitionTemplateArtifact", "AppSpecTemplateArtifact"),
        *(f"Image{number}ArtifactName" for number in (1, 2, 3, 4)),
    ),
}
