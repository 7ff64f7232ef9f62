"""The source of the application stack's inline functions.

Each module is the whole of one Lambda function: Lambda gets its text (CloudFormation's ZipFile),
so a module imports the standard library, boto3 and cfnresponse, and nothing of this package.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
"""

from pathlib import Path


def source(module: str) -> str:
    """Return the text of a module of this package, by its name without ``.py``."""
    return Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
