"""The image in which the application is built: Docker in Docker, with make and the AWS CLI."""

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.shared import Shared


def installing_by_pip(application: Application, *, base: str) -> str:  # noqa: ARG001
    """Return a Dockerfile.codebuild with Docker Compose and the AWS CLI from PyPI."""
    return f"""\
FROM {base}

RUN apk add --no-cache bash make python3 && \\
    pip3 install --no-cache-dir docker-compose awscli
"""


def installing_by_apk(application: Application, *, base: str) -> str | None:
    """Return a Dockerfile.codebuild with the AWS CLI from Alpine's packages; None: it makes none.

    Docker Compose is in the base image, as a plugin.
    """
    return _apk(base) if application.makes_build_image else None


def shared_installing_by_apk(shared: Shared, *, base: str) -> str | None:
    """Return the same for the image that applications share; None: they share none."""
    return None if shared.build_image is None else _apk(base)


def _apk(base: str) -> str:
    return f"""\
FROM {base}

RUN apk add --no-cache aws-cli bash make
"""
