"""The Makefile of the deployment folder: every stack is deployed and removed with the AWS CLI.

https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/
"""

from collections.abc import Mapping, Sequence
from dataclasses import field

from cfn_pipeline.aws.codebuild import PLATFORMS
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.shared import Shared


@frozen
class Place(Frozen):
    """Where a stack is.

    Args:
        name: of the environment whose place it is; None: it is not one of an environment.
        account: the account's number; None: that of the pipeline, which is not known.
        region: None: that of the pipeline, likewise.
        profile: of the AWS CLI, by which the account is reached; None: the default one.
        is_home: whether it is the pipeline's.

    """

    name: str | None = None
    account: str | None = None
    region: str | None = None
    profile: str | None = None
    is_home: bool = True


@frozen
class Target(Frozen):
    """A stack, as ``make deploy/`` and ``make remove/`` call it.

    Args:
        name: such as ``kms`` or ``dev``.
        file: its template.
        stack: its name.
        capabilities: what its deployment must acknowledge.
        environment: whose configuration file has its parameters; None: it has none.
        place: account and region.
        outputs: the parameters that outputs of other targets give: target and output, by parameter.
        home_parameters: those that say where the pipeline is: ``account`` or ``region`` of it, by
            parameter; they have defaults if its place says this.

    """

    name: str
    file: str
    stack: str
    capabilities: Sequence[str] = ()
    environment: Environment | None = None
    place: Place = Place()
    outputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    home_parameters: Mapping[str, str] = field(default_factory=dict)


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
{places}
help:
	@echo "make deploy/..., in this order: {deploy}"
{help}	@echo "make remove/..., in this order: {remove}"
"""  # noqa: E501 - a line of a recipe is a line
#: Where stacks are in several accounts and regions.
_REQUIRE = """
# Each stack is deployed with credentials of its account: those of a profile, or AWS_PROFILE=name.
define require_account
@test "$$(aws sts get-caller-identity $(2) --query Account --output text)" = $(1) || {{ echo "$@: use credentials of account $(1)" >&2; exit 1; }}
endef
"""  # noqa: E501 - a line of a recipe is a line
_OUTPUT = """
# An output of a stack in another region.
output = $(shell aws cloudformation describe-stacks $(3) --stack-name $(1) --query "Stacks[0].Outputs[?OutputKey=='$(2)'].OutputValue" --output text)
"""  # noqa: E501 - a line of a recipe is a line
_NEEDED = """
{name} ?= $(error add {name}=..., {what})
"""
_VARIABLES = {"account": "PIPELINE_ACCOUNT", "region": "PIPELINE_REGION"}
_HELP = """\
	@echo "make build-image, after deploy/ecr: builds and pushes the image in which {built} built"
"""
_BUILD_IMAGE = """
BUILD_IMAGE = $(shell aws ecr describe-repositories{where} --repository-names {repository} --query 'repositories[0].repositoryUri' --output text):latest

build-image:
	aws ecr get-login-password{where} | docker login --username AWS --password-stdin $(firstword $(subst /, ,$(BUILD_IMAGE)))
	docker build --platform linux/{platform} --file Dockerfile.codebuild --tag $(BUILD_IMAGE) .
	docker push $(BUILD_IMAGE)
