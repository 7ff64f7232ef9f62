"""The stacks that deliver an application, in the order of their deployment."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import Template

from cfn_pipeline.editions.edition import APPLICATION_STACK, StackFile
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.delivery import continuous_delivery
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import Source
from cfn_pipeline.permissions import stored_parameters
from cfn_pipeline.stacks.delivery.codebuild import codebuild_template
from cfn_pipeline.stacks.delivery.ecr import ecr_template
from cfn_pipeline.stacks.delivery.iam import iam_template
from cfn_pipeline.stacks.delivery.kms import key_template
from cfn_pipeline.stacks.delivery.pipeline import pipeline_template
from cfn_pipeline.stacks.delivery.regions import artifacts_template, key_parameter
from cfn_pipeline.stacks.environment.home import Home, home_parameters, images_of
from cfn_pipeline.stacks.environment.names import (
    action_role,
    deployment_role,
    environment_stack,
    reader_role,
)
from cfn_pipeline.stacks.environment.separation import separation_problems
from cfn_pipeline.stacks.environment.template import environment_template
from cfn_pipeline.stacks.fleet.delivery import (
    Delivered,
    delivery_template,
    environment_delivery_template,
)
from cfn_pipeline.stacks.key import KEY
from cfn_pipeline.stacks.own import capabilities


def _delivery(application: Application, stack: Mapping[str, Any] | None = None) -> Pipeline:
    needed = capabilities({} if stack is None else stack)
    for latest, with_capabilities, pipeline in _LATEST:
        if latest is application and with_capabilities == needed:
            return pipeline
    pipeline = continuous_delivery(
        application,
        role=deployment_role,
        action_role=action_role,
        reader_role=reader_role,
        capabilities=needed,
    )
    _LATEST.append((application, needed, pipeline))
    return pipeline


#: The pipelines of the latest application: most of its templates are made from them.
_LATEST: deque[tuple[Application, list[str], Pipeline]] = deque(maxlen=2)


def _environment_template(
    application: Application, stack: Mapping[str, Any], *, environment: Environment
) -> Template:
    if environment is application.environments[0]:
        others = [
            entry.stack_name(application)
            for entries in (*_BEFORE, *_AFTER)
            for entry in entries.of(application)
        ]
        ModelError.raise_for(separation_problems(application, stack, others))
    own = application.stack
    stored = _stored_parameters(environment, stack)
    return environment_template(
        application.stack_name(environment),
        deploys=stack,
        boundary=own is None or own.boundary,
        permissions=() if own is None else own.permissions,
        parameters={**environment.parameters, **stored},
        home=_home(application, environment, list(stored.values())),
    )


def _home(
    application: Application, environment: Environment, parameters: Sequence[str]
) -> Home | None:
    """Return where the pipeline is, unless all environments are in its account and region."""
    places = application.places
    if places.is_home_only:
        return None
    role = action_role(application, environment)
    return Home(
        pipeline=application.name,
        actions=[a for a in _delivery(application).actions if a.action_role == role],
        images=images_of(application),
        is_account_other=places.account(environment) is not None,
        is_region_other=places.region(environment) is not None,
        account=application.account,
        region=application.region,
        parameters=parameters,
    )


def _has_own_key(application: Application) -> bool:
    return application.shared is None or not application.shared.key


def _key_template(application: Application) -> Template:
    return key_template(application, pipeline=_delivery(application))


def _artifacts_template(application: Application, *, region: str) -> Template:
    return artifacts_template(_delivery(application), region=region)


def _iam_template(application: Application, stack: Mapping[str, Any]) -> Template:
    return iam_template(
        _delivery(application, stack),
        pull=application.build_image_repository_name if application.has_build_image else None,
        push=application.image_repository_name if application.has_images else None,
        build=application.project,
        parameters=_all_stored_parameters(application, stack),
    )


def _all_stored_parameters(application: Application, stack: Mapping[str, Any]) -> list[str]:
    """Return the names in Systems Manager of stacks that the pipeline's own role deploys."""
    return [
        name
        for environment in application.environments
        if application.places.account(environment) is None
        for name in _stored_parameters(environment, stack).values()
    ]


def _stored_parameters(environment: Environment, stack: Mapping[str, Any]) -> dict[str, str]:
    """Return the names in Systems Manager for which parameters of an environment's stack stand."""
    values = {n: environment.parameters.get(n) or d for n, d in stored_parameters(stack).items()}
    return {parameter: name for parameter, name in values.items() if name is not None}


def _pipeline_template(application: Application, stack: Mapping[str, Any]) -> Template:
    stored = _all_stored_parameters(application, stack)
    return pipeline_template(_delivery(application, stack), parameters=stored)


