"""The repositories of the build's image and of the application's images."""

import json
from collections.abc import Sequence
from typing import Any

from troposphere import Template
from troposphere.ecr import (
    EncryptionConfiguration,
    ImageScanningConfiguration,
    ImageTagMutabilityExclusionFilter,
    LifecyclePolicy,
    Repository,
)

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.policies.application import let_environments_pull, let_pull
from cfn_pipeline.policies.documents import Roles, document, pascal_case
from cfn_pipeline.stacks.arns import ARNS, LITERAL_ARNS, Arns
from cfn_pipeline.stacks.stack import RETAIN, Stack

BUILD_REPOSITORY = "CodebuildRepository"

#: The version of the policy language in 2018's examples of ECR.
_FIRST_VERSION = "2008-10-17"
_CODEBUILD = {"Service": ["codebuild.amazonaws.com"]}
_UNTAGGED_DAYS = 7
#: More images than are built between two deployments to production, which needs its own to be kept.
_TAGGED_IMAGES = 100


def open_ecr_template(application: Application) -> Template:
    """Make the repositories; the service CodeBuild may pull from both.

    Args:
        application: whose images these are.

    """
    stack = Stack("ECR Resources", name=application.name, arns=LITERAL_ARNS)
    accounts = _accounts(application, stack.arns)
    sid = "RemoteAccountAccess" if accounts else "CodeBuildAccess"
    for_builds, for_accounts = (
        document(let_pull(principals, sid=sid), version=_FIRST_VERSION)
        for principals, sid in ((_CODEBUILD, "CodeBuildAccess"), ({**accounts, **_CODEBUILD}, sid))
    )
    stack.add(
        Repository(
            BUILD_REPOSITORY,
            RepositoryName=application.build_image_repository_name,
            RepositoryPolicyText=for_builds,
        ),
        Repository(
            _title(application),
            RepositoryName=application.image_repository_name,
            RepositoryPolicyText=for_accounts,
            LifecyclePolicy=_lifecycle(_UNTAGGED),
        ),
    )
    return stack.template


def ecr_template(application: Application, *, arns: Arns = ARNS) -> Template:
    """Make the repositories: scanned, encrypted, with tags that cannot be moved.

    The newest 100 tagged images are kept, and untagged ones for a week. ECR keeps an image to which
    a kept index refers.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html

    Who may pull has it in a policy of their own, or is an account that the application names, or a
    role of an environment's stack in another account.

    Args:
        application: whose images these are.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    """
    stack = Stack(
        f"Repositories of {application.name}'s images",
        name=application.name,
        arns=arns,
        shared=application.shared,
    )
    accounts = _accounts(application, arns)
    policies = [let_pull(accounts, sid="AllowAccountsToPull")] if accounts else []
    policies += let_environments_pull(_roles(application, arns))
    policy = document(*policies) if policies else None
    images = Repository(
        _title(application),
        **RETAIN,
        RepositoryName=application.image_repository_name,
        **present(RepositoryPolicyText=policy),
        ImageTagMutability="IMMUTABLE",
        **_protected(stack.key),
    )
    if application.makes_build_image:
        stack.add(build_image_repository(application.build_image_repository_name, stack.key))
    if application.has_images:
        stack.add(images)
    return stack.template


def build_image_repository(name: str, key: Value) -> Repository:
    """Make the repository of the image in which applications are built, whose tag latest moves."""
    latest = ImageTagMutabilityExclusionFilter(
        ImageTagMutabilityExclusionFilterType="WILDCARD",
        ImageTagMutabilityExclusionFilterValue="latest",
    )
    return Repository(
        BUILD_REPOSITORY,
        **RETAIN,
        RepositoryName=name,
        ImageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        ImageTagMutabilityExclusionFilters=[latest],
        **_protected(key),
    )


def _protected(key: Value) -> dict[str, Any]:
    return {
        "ImageScanningConfiguration": ImageScanningConfiguration(ScanOnPush=True),
        "EncryptionConfiguration": EncryptionConfiguration(EncryptionType="KMS", KmsKey=key),
        "LifecyclePolicy": _lifecycle(_UNTAGGED, _TAGGED),
    }


def _title(application: Application) -> str:
    return f"{pascal_case(application.name)}Repository"


def _accounts(application: Application, arns: Arns) -> dict[str, Sequence[Value]]:
    if not application.pull_accounts:
        return {}
    return {"AWS": [arns.root_of(account) for account in application.pull_accounts]}


def _roles(application: Application, arns: Arns) -> Roles:
    """Return the roles that pull in environments of other accounts.

    Those of a stack that is built have its name as their path; those of an own one have any name.
    """
    places = application.places
    roles = []
    for environment in application.environments:
        if account := places.account(environment):
            path = f"{application.stack_name(environment)}/" if application.stack is None else ""
            roles.append(arns.at(account=account).global_("iam", f"role/{path}*"))
    return Roles([arns.root_of(account) for account in places.accounts], roles, are_patterns=True)


_UNTAGGED: dict[str, Any] = {
    "rulePriority": 10,
    "description": "Untagged images",
    "selection": {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": _UNTAGGED_DAYS,
    },
    "action": {"type": "expire"},
}
_TAGGED: dict[str, Any] = {
    "rulePriority": 20,
    "description": f"All but the newest {_TAGGED_IMAGES} images",
    "selection": {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": _TAGGED_IMAGES,
    },
    "action": {"type": "expire"},
}


def _lifecycle(*rules: dict[str, Any]) -> LifecyclePolicy:
    return LifecyclePolicy(LifecyclePolicyText=json.dumps({"rules": rules}, indent=2) + "\n")
