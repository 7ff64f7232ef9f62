"""The key that encrypts the data of the application and its pipeline."""

from troposphere import GetAtt, Ref, Template
from troposphere.kms import Alias, Key

from cfn_pipeline.aws.pipelines import action_log_group
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.policies import keys
from cfn_pipeline.policies.documents import document
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS, LITERAL_ARNS, Arns
from cfn_pipeline.stacks.delivery.approvals import approval_log_group
from cfn_pipeline.stacks.delivery.roles import roles_of_other_accounts
from cfn_pipeline.stacks.key import ALIAS, KEY, add_key
from cfn_pipeline.stacks.stack import Stack


def secrets_key_template(application: Application) -> Template:
    """Make one key for the secrets of all applications, exported as ``secrets-key``."""
    stack = Stack("KMS Keys", name=application.name, arns=LITERAL_ARNS)
    administer = keys.administer_key(stack.arns.root(), sid="Allow root account access to key")
    stack.add(
        Key(
            KEY,
            Description="Custom key for SSM parameters",
            Enabled=True,
            KeyPolicy=document(administer, Id="key-policy"),
        ),
        Alias(ALIAS, AliasName=f"alias/{exports.SECRETS_KEY}", TargetKeyId=Ref(KEY)),
    )
    stack.output(KEY, "Secrets Key KMS Key Arn", GetAtt(KEY, "Arn"), export=exports.SECRETS_KEY)
    return stack.template


def key_template(
    application: Application, *, pipeline: Pipeline | None = None, arns: Arns = ARNS
) -> Template:
    """Make one key for the artifacts, images, build logs and notifications of one application.

    Args:
        application: whose key it is.
        pipeline: whose roles of other accounts may use it, through S3, and whose actions' logs it
            encrypts; absent: there are none.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    """
    return pipeline_key_template(application.name, pipeline=pipeline, arns=arns)


def pipeline_key_template(
    name: str, *, pipeline: Pipeline | None = None, writing: bool = True, arns: Arns = ARNS
) -> Template:
    """Make the key of a pipeline.

    Args:
        name: of the pipeline.
        pipeline: as ``key_template`` has it.
        writing: whether roles of other accounts may write artifacts, too.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    """
    stack = Stack(f"Key of the pipeline that delivers {name}", name=name, arns=arns)
    groups = [f"/aws/codebuild/{name}"]
    if pipeline is not None and pipeline.has_action_logs:
        groups.append(action_log_group(name))
    if pipeline is not None and pipeline.described_approvals:
        groups.append(approval_log_group(name))
    roles = roles_of_other_accounts(() if pipeline is None else pipeline.actions, None, arns)
    policy = document(
        keys.administer_key(arns.root(), sid="EnableIamPolicies"),
        keys.grant_to_services_only(),
        keys.let_logs_encrypt(
            arns.service("logs"),
            [arns.regional("logs", f"log-group:{group}") for group in groups],
        ),
        keys.let_events_publish(arns.regional("sns", f"{name}-*")),
        *keys.let_roles_use_key(roles, through=arns.service("s3"), writing=writing),
    )
    add_key(
        stack,
        policy,
        description=f"Artifacts, images, build logs and notifications of {name}",
        alias=name,
        output=f"ARN of the key of {name}",
        export=exports.key(name),
    )
    return stack.template