"""  # noqa: E501 - a line of a recipe is a line


def makefile(application: Application, targets: Sequence[Target]) -> str:
    """Return the Makefile.

    Args:
        application: what is deployed.
        targets: its stacks, in the order in which they are deployed.

    """
    if not application.makes_build_image:
        return stacks_makefile(application.name, targets)
    build_image = _BUILD_IMAGE.format(
        repository=application.build_image_repository_name,
        platform=PLATFORMS[application.architecture],
        where=_options(_home(targets)),
    )
    built = f"{application.name} is"
    return stacks_makefile(application.name, targets, build_image=build_image, built=built)


def shared_makefile(shared: Shared, targets: Sequence[Target]) -> str:
    """Return the Makefile of what applications share."""
    if shared.build_image is None:
        return stacks_makefile(shared.name, targets)
    build_image = _BUILD_IMAGE.format(
        repository=shared.build_image_repository,
        platform=PLATFORMS[shared.build_image.architecture],
        where="",
    )
    built = f"the applications of {shared.name} are"
    return stacks_makefile(shared.name, targets, build_image=build_image, built=built)


def stacks_makefile(
    title: str, targets: Sequence[Target], *, build_image: str = "", built: str = ""
) -> str:
    """Return a Makefile for stacks.

    Args:
        title: whose stacks they are.
        targets: the stacks, in the order in which they are deployed.
        build_image: the recipe of ``build-image``; empty: none.
        built: what is built in the image, and "is" or "are".

    """
    names = [target.name for target in targets]
    home = _home(targets)
    head = _HEAD.format(
        title=title,
        places=_places(targets, home),
        help=_HELP.format(built=built) if build_image else "",
        deploy=" ".join(names),
        remove=" ".join(reversed(names)),
    )
    goals = [*(f"deploy/{name}" for name in names), *(f"remove/{name}" for name in names)]
    return "\n".join(
        [
            head + build_image,
            *(_deploy(target, targets, home) for target in targets),
            *map(_remove, reversed(targets)),
            f".PHONY: help {'build-image ' * bool(build_image)}{' '.join(goals)}\n",
        ]
    )


def _home(targets: Sequence[Target]) -> Place:
    return next((target.place for target in targets if target.place.is_home), Place())


def _places(targets: Sequence[Target], home: Place) -> str:
    """Return what recipes need where stacks are in several accounts and regions."""
    parts = []
    if any(target.place.account for target in targets):
        parts.append(_REQUIRE.format())
    if any(target.outputs for target in targets):
        parts.append(_OUTPUT)
    needed = dict.fromkeys(what for target in targets for what in _open(target, home).values())
    parts += [
        _NEEDED.format(name=_VARIABLES[what], what=f"the {what} of the pipeline") for what in needed
    ]
    return "".join(parts)


def _open(target: Target, home: Place) -> dict[str, str]:
    """Return the parameters that say where the pipeline is and have no default."""
    parameters = target.home_parameters.items()
    return {name: what for name, what in parameters if getattr(home, what) is None}


def _options(place: Place) -> str:
    """Return the options of the AWS CLI for a place."""
    options = {"profile": place.profile, "region": place.region}
    return "".join(f" --{name} {value}" for name, value in options.items() if value)


def _require(place: Place) -> str:
    """Return the line of a recipe that compares the account of the credentials."""
    if place.account is None:
        return ""
    return f"\t$(call require_account,{place.account},{_options(place).strip()})\n"


def _remove(target: Target) -> str:
    words = f"{target.stack}{_options(target.place)}"
    return f"remove/{target.name}:\n{_require(target.place)}\t$(call remove,{words})\n"


def _deploy(target: Target, targets: Sequence[Target], home: Place) -> str:
    command = f"$(DEPLOY) --template-file {target.file} --stack-name {target.stack}"
    command += _options(target.place)
    if target.capabilities:
        command += f" --capabilities {' '.join(target.capabilities)}"
    overrides = _overrides(target, targets, home)
    if target.environment is not None:
        read = f"parameters=$$(jq -r '$(WORDS)' {target.environment.name}.json)"
        command = f'{read} && eval {command} --parameter-overrides "$$parameters" $(PARAMETERS)'
    elif overrides:
        command += f" --parameter-overrides {overrides} $(PARAMETERS)"
    else:
        command += " $(OVERRIDES)"
    return f"deploy/{target.name}:\n{_require(target.place)}\t{command}\n"


def _overrides(target: Target, targets: Sequence[Target], home: Place) -> str:
    """Return the parameters that say where the pipeline is, or that outputs give."""
    words = [f"{name}=$({_VARIABLES[what]})" for name, what in _open(target, home).items()]
    for parameter, (name, output) in target.outputs.items():
        source = next(each for each in targets if each.name == name)
        options = _options(source.place).strip()
        words.append(f"{parameter}=$(call output,{source.stack},{output},{options})")
    return " ".join(words)
