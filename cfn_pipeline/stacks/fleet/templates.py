"""The templates of a fleet's own stacks."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import ImportValue, Template

from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.delivery.kms import pipeline_key_template
from cfn_pipeline.stacks.delivery.pipeline import PIPELINE, pipeline_template
from cfn_pipeline.stacks.delivery.regions import artifacts_template, key_parameter
from cfn_pipeline.stacks.fleet.accounts import (
    account_stack,
    account_template,
    accounts_of,
    require_room,
)
from cfn_pipeline.stacks.fleet.boundary import boundary_template, within_fleet
from cfn_pipeline.stacks.fleet.build import build_template
from cfn_pipeline.stacks.fleet.delivery import Delivered
from cfn_pipeline.stacks.fleet.pipeline import FleetStack, fleet_pipeline
from cfn_pipeline.stacks.fleet.roles import roles_template
from cfn_pipeline.stacks.key import KEY
from cfn_pipeline.stacks.parameters import CONNECTION

#: Which a person deploys, for no role of the fleet may.
BOUNDARY_FILE = "boundary.yml"

#: What ``make deploy/`` calls the stack with the fleet's own roles.
ROLES = "iam"

_IAM = ["CAPABILITY_NAMED_IAM"]


def fleet_templates(
    fleet: Fleet,
    *,
    applications: Mapping[str, Sequence[FleetStack]],
    removed: Mapping[str, Sequence[FleetStack]],
    shared: str | None = None,
    file: str,
) -> dict[str, dict[str, Any]]:
    """Return the templates in long form by file name, in the order in which they are deployed.

    Args:
        fleet: the fleet.
        applications: the stacks of each application.
        removed: those of applications that are no longer in the configuration file.
        shared: which of both are what applications share; absent: none.
        file: the name of the configuration file.

    Raises:
        ModelError: a parameter without a value, or more than a pipeline can deploy.

    """
    names = {**applications, **removed}
    patterns = {
        s.stack: _pattern(name, s.stack)
        for name, all_ in names.items()
        for s in all_
        if s.account is None
    }
    accounts = accounts_of(names)
    require_room(fleet, accounts)
    own = own_stacks(fleet, applications, removed)
    patterns |= {stack.stack: f"{fleet.name}-*" for stack in own}

    def build(digest: str) -> dict[str, dict[str, Any]]:
        pipeline = fleet_pipeline(
            fleet,
            applications=applications,
            removed=removed,
            shared=shared,
            own=own,
            digest=digest,
        )
        return _templates(fleet, pipeline, patterns, accounts, file)

    from hashlib import sha256  # loads OpenSSL, which editions without a fleet do not need

    # Its own digest is in the pipeline: that of all that is not the digest.
    digest = sha256(json.dumps(build("0" * 16), sort_keys=True).encode()).hexdigest()[:16]
    return build(digest)


def account_stacks(
    fleet: Fleet,
    applications: Mapping[str, Sequence[FleetStack]],
    removed: Mapping[str, Sequence[FleetStack]],
) -> list[FleetStack]:
    """Return the stacks that people deploy in other accounts.

    Args:
        fleet: the fleet.
        applications: the stacks of each application.
        removed: those of applications that are no longer in the configuration file.

    """
    return [account_stack(fleet, each) for each in accounts_of({**applications, **removed})]


def boundary_stack(fleet: Fleet) -> FleetStack:
    """Return the stack of the boundary."""
    return FleetStack(
        target="boundary",
        path=f"{fleet.name}/{BOUNDARY_FILE}",
        stack=fleet.boundary_name,
        capabilities=_IAM,
    )


def own_stacks(
    fleet: Fleet,
    applications: Mapping[str, Sequence[FleetStack]],
    removed: Mapping[str, Sequence[FleetStack]],
) -> list[FleetStack]:
    """Return the stacks that the pipeline itself is made of, in their order.

    Args:
        fleet: the fleet.
        applications: the stacks of each application.
        removed: those of applications that are no longer in the configuration file.

    """
    every = [stack for stacks in (*applications.values(), *removed.values()) for stack in stacks]
    regions = {stack.region for stack in every if stack.region is not None}
    # Given at each update: the default of a new template changes nothing in a stack.
    connection = {CONNECTION: None} if fleet.is_connected else {}
    parameters: dict[str, dict[str, str | None]] = {
        ROLES: {**connection},
        "pipeline": {**connection, "NotificationEmail": ""},
    }
    stores = {f"artifacts-{region}": region for region in sorted(regions)}
    keys = {str(key_parameter(r).title): (target, KEY) for target, r in stores.items()}
    return [
        FleetStack(
            target=target,
            path=f"{fleet.name}/{target}.yml",
            stack=f"{fleet.name}-{target}",
            capabilities=_IAM if target == ROLES else (),
            region=stores.get(target),
            parameters=parameters.get(target, {}),
            outputs=keys if target in (ROLES, "pipeline") else {},
        )
        for target in ("kms", *stores, ROLES, "codebuild", "pipeline")
    ]


def _pattern(application: str, stack: str) -> str:
    """Return what names the stacks of an application; a stack that is called otherwise."""
    return f"{application}-*" if stack.startswith(f"{application}-") else stack


def _templates(
    fleet: Fleet,
    pipeline: Pipeline,
    patterns: Mapping[str, str],
    accounts: Mapping[str, Sequence[str | None]],
    file: str,
) -> dict[str, dict[str, Any]]:
    # Its actions make no artifacts, so roles of other accounts need to read them only.
    key = pipeline_key_template(fleet.name, pipeline=pipeline, writing=False)
    build = build_template(fleet, file=file)
    role = ImportValue(exports.pipeline_role(fleet.name))
    main = pipeline_template(pipeline, role=role, writing=False)
    # Started again when it has been changed, with what has not been deployed yet.
    main.resources[PIPELINE].RestartExecutionOnUpdate = True
    stores = {r: artifacts_template(pipeline, region=r, writing=False) for r in pipeline.regions}
    for template in (key, build, main):
        within_fleet(template, fleet)
    deploys = [
        Delivered(stack=f"{fleet.name}-{name}", region=region, template=template.to_dict())
        for name, region, template in (
            ("kms", None, key),
            *((f"artifacts-{region}", region, store) for region, store in stores.items()),
            ("codebuild", None, build),
            ("pipeline", None, main),
        )
    ]
    roles = roles_template(fleet, pipeline, patterns=patterns, deploys=deploys, accounts=accounts)
    for template in (roles, main):
        if fleet.connection is not None and CONNECTION in template.parameters:
            template.parameters[CONNECTION].Default = fleet.connection
    made: dict[str, Template] = {
        BOUNDARY_FILE: boundary_template(fleet),
        **{
            account_stack(fleet, account).file: account_template(fleet, account, regions)
            for account, regions in accounts.items()
        },
        "kms.yml": key,
        **{f"artifacts-{region}.yml": store for region, store in stores.items()},
        f"{ROLES}.yml": roles,
        "codebuild.yml": build,
        "pipeline.yml": main,
    }
    return {name: template.to_dict() for name, template in made.items()}
