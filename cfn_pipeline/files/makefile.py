"""The Makefile of the deployment folder: every stack is deployed and removed with the AWS CLI.

https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cfn_pipeline.aws.codebuild import PLATFORMS
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a stack is.

    Args:
        name: of the environment whose place it is; None: it is the pipeline's.
        account: the account's number; None: that of the pipeline, whatever it is.
        region: None: that of the pipeline, likewise.
        profile: of the AWS CLI, by which the account is reached; None: the default one.

    """

    name: str | None = None
    account: str | None = None
    region: str | None = None
    profile: str | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """A stack, as ``make deploy/`` and ``make remove/`` call it.

    Args:
        name: such as ``kms`` or ``dev``.
        file: its template.
        stack: its name.
        capabilities: what its deployment must acknowledge.
        environment: whose configuration file has its parameters; None: it has none.
        place: account and region.

    """

    name: str
    file: str
    stack: str
    capabilities: Sequence[str] = ()
    environment: Environment | None = None
    place: Place = Place()


_HEAD = """\
# Deploys and removes the stacks of {title} with the AWS CLI. jq reads the configuration files.
# PARAMETERS="A=1 B=2" sets parameters, S3_BUCKET=name is for templates above 51,200 bytes.

DEPLOY = aws cloudformation deploy --no-fail-on-empty-changeset $(if $(S3_BUCKET),--s3-bucket $(S3_BUCKET))
OVERRIDES = $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS))

# The parameters of a configuration file as words for the shell; those of the command line come last, and win.
WORDS = .Parameters | to_entries | map(@sh "\\(.key)=\\(.value)") | join(" ")

define remove
aws cloudformation delete-stack --stack-name $(1)
aws cloudformation wait stack-delete-complete --stack-name $(1)
endef

help:
	@echo "make deploy/..., in this order: {deploy}"
{help}	@echo "make remove/..., in this order: {remove}"
"""  # noqa: E501 - a line of a recipe is a line
_HELP = """\
	@echo "make build-image, after deploy/ecr: builds and pushes the image in which {title} is built"
"""  # noqa: E501
_BUILD_IMAGE = """
BUILD_IMAGE = $(shell aws ecr describe-repositories --repository-names {repository} --query 'repositories[0].repositoryUri' --output text):latest

build-image:
	aws ecr get-login-password | docker login --username AWS --password-stdin $(firstword $(subst /, ,$(BUILD_IMAGE)))
	docker build --platform linux/{platform} --file Dockerfile.codebuild --tag $(BUILD_IMAGE) .
	docker push $(BUILD_IMAGE)
"""  # noqa: E501 - a line of a recipe is a line


def makefile(application: Application, targets: Sequence[Target]) -> str:
    """Return the Makefile.

    Args:
        application: what is deployed.
        targets: its stacks, in the order in which they are deployed.

    """
    names = [target.name for target in targets]
    has_image = application.has_build_image
    head = _HEAD.format(
        title=application.name,
        help=_HELP.format(title=application.name) if has_image else "",
        deploy=" ".join(names),
        remove=" ".join(reversed(names)),
    )
    if has_image:
        head += _BUILD_IMAGE.format(
            repository=application.build_image_repository_name,
            platform=PLATFORMS[application.architecture],
        )
    goals = [*(f"deploy/{name}" for name in names), *(f"remove/{name}" for name in names)]
    return "\n".join(
        [
            head,
            *map(_deploy, targets),
            *(f"remove/{t.name}:\n\t$(call remove,{t.stack})\n" for t in reversed(targets)),
            f".PHONY: help {'build-image ' * has_image}{' '.join(goals)}\n",
        ]
    )


def _deploy(target: Target) -> str:
    command = f"$(DEPLOY) --template-file {target.file} --stack-name {target.stack}"
    if target.capabilities:
        command += f" --capabilities {' '.join(target.capabilities)}"
    if target.environment is None:
        command += " $(OVERRIDES)"
    else:
        read = f"parameters=$$(jq -r '$(WORDS)' {target.environment.name}.json)"
        command = f'{read} && eval {command} --parameter-overrides "$$parameters" $(PARAMETERS)'
    return f"deploy/{target.name}:\n\t{command}\n"
