"""The names of exports, with which stacks pass values to each other.

A stack that is imported from cannot be deleted before its importers, and is deployed before them.
"""

#: The ARN of the key that encrypts secrets: one for all applications, in the book edition.
SECRETS_KEY = "secrets-key"


def key(name: str) -> str:
    """Return the export of the ARN of the key of a pipeline, or of an application's stack."""
    return f"{name}-key"


def connection(name: str) -> str:
    """Return the export of the ARN of the connection that applications share."""
    return f"{name}-connection"


def listener(name: str) -> str:
    """Return the export of the ARN of the listener that applications share."""
    return f"{name}-listener"


def listener_security_group(name: str) -> str:
    """Return the export of the id of the security group of that listener's load balancer."""
    return f"{name}-listener-security-group"


def pipeline_role(pipeline: str) -> str:
    """Return the export of the ARN of a pipeline's role."""
    return f"{pipeline}-pipeline-role"


def build_role(pipeline: str) -> str:
    """Return the export of the ARN of the role of a pipeline's builds."""
    return f"{pipeline}-build-role"


def deployment_role(pipeline: str) -> str:
    """Return the export of the ARN of the role that deploys all stacks of a pipeline."""
    return f"{pipeline}-deployment-role"


def boundary(name: str) -> str:
    """Return the export of the ARN of the boundary of the roles of a stack, or of a pipeline's."""
    return f"{name}-boundary"


def build_project(pipeline: str) -> str:
    """Return the export of the name of a pipeline's project."""
    return f"{pipeline}-build-project"


def log_bucket(stack: str) -> str:
    """Return the export of the name of the bucket for the access logs of an application's stack."""
    return f"{stack}-log-bucket"


def images(stack: str) -> str:
    """Return the export of the address of the repository from which a stack pulls its images."""
    return f"{stack}-images"


def image_repository(stack: str) -> str:
    """Return the export of the ARN of that repository."""
    return f"{stack}-image-repository"
