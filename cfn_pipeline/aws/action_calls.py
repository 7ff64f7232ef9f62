"""The calls that a role must be allowed for an action, besides those on artifacts.

Only what is needed in any case: further calls depend on settings and on the resources. Each
provider's page lists them under "Service role permissions":
https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
"""

from collections.abc import Mapping

from cfn_pipeline.aws.codebuild import LOG_CALLS

#: By category and provider. Those for CloudFormation are in ``cloudformation.ACTION_MODES``.
ACTION_CALLS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Source", "ECR"): ("ecr:DescribeImages",),
    ("Build", "ECRBuildAndPublish"): (
        *("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:PutImage"),
        *("ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart"),
    ),
    ("Compute", "Commands"): LOG_CALLS,
    ("Deploy", "AppConfig"): ("appconfig:StartDeployment", "appconfig:GetDeployment"),
    ("Deploy", "CloudFormationStackInstances"): (
        *("cloudformation:CreateStackInstances", "cloudformation:DescribeStackSetOperation"),
    ),
    ("Deploy", "CloudFormationStackSet"): (
        *("cloudformation:CreateStackSet", "cloudformation:UpdateStackSet"),
        *("cloudformation:DescribeStackSet", "cloudformation:DescribeStackSetOperation"),
    ),
    ("Deploy", "CodeDeploy"): (
        *("codedeploy:CreateDeployment", "codedeploy:GetApplicationRevision"),
        *("codedeploy:GetDeployment", "codedeploy:GetDeploymentConfig"),
        "codedeploy:RegisterApplicationRevision",
    ),
    ("Deploy", "CodeDeployToECS"): (
        *("codedeploy:CreateDeployment", "codedeploy:GetApplicationRevision"),
        *("codedeploy:GetDeployment", "codedeploy:GetDeploymentConfig"),
        *("codedeploy:RegisterApplicationRevision", "ecs:RegisterTaskDefinition"),
    ),
    ("Deploy", "ECS"): (
        *("ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"),
        "ecs:UpdateService",
    ),
    ("Deploy", "EC2"): (
        *("ec2:DescribeInstances", "ssm:CancelCommand", "ssm:DescribeInstanceInformation"),
        *("ssm:ListCommandInvocations", "ssm:SendCommand"),
    ),
    ("Deploy", "EKS"): ("eks:DescribeCluster",),
    ("Deploy", "ElasticBeanstalk"): (
        *("elasticbeanstalk:CreateApplicationVersion", "elasticbeanstalk:UpdateEnvironment"),
    ),
    ("Deploy", "Lambda"): ("lambda:GetFunctionConfiguration",),
    ("Deploy", "ServiceCatalog"): (
        *("servicecatalog:CreateProvisioningArtifact", "servicecatalog:ListProvisioningArtifacts"),
        "servicecatalog:DescribeProvisioningArtifact",
    ),
    ("Invoke", "CodePipeline"): ("codepipeline:StartPipelineExecution",),
    ("Invoke", "InspectorScan"): ("inspector-scan:ScanSbom",),
    ("Invoke", "StepFunctions"): ("states:DescribeExecution",),
    ("Test", "DeviceFarm"): (
        *("devicefarm:CreateUpload", "devicefarm:GetRun", "devicefarm:GetUpload"),
        *("devicefarm:ListDevicePools", "devicefarm:ListProjects", "devicefarm:ScheduleRun"),
    ),
}

#: What a source of CodeCommit calls besides, where it passes the files themselves.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
CODECOMMIT_CALLS = ("codecommit:GetBranch", "codecommit:GetCommit")
CODECOMMIT_ARCHIVE_CALLS = ("codecommit:UploadArchive", "codecommit:GetUploadArchiveStatus")

#: What a deployment of a function calls for new code, and for an alias.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-LambdaDeploy.html
LAMBDA_CODE_CALLS = ("lambda:PublishVersion", "lambda:UpdateFunctionCode")
LAMBDA_ALIAS_CALLS = ("lambda:GetAlias", "lambda:UpdateAlias")

#: What a deployment to instances calls besides, where they are targets of load balancers.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-EC2Deploy.html
TARGET_READING_CALLS = (
    *("elasticloadbalancing:DescribeTargetGroupAttributes",),
    *("elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"),
)
TARGET_CALLS = (
    *("elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"),
)

#: What a deployment to a cluster calls to look at the cluster's network.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/tutorials-eks-deploy.html
CLUSTER_NETWORK_CALLS = (
    *("ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables"),
    *("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
)
