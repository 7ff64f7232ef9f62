"""Facts of CodeBuild.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_EnvironmentVariable.html
"""

from collections.abc import Mapping

from cfn_pipeline.aws.pipelines import Range

#: What the value of a build's environment variable is: the value, or where it is kept.
VARIABLE_TYPES = ("PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER")

#: The call by which a build reads the value of a variable that is kept elsewhere.
#: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
VARIABLE_CALLS: Mapping[str, str] = {
    "PARAMETER_STORE": "ssm:GetParameters",
    "SECRETS_MANAGER": "secretsmanager:GetSecretValue",
}

#: The calls that make and delete a build's network interface, and the call that lets CodeBuild
#: use it.
INTERFACE_CALLS = ("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface")
INTERFACE_PERMISSION_CALL = "ec2:CreateNetworkInterfacePermission"

#: The calls by which a build finds its network.
NETWORK_READING_CALLS = (
    *("ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups"),
    *("ec2:DescribeSubnets", "ec2:DescribeVpcs"),
)

#: The calls by which a build joins a VPC.
#: https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
NETWORK_CALLS = tuple(sorted((*INTERFACE_CALLS, INTERFACE_PERMISSION_CALL, *NETWORK_READING_CALLS)))

#: The subnets and security groups of a project.
#: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_VpcConfig.html
VPC_SUBNETS = Range(1, 16)
VPC_SECURITY_GROUPS = Range(1, 5)

#: The formats of test reports; the first is that of a buildspec that names none.
#: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
REPORT_FORMATS = (
    *("JUNITXML", "CUCUMBERJSON", "NUNITXML", "NUNIT3XML", "TESTNGXML", "VISUALSTUDIOTRX"),
)
COVERAGE_FORMATS = ("CLOVERXML", "COBERTURAXML", "JACOCOXML", "SIMPLECOV")

#: The calls by which a build writes reports, and those of code coverage.
#: https://docs.aws.amazon.com/codebuild/latest/userguide/test-permissions.html
REPORT_CALLS = (
    *("codebuild:CreateReportGroup", "codebuild:CreateReport", "codebuild:UpdateReport"),
    "codebuild:BatchPutTestCases",
)
COVERAGE_CALL = "codebuild:BatchPutCodeCoverages"

#: Where a build keeps files for the next one. LOCAL: on the host on which it ran, which cannot be
#: in a VPC or of the largest compute type.
#: https://docs.aws.amazon.com/codebuild/latest/userguide/build-caching.html
CACHES = ("LOCAL", "S3")
TYPES_WITHOUT_LOCAL_CACHE = ("BUILD_GENERAL1_2XLARGE",)

#: The calls by which builds write their logs, to a group that exists.
#: https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
LOG_CALLS = ("logs:CreateLogStream", "logs:PutLogEvents")

#: Images with Docker from before 2019, which run privileged by themselves.
#: https://github.com/awslabs/ecs-refarch-continuous-deployment/pull/36
RETIRED_IMAGES = "aws/codebuild/docker:"

#: https://docs.aws.amazon.com/codebuild/latest/userguide/ec2-compute-images.html
CURRENT_IMAGE = "aws/codebuild/standard:7.0"

#: What the names of CodeBuild's own images begin with; it pulls them itself.
OWN_IMAGES = "aws/codebuild/"

#: The names of variables that CodeBuild sets.
RESERVED_VARIABLES = "CODEBUILD_"

#: How long a build may run, in minutes.
#: https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
BUILD_MINUTES = Range(5, 2160)

#: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html
COMPUTE_TYPES = (
    *("BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"),
    *("BUILD_GENERAL1_XLARGE", "BUILD_GENERAL1_2XLARGE"),
)

#: The type of a build's environment, by architecture.
ARCHITECTURES: Mapping[str, str] = {"X86_64": "LINUX_CONTAINER", "ARM64": "ARM_CONTAINER"}

#: The architecture for which CodePipeline builds images itself.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECRBuildAndPublish.html
IMAGE_ARCHITECTURE = "X86_64"

#: The platform of an image, as Docker calls it, by architecture.
PLATFORMS: Mapping[str, str] = {"X86_64": "amd64", "ARM64": "arm64"}
