"""The names of exports, with which stacks pass values to each other.

A stack that is imported from cannot be deleted before its importers, and is deployed before them.
"""

#: The ARN of the key that encrypts secrets: one for all applications, in the book edition.
SECRETS_KEY = "secrets-key"


def key(pipeline: str) -> str:
    """Return the export of the ARN of the key that encrypts an application's data."""
    return f"{pipeline}-key"


def pipeline_role(pipeline: str) -> str:
    """Return the export of the ARN of a pipeline's role."""
    return f"{pipeline}-pipeline-role"


def build_role(pipeline: str) -> str:
    """Return the export of the ARN of the role of a pipeline's builds."""
    return f"{pipeline}-build-role"


def deployment_role(pipeline: str) -> str:
    """Return the export of the ARN of CloudFormation's role."""
    return f"{pipeline}-deployment-role"


def boundary(pipeline: str) -> str:
    """Return the export of the ARN of the permissions boundary of an application's roles."""
    return f"{pipeline}-boundary"


def build_project(pipeline: str) -> str:
    """Return the export of the name of a pipeline's project."""
    return f"{pipeline}-build-project"


def log_bucket(pipeline: str) -> str:
    """Return the export of the name of the bucket for access logs."""
    return f"{pipeline}-log-bucket"