def _pipeline_capabilities(application: Application) -> Sequence[str]:
    """Return what roles in the pipeline's template need: its own, or those of its events."""
    pipeline = _delivery(application)
    if pipeline.action_roles:
        return ["CAPABILITY_NAMED_IAM"]
    starts = any(isinstance(a, Source) and a.event_pattern for a in pipeline.actions)
    return ["CAPABILITY_IAM"] if starts or pipeline.described_approvals else []


def _regional_keys(application: Application) -> dict[str, tuple[str, str]]:
    """Return the parameters for the keys of other regions, and the outputs that give them."""
    return {
        str(key_parameter(region).title): (f"artifacts-{region}", KEY)
        for region in application.places.regions
    }


def _has_roles(application: Application) -> bool:
    return _has_project(application) or not _delivery(application).action_roles


def _has_project(application: Application) -> bool:
    return application.project is not None


def _has_repositories(application: Application) -> bool:
    return application.has_images or application.makes_build_image


def _has_fleet(application: Application) -> bool:
    return application.fleet is not None


def _delivered(application: Application) -> list[StackFile]:
    """Return the stacks that deliver an application in the account of its pipeline."""
    return [
        stack
        for entry in (*_BEFORE, *_AFTER, _ENVIRONMENTS)
        for stack in entry.of(application)
        if stack.environment is None or application.places.account(stack.environment) is None
    ]


def _delivery_template(application: Application, *templates: Mapping[str, Any]) -> Template:
    places = application.places
    return delivery_template(
        application,
        [
            Delivered(
                stack=stack.stack_name(application),
                region=stack.region
                or (None if stack.environment is None else places.region(stack.environment)),
                template=template,
            )
            for stack, template in zip(_delivered(application), templates, strict=True)
        ],
    )


def _environment_delivery_template(
    application: Application, template: Mapping[str, Any], *, environment: Environment
) -> Template:
    assert application.fleet is not None
    stack = application.stack_name(environment)
    delivered = Delivered(stack=environment_stack(stack), region=None, template=template)
    return environment_delivery_template(application.fleet, stack, delivered)


def _environments_elsewhere(application: Application) -> list[Environment]:
    """Return the environments in other accounts than the pipeline's."""
    places = application.places
    return [e for e in application.environments if places.account(e) is not None]


_ROLE = StackFile(
    file="delivery.yml",
    stack="{application}-delivery",
    capabilities=["CAPABILITY_NAMED_IAM"],
    build=_delivery_template,
    deploys=lambda a: [stack.file for stack in _delivered(a)],
    when=_has_fleet,
)
_ROLES_ELSEWHERE = StackFile(
    file="delivery-{environment}.yml",
    stack="{stack}-delivery",
    capabilities=["CAPABILITY_NAMED_IAM"],
    build=_environment_delivery_template,
    deploys=["environment-{environment}.yml"],
    when=_has_fleet,
    environments=_environments_elsewhere,
)
_BEFORE = (
    StackFile(file="kms.yml", stack="{application}-kms", build=_key_template, when=_has_own_key),
    StackFile(
        file="ecr.yml", stack="{application}-ecr", build=ecr_template, when=_has_repositories
    ),
)
_ENVIRONMENTS = StackFile(
    file="environment-{environment}.yml",
    stack=environment_stack("{stack}"),
    capabilities=["CAPABILITY_NAMED_IAM"],
    build=_environment_template,
    deploys=[APPLICATION_STACK],
    home_parameters=home_parameters,
)
_AFTER = (
    StackFile(
        file="artifacts-{region}.yml",
        stack="{application}-artifacts-{region}",
        build=_artifacts_template,
    ),
    StackFile(
        file="iam.yml",
        stack="{application}-iam",
        capabilities=["CAPABILITY_IAM"],
        build=_iam_template,
        deploys=[APPLICATION_STACK],
        outputs=lambda a: {} if _delivery(a).action_roles else _regional_keys(a),
        when=_has_roles,
    ),
    StackFile(
        file="codebuild.yml",
        stack="{application}-codebuild",
        build=codebuild_template,
        when=_has_project,
    ),
    StackFile(
        file="pipeline.yml",
        stack="{application}-pipeline",
        capabilities=_pipeline_capabilities,
        build=_pipeline_template,
        deploys=[APPLICATION_STACK],
        outputs=_regional_keys,
    ),
)
#: All of them; each says when an application has it.
DELIVERY = [_ROLE, _ROLES_ELSEWHERE, *_BEFORE, _ENVIRONMENTS, *_AFTER]
