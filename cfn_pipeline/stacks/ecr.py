"""The repositories of the build's image and of the application's images."""

from awacs.aws import Statement
from troposphere import Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies import application as duties
from cfn_pipeline.policies.documents import document
from cfn_pipeline.resources import ecr
from cfn_pipeline.stacks.document import new_template

__all__ = ["ecr_template"]

_CODEBUILD = "codebuild.amazonaws.com"
_UNTAGGED_DAYS = 7


def ecr_template(application: Application, *, policy_version: str) -> Template:
    """Make the repositories, from both of which CodeBuild may pull.

    Args:
        application: whose images these are.
        policy_version: the version of the policy language.

    """
    template = new_template("ECR Resources")
    template.add_resource(
        ecr.repository(
            "CodebuildRepository",
            name=application.build_image_repository_name,
            policy=document(
                duties.let_pull({"Service": [_CODEBUILD]}, sid="CodeBuildAccess"),
                version=policy_version,
            ),
        )
    )
    template.add_resource(
        ecr.repository(
            f"{_alphanumeric(application.name)}Repository",
            name=application.image_repository_name,
            policy=document(_remote_access(application), version=policy_version),
            expire_untagged_after_days=_UNTAGGED_DAYS,
        )
    )
    return template


def _remote_access(application: Application) -> Statement:
    accounts: list[Value] = [
        f"arn:aws:iam::{account}:root" for account in application.pull_accounts
    ]
    named: dict[str, list[Value]] = {"AWS": accounts} if accounts else {}
    return duties.let_pull(
        {**named, "Service": [_CODEBUILD]},
        sid="RemoteAccountAccess" if accounts else "CodeBuildAccess",
    )


def _alphanumeric(name: str) -> str:
    """Return a name as a logical id takes it: ``orders-api`` becomes ``OrdersApi``."""
    return "".join(word.capitalize() for word in name.split("-"))
