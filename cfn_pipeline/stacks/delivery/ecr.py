"""The repositories of the build's image and of the application's images."""

from collections.abc import Mapping, Sequence

from awacs.aws import PolicyDocument
from troposphere import Template

from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies import application as duties
from cfn_pipeline.policies.documents import document, pascal_case
from cfn_pipeline.resources import ecr
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.document import add_resources, keep, new_template

__all__ = ["ecr_template", "open_ecr_template"]

BUILD_REPOSITORY = "CodebuildRepository"

_CODEBUILD = "codebuild.amazonaws.com"
_UNTAGGED_DAYS = 7


def open_ecr_template(application: Application, *, policy_version: str) -> Template:
    """Make the repositories, from both of which the service CodeBuild may pull.

    Args:
        application: whose images these are.
        policy_version: the version of the policy language.

    """
    accounts = _accounts(application, Arns("aws"))
    template = new_template("ECR Resources")
    add_resources(
        template,
        ecr.repository(
            BUILD_REPOSITORY,
            name=application.build_image_repository_name,
            policy=_pull_policy({"Service": [_CODEBUILD]}, "CodeBuildAccess", policy_version),
        ),
        ecr.repository(
            f"{pascal_case(application.name)}Repository",
            name=application.image_repository_name,
            policy=_pull_policy(
                {**accounts, "Service": [_CODEBUILD]},
                "RemoteAccountAccess" if accounts else "CodeBuildAccess",
                policy_version,
            ),
            expire_untagged_after_days=_UNTAGGED_DAYS,
        ),
    )
    return template


def ecr_template(application: Application, *, arns: Arns = Arns()) -> Template:  # noqa: B008
    """Make the repositories: scanned, encrypted, with tags that stay with their images.

    Nobody pulls but by policies of their own, and the accounts that the application names.

    Args:
        application: whose images these are.
        arns: how ARNs are written.

    """
    name = application.name
    key = exports.take(exports.key(name))
    accounts = _accounts(application, arns)
    policy = _pull_policy(accounts, "LetAccountsPull") if accounts else None
    template = new_template(f"Repositories of {name}'s images")
    build_image = ecr.repository(
        BUILD_REPOSITORY,
        name=application.build_image_repository_name,
        immutable_tags=True,
        mutable_tags=["latest"],
        scan_on_push=True,
        key=key,
        expire_untagged_after_days=_UNTAGGED_DAYS,
    )
    images = ecr.repository(
        f"{pascal_case(application.name)}Repository",
        name=application.image_repository_name,
        policy=policy,
        immutable_tags=True,
        scan_on_push=True,
        key=key,
        expire_untagged_after_days=_UNTAGGED_DAYS,
    )
    add_resources(template, keep(build_image, "Retain"), keep(images, "Retain"))
    return template


def _pull_policy(
    named: Mapping[str, Sequence[Value]], sid: str, version: str = POLICY_VERSION
) -> PolicyDocument:
    return document(duties.let_pull(named, sid=sid), version=version)


def _accounts(application: Application, arns: Arns) -> dict[str, list[Value]]:
    if not application.pull_accounts:
        return {}
    return {"AWS": [arns.account(account) for account in application.pull_accounts]}
