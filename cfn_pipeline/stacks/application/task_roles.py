"""The roles of tasks."""

from awacs.aws import Action, Statement
from troposphere import GetAtt, ImportValue, Ref, Sub

from cfn_pipeline.model.permissions import Allow
from cfn_pipeline.model.values import present, substituted
from cfn_pipeline.policies.application import get_secrets, pull_images, write_logs
from cfn_pipeline.policies.documents import allow, condition, document, from_account, trust
from cfn_pipeline.policies.keys import decrypt_secrets
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.container_secrets import read_secrets
from cfn_pipeline.stacks.application.containers import mounts_of
from cfn_pipeline.stacks.application.interfaces import Backend
from cfn_pipeline.stacks.application.secrets import secret_arns
from cfn_pipeline.stacks.application.stack import ApplicationStack

_TASKS = "ecs-tasks.amazonaws.com"


def add_secret_reader(stack: ApplicationStack) -> None:
    """Add the containers' role, which may read the application's secrets."""
    stack.add(
        role(
            ids.TASK_ROLE,
            trust=trust(_TASKS),
            policies={
                "SecretsManagerPermissions": document(
                    get_secrets(secret_arns(stack)),
                    decrypt_secrets(ImportValue(exports.SECRETS_KEY)),
                )
            },
        )
    )


def add_task_and_execution_roles(stack: ApplicationStack) -> None:
    """Add the containers' role, with their permissions, and the role with which ECS starts them."""
    application = stack.application
    containers = application.all_containers
    permitted = [allowed(p) for c in containers for p in c.permissions]
    permitted += [s for m in mounts_of(stack, containers) for s in m.permissions]
    secrets = [secret for c in application.all_containers for secret in c.secrets.values()]
    others = sorted({c.ecr_repository for c in application.all_containers if c.ecr_repository})
    repositories = [
        *([stack.image_repository] if application.runs_build else []),
        *map(substituted, others),
    ]
    trusted = trust(_TASKS, from_account(Ref("AWS::AccountId"), stack.arns.regional("ecs", "*")))
    stack.add(
        role(
            ids.TASK_ROLE,
            description=f"Containers of {application.name}",
            trust=trusted,
            **present(policies={"TaskPermissions": document(*permitted)} if permitted else None),
        ),
        role(
            ids.EXECUTION_ROLE,
            description=f"ECS, starting containers of {application.name}",
            trust=trusted,
            policies={
                "ExecutionPermissions": document(
                    *(pull_images(repositories) if repositories else []),
                    write_logs(GetAtt(ids.LOG_GROUP, "Arn"), sid="WriteLogs"),
                    *(s for b in stack.all(Backend) for s in b.credentials.permissions),
                    *read_secrets(secrets, stack.arns),
                )
            },
        ),
    )


def allowed(permission: Allow) -> Statement:
    """Return the statement of a permission."""
    actions = [Action(*name.split(":")) for name in permission.action_names]
    resources = [Sub(arn) if "${" in arn else arn for arn in permission.resources]
    return allow(*actions, on=resources, condition=condition(permission.condition))
