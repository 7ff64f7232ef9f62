"""Where AWS's user guides are."""

CLOUDFORMATION = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
CODEBUILD = "https://docs.aws.amazon.com/codebuild/latest/userguide"
CODEPIPELINE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"
