"""What another account has for a fleet: a boundary, and the roles with which the fleet works there.

A person deploys it once. What the roles may do does not depend on the applications: each
environment has a role of its own, which the fleet makes within the boundary.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from awacs import cloudformation, iam, s3, sts
from awacs.aws import ArnLike, Condition, PolicyDocument, Statement, StringEqualsIfExists
from troposphere import Ref, Template, encode_to_dict
from troposphere.iam import Policy

from cfn_pipeline.aws.cloudformation import ACTION_MODES
from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.aws.s3 import BUCKET_POLICY_BYTES
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.values import Value
from cfn_pipeline.permissions.protection import ROLE_PATH
from cfn_pipeline.policies.delivery import find_bucket
from cfn_pipeline.policies.documents import Roles, allow, document
from cfn_pipeline.policies.keys import decrypt_artifacts
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.delivery.artifacts import artifact_bucket_name
from cfn_pipeline.stacks.environment.deployment import trust_cloudformation
from cfn_pipeline.stacks.environment.names import (
    ACTION_ROLE,
    DEPLOYMENT_ROLE,
    arn_of_role,
    environment_stack,
    role_name,
)
from cfn_pipeline.stacks.fleet.boundary import (
    BOUNDARY_POLICY,
    FLEET_PATH,
    add_boundary,
    boundary_of,
    fleet_role_arn,
)
from cfn_pipeline.stacks.fleet.changes import CHANGING_ROLES, change_roles
from cfn_pipeline.stacks.fleet.delivery import delivery_role_name
from cfn_pipeline.stacks.fleet.pipeline import FleetStack
from cfn_pipeline.stacks.stack import Stack

READING_ROLE = "ReadingRole"

#: Of the policy of the fleet's bucket, where the names of the fleet and the region have the most
#: letters: the bytes that an account takes, and those of the rest.
_ACCOUNT_BYTES, _OTHER_BYTES = 218, 904
_MOST_ACCOUNTS = (BUCKET_POLICY_BYTES - _OTHER_BYTES) // _ACCOUNT_BYTES

#: Whatever an application is called.
_EVERY = "*"
_CALLS = {call for mode in ("CREATE_UPDATE", "DELETE_ONLY") for call in ACTION_MODES[mode].calls}
_CHANGES = sorted(call for call in _CALLS if not call.startswith("Describe"))


def accounts_of(stacks: Mapping[str, Sequence[FleetStack]]) -> dict[str, list[str | None]]:
    """Return the other accounts in which stacks are, each with its regions.

    Both are sorted, so that the order of applications changes nothing in what a person deploys.
    """
    found: dict[str, set[str | None]] = {}
    for stack in (stack for each in stacks.values() for stack in each):
        if stack.account is not None:
            found.setdefault(stack.account, set()).add(stack.region)
    return {account: sorted(found[account], key=lambda r: r or "") for account in sorted(found)}


def require_room(fleet: Fleet, accounts: Mapping[str, Sequence[str | None]]) -> None:
    """Refuse more accounts in a region than the policy of its bucket has room for.

    Raises:
        ModelError: with the way out.

    """
    number = Counter(region for regions in accounts.values() for region in regions)
    for region, found in number.items():
        if found > _MOST_ACCOUNTS:
            raise ModelError(
                f"{fleet.where}: environments in {region or fleet.region} are in {found} other "
                f"accounts, and the policy of the bucket there has room for {_MOST_ACCOUNTS}; "
                "divide the applications among several configuration files, each with a fleet"
            )


def account_stack(fleet: Fleet, account: str) -> FleetStack:
    """Return the stack that a person deploys in another account, in the region of the fleet."""
    target = f"account-{account}"
    return FleetStack(
        target=target,
        path=f"{fleet.name}/{target}.yml",
        stack=f"{fleet.name}-{target}",
        capabilities=["CAPABILITY_NAMED_IAM"],
        account=account,
    )


def account_template(fleet: Fleet, account: str, regions: Sequence[str | None]) -> Template:
    """Make what a fleet needs in another account: a boundary, and three roles within it.

    The pipeline assumes one of them, which deploys and deletes stacks; the build assumes another,
    which reads deployed templates; with the third, CloudFormation makes the role of each
    environment.

    Args:
        fleet: with account and region.
        account: the number of the account.
        regions: those of stacks in it; None: that of the fleet.

    """
    assert fleet.account is not None
    home = ARNS.at(account=fleet.account)
    own = account_stack(fleet, account).stack
    stack = Stack(f"What {fleet.where} of account {fleet.account} needs here", name=fleet.name)
    used = [region or fleet.region for region in regions]
    stores = [home.at(region=region) for region in used]
    stacks = [ARNS.at(region=region) for region in used]
    # People may have deployed it in another region than the usual one.
    own_places = [ARNS.at(region=region) for region in dict.fromkeys([fleet.region, *used])]
    roles = [
        role(
            ACTION_ROLE,
            name=fleet.action_role_name,
            path=ROLE_PATH,
            description=f"The pipeline {fleet.name}, deploying and deleting stacks",
            trust=_trust(home, fleet_role_arn(f"{fleet.name}-pipeline", home), "TrustPipeline"),
            policies={
                "ActionPermissions": document(
                    *_read_artifacts(fleet, stores), *_deploy(fleet, stacks)
                )
            },
        ),
        role(
            READING_ROLE,
            name=fleet.reading_role_name,
            path=ROLE_PATH,
            description=f"The build of {fleet.name}, comparing deployed templates",
            trust=_trust(home, fleet_role_arn(f"{fleet.name}-build", home), "TrustBuild"),
            policies={
                "ReadingPermissions": document(*_compare(stacks, _stacks([own], own_places)))
            },
        ),
        role(
            DEPLOYMENT_ROLE,
            name=fleet.deployment_role_name,
            path=FLEET_PATH,
            description=f"CloudFormation, deploying the roles of {fleet.where}",
            trust=trust_cloudformation(),
        ),
    ]
    names = delivery_role_name(_EVERY)
    account_arn = f"arn:{ARNS.partition}:iam::{ARNS.account}"
    roles[-1].Policies = [
        Policy(
            PolicyName="DeploymentPermissions",
            PolicyDocument={
                "Version": POLICY_VERSION,
                "Statement": change_roles(
                    {"Fn::Sub": f"{account_arn}:role{FLEET_PATH}{names}"},
                    {"Fn::Sub": f"{account_arn}:policy{FLEET_PATH}{names}-*"},
                    boundary=boundary_of(fleet),
                ),
            },
        )
    ]
    for made in roles:
        made.PermissionsBoundary = Ref(BOUNDARY_POLICY)
    stack.add(*roles)
    add_boundary(stack, fleet, stack=own, statements=[_protection(fleet)])
    return stack.template


def _trust(home: Arns, principal: Value, sid: str) -> PolicyDocument:
    return document(Roles([home.root()], [principal]).allow(sts.AssumeRole, on=None, sid=sid))


def _read_artifacts(fleet: Fleet, stores: Sequence[Arns]) -> list[Statement]:
    """Read what the pipeline deploys; a role that could write it could change other accounts."""
    buckets = [artifact_bucket_name(fleet.name, arns=store) for store in stores]
    return [
        find_bucket([ARNS.bucket(bucket) for bucket in buckets]),
        allow(
            s3.GetObject,
            s3.GetObjectVersion,
            on=[ARNS.bucket(f"{bucket}/*") for bucket in buckets],
            sid="ReadArtifacts",
        ),
        *decrypt_artifacts(
            [store.regional("kms", "key/*") for store in stores],
            through=[store.service("s3") for store in stores],
        ),
    ]


def _deploy(fleet: Fleet, places: Sequence[Arns]) -> list[Statement]:
    """Change stacks with the roles that are made for them, and with no others.

    An update or a deletion that names no role would use the one that the stack has already.
    """
    of_fleet = [
        fleet_role_arn(fleet.deployment_role_name),
        fleet_role_arn(delivery_role_name(_EVERY)),
    ]
    of_application = arn_of_role(role_name(_EVERY), ARNS)
    deployed, every = _deployed(places), _stacks([_EVERY], places)
    return [
        allow(
            *(cloudformation.Action(name) for name in _CHANGES),
            on=deployed,
            sid="DeployStacks",
            condition=Condition(ArnLike({"cloudformation:RoleArn": of_fleet})),
        ),
        allow(
            cloudformation.DeleteStack,
            on=every,
            sid="DeleteApplications",
            condition=Condition(ArnLike({"cloudformation:RoleArn": [of_application]})),
        ),
        allow(
            cloudformation.DescribeStackEvents,
            cloudformation.DescribeStackResources,
            cloudformation.DescribeStacks,
            on=every,
            sid="FollowStacks",
        ),
        allow(cloudformation.GetTemplate, on=deployed, sid="ReadStacks"),
        allow(cloudformation.ValidateTemplate, sid="ValidateTemplates"),
        allow(
            iam.PassRole,
            on=[*of_fleet, of_application],
            sid="PassDeploymentRoles",
            condition=Condition(
                StringEqualsIfExists("iam:PassedToService", "cloudformation.amazonaws.com")
            ),
        ),
    ]


def _compare(places: Sequence[Arns], own: Sequence[Value]) -> list[Statement]:
    """Read the templates of what the fleet deploys, and of the account's own stack."""
    return [
        allow(
            cloudformation.DescribeStacks,
            cloudformation.GetTemplate,
            on=[*_deployed(places), *own],
            sid="CompareStacks",
        )
    ]


def _deployed(places: Sequence[Arns]) -> list[Value]:
    """Return the ARNs of the stacks that a fleet deploys in another account, by their names."""
    return _stacks([delivery_role_name(_EVERY), environment_stack(_EVERY)], places)


def _stacks(names: Sequence[str], places: Sequence[Arns]) -> list[Value]:
    return [
        place.regional("cloudformation", f"stack/{name}/*") for place in places for name in names
    ]


def _protection(fleet: Fleet) -> dict[str, Any]:
    """Deny all roles of the fleet changes of those that a person has deployed."""
    return {
        "Sid": "ProtectRolesOfFleet",
        "Effect": "Deny",
        "Action": [*CHANGING_ROLES],
        "Resource": encode_to_dict(
            [
                arn_of_role(fleet.action_role_name, ARNS),
                arn_of_role(fleet.reading_role_name, ARNS),
                fleet_role_arn(fleet.deployment_role_name),
            ]
        ),
    }
