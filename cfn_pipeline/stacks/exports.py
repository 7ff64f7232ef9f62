"""The names under which stacks hand values to each other.

A stack that is imported from cannot be deleted before its importers, and is deployed before them.
"""

from troposphere import Export, ImportValue, Output

from cfn_pipeline.model.values import Value

__all__ = [
    "build_project",
    "build_role",
    "deployment_role",
    "export",
    "pipeline_role",
    "secrets_key",
    "take",
]


def secrets_key() -> str:
    """Return the export of the ARN of the key that encrypts secrets: one for all applications."""
    return "secrets-key"


def pipeline_role(pipeline: str) -> str:
    """Return the export of the ARN of the role with which a pipeline works."""
    return f"{pipeline}-pipeline-role"


def build_role(pipeline: str) -> str:
    """Return the export of the ARN of the role with which a pipeline's builds work."""
    return f"{pipeline}-build-role"


def deployment_role(pipeline: str) -> str:
    """Return the export of the ARN of the role with which CloudFormation deploys."""
    return f"{pipeline}-deployment-role"


def build_project(pipeline: str) -> str:
    """Return the export of the name of the project that a pipeline builds."""
    return f"{pipeline}-build-project"


def export(title: str, *, description: str, value: Value, name: str) -> Output:
    """Make an output that other stacks can import."""
    return Output(title, Description=description, Value=value, Export=Export(name))


def take(name: str) -> Value:
    """Import what another stack exports under ``name``."""
    return ImportValue(name)
