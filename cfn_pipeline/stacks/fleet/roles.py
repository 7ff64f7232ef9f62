"""The roles of a fleet's own: of its pipeline, of its build, and of CloudFormation.

All of them are within the fleet's boundary, which they cannot change.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from awacs.aws import Statement
from troposphere import GetAtt, Ref, Template, encode_to_dict
from troposphere.iam import ManagedPolicy, Role

from cfn_pipeline.aws.pipelines import artifact_prefix
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value
from cfn_pipeline.permissions.packing import pack
from cfn_pipeline.policies.delivery import read_stacks, run_pipeline
from cfn_pipeline.policies.documents import trust
from cfn_pipeline.policies.keys import encrypt_artifacts
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS
from cfn_pipeline.stacks.delivery.artifacts import artifact_bucket_name
from cfn_pipeline.stacks.delivery.build_role import build_role
from cfn_pipeline.stacks.delivery.regions import regional_keys
from cfn_pipeline.stacks.delivery.roles import BUILD_ROLE, PIPELINE_ROLE, resources
from cfn_pipeline.stacks.environment.deployment import trust_cloudformation
from cfn_pipeline.stacks.environment.names import DEPLOYMENT_ROLE, arn_of_role
from cfn_pipeline.stacks.fleet.boundary import FLEET_PATH, boundary_of, within_fleet
from cfn_pipeline.stacks.fleet.changes import change_roles
from cfn_pipeline.stacks.fleet.delivery import Delivered, allowed, merged
from cfn_pipeline.stacks.fleet.pipeline import CONFIGURATION, RENDERED
from cfn_pipeline.stacks.parameters import add_connection
from cfn_pipeline.stacks.stack import Stack


def roles_template(
    fleet: Fleet,
    pipeline: Pipeline,
    *,
    patterns: Mapping[str, str],
    deploys: Sequence[Delivered],
    accounts: Iterable[str] = (),
) -> Template:
    """Make the roles of a fleet.

    Args:
        fleet: the fleet.
        pipeline: its pipeline.
        patterns: by the name of each of its stacks, what names this stack and those beside it:
            so many names are more than policies hold.
        deploys: the fleet's other stacks.
        accounts: others, in which its build compares stacks; empty: none.

    Raises:
        TemplateError: more than a role can be allowed.

    """
    stack = Stack(f"IAM roles of {fleet.where}", name=fleet.name)
    bucket = artifact_bucket_name(fleet.name)
    used = resources(fleet.name, ARNS, regions=pipeline.regions)
    used = replace(used, stack=_by_pattern(patterns, None))
    used = replace(
        used,
        regions={
            region: replace(each, stack=_by_pattern(patterns, region))
            for region, each in used.regions.items()
        },
    )
    keys: list[Value] = [stack.key, *regional_keys(stack, pipeline).values()]
    through = [ARNS.at(region=region).service("s3") for region in (None, *pipeline.regions)]
    actions = [action for action in pipeline.actions if action.action_role is None]
    stack.add(
        _role(PIPELINE_ROLE, fleet, f"{fleet.name}-pipeline", "codepipeline.amazonaws.com"),
        *_policies(
            "PipelinePolicy",
            PIPELINE_ROLE,
            fleet,
            _as_dicts(
                [
                    *run_pipeline(pipeline, used),
                    *read_stacks(actions, used),
                    *encrypt_artifacts(keys, through=through),
                ]
            ),
        ),
    )
    build = build_role(
        fleet.name,
        title=BUILD_ROLE,
        bucket=bucket,
        reads=[f"{artifact_prefix(fleet.name, CONFIGURATION)}*"],
        writes=[f"{artifact_prefix(fleet.name, RENDERED)}*"],
        key=stack.key,
    )
    build.RoleName, build.Path = f"{fleet.name}-build", FLEET_PATH
    stacks = [
        ARNS.at(region=region).regional("cloudformation", f"stack/{pattern}/*")
        for region in (None, *pipeline.regions)
        for pattern in _each(patterns.values())
    ]
    look = {
        "Sid": "CompareStacks",
        "Effect": "Allow",
        "Action": ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"],
        "Resource": [arn.to_dict() for arn in stacks],
    }
    compares = [look, *_assume_reading_roles(fleet, accounts)]
    stack.add(build, *_policies("BuildPolicy", BUILD_ROLE, fleet, compares))
    deployment = role(
        DEPLOYMENT_ROLE,
        name=fleet.deployment_role_name,
        path=FLEET_PATH,
        description=f"CloudFormation, deploying the stacks and roles of {fleet.where}",
        trust=trust_cloudformation(),
    )
    stack.add(
        deployment,
        *_policies("DeploymentPolicy", DEPLOYMENT_ROLE, fleet, _deployment(fleet, deploys)),
    )
    for title, id_, export in (
        ("PipelineRole", PIPELINE_ROLE, exports.pipeline_role(fleet.name)),
        ("BuildRole", BUILD_ROLE, exports.build_role(fleet.name)),
    ):
        stack.output(title, f"ARN of {id_}", GetAtt(id_, "Arn"), export=export)
    add_connection(stack, pipeline)
    within_fleet(stack.template, fleet)
    return stack.template


def _assume_reading_roles(fleet: Fleet, accounts: Iterable[str]) -> Iterator[dict[str, Any]]:
    arns = [arn_of_role(fleet.reading_role_name, ARNS.at(account=each)) for each in accounts]
    if arns:
        yield {
            "Sid": "CompareStacksInOtherAccounts",
            "Effect": "Allow",
            "Action": ["sts:AssumeRole"],
            "Resource": encode_to_dict(arns),
        }


def _role(title: str, fleet: Fleet, name: str, service: str) -> Role:
    return role(
        title,
        name=name,
        path=FLEET_PATH,
        description=f"CodePipeline, running the pipeline {fleet.name}",
        trust=trust(service),
    )


def _by_pattern(patterns: Mapping[str, str], region: str | None) -> Any:
    arns = ARNS.at(region=region)
    return lambda name: arns.regional("cloudformation", f"stack/{patterns[name]}/*")


def _as_dicts(statements: Iterable[Statement]) -> list[dict[str, Any]]:
    """Return statements in long form, with each resource once."""
    found: list[dict[str, Any]] = encode_to_dict(list(statements))
    for statement in found:
        unique = {json.dumps(arn): arn for arn in statement["Resource"]}
        statement["Resource"] = list(unique.values())
    return found


def _policies(
    title: str, role_id: str, fleet: Fleet, statements: Sequence[dict[str, Any]]
) -> Iterator[ManagedPolicy]:
    for number, document in enumerate(pack(statements), 1):
        yield ManagedPolicy(
            f"{title}{number}",
            Path=FLEET_PATH,
            Description=f"Permissions of {role_id} of {fleet.where}",
            PolicyDocument=document,
            Roles=[Ref(role_id)],
        )


def _deployment(fleet: Fleet, deploys: Sequence[Delivered]) -> list[dict[str, Any]]:
    """Return what CloudFormation needs for the fleet's stacks, and for the roles of applications.

    The roles are made within the boundary; so this role cannot rise above it, though it changes
    its own policies.
    """
    boundary = boundary_of(fleet)
    account = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
    derived = merged(_with_own(s, fleet) for each in deploys for s in allowed(each, boundary))
    return [
        *derived,
        *change_roles(
            {"Fn::Sub": f"{account}:role{FLEET_PATH}*"},
            {"Fn::Sub": f"{account}:policy{FLEET_PATH}*"},
            boundary=boundary,
        ),
    ]


def _with_own(statement: dict[str, Any], fleet: Fleet) -> dict[str, Any]:
    """Return a statement that names the roles of this stack, which it would import from itself."""
    account = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
    own = {
        exports.build_role(fleet.name): f"{account}:role{FLEET_PATH}{fleet.name}-build",
        exports.pipeline_role(fleet.name): f"{account}:role{FLEET_PATH}{fleet.name}-pipeline",
    }
    resources = [
        {"Fn::Sub": own[arn["Fn::ImportValue"]]}
        if isinstance(arn, dict) and arn.get("Fn::ImportValue") in own
        else arn
        for arn in statement["Resource"]
    ]
    return {**statement, "Resource": resources}


def _each(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
