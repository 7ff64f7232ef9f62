"""The image in which the application is built: Docker in Docker, with make and the AWS CLI."""

from cfn_pipeline.model.application import Application


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
    if not application.makes_build_image:
        return None
    return f"""\
FROM {base}

RUN apk add --no-cache aws-cli bash make
"""
