"""What the application's repository needs for its builds: the Makefile that buildspec.yml calls."""

from cfn_pipeline.model.application import Application

_MAKEFILE = """\
# What buildspec.yml calls: login, test, release, publish, version; clean and logout at the end.
# The Dockerfile needs the stages "test", whose command runs the tests, and "release".
.PHONY: login test release publish version clean logout

# Where images go. CodeBuild sets it; elsewhere it follows from the account of the AWS CLI.
ACCOUNT = $(shell aws sts get-caller-identity --query Account --output text)
REGION = $(or $(AWS_REGION),$(AWS_DEFAULT_REGION),$(shell aws configure get region))
IMAGE_REPOSITORY ?= $(ACCOUNT).dkr.ecr.$(REGION).amazonaws.com/{repository}
REGISTRY = $(firstword $(subst /, ,$(IMAGE_REPOSITORY)))

# The image's tag. The sources that CodeBuild gets have no git, so the build sets it.
APP_VERSION ?= $(shell git rev-parse --short HEAD)
IMAGE = $(IMAGE_REPOSITORY):$(APP_VERSION)

login:
	@aws ecr get-login-password | docker login --username AWS --password-stdin $(REGISTRY)

test:
	docker build --pull --target test --tag {name}-test .
	docker run --rm {name}-test

release:
	docker build --pull --target release --tag $(IMAGE) .

publish:
	docker push $(IMAGE)

version:
	@echo '{{"Version": "$(APP_VERSION)"}}'

clean:
	docker image rm --force {name}-test $(IMAGE)

logout:
	docker logout $(REGISTRY)
"""


def application_makefile(application: Application) -> str:
    """Return a Makefile for the application's repository, with the targets of its buildspec."""
    return _MAKEFILE.format(name=application.name, repository=application.image_repository_name)
