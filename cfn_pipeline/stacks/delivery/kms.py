"""The key that encrypts what the application and its pipeline keep."""

from troposphere import GetAtt, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.policies import keys
from cfn_pipeline.policies.documents import document
from cfn_pipeline.resources import kms
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.document import add_resources, keep, new_template

__all__ = ["key_template", "secrets_key_template"]

KEY = "KmsKey"
ALIAS = "KmsKeyAlias"


def secrets_key_template(application: Application) -> Template:  # noqa: ARG001
    """Make one key for the secrets of all applications, exported as ``secrets-key``."""
    template = new_template("KMS Keys")
    add_resources(
        template,
        kms.key(
            KEY,
            description="Custom key for SSM parameters",
            enabled=True,
            policy=document(
                keys.administer_key(
                    Sub("arn:aws:iam::${AWS::AccountId}:root"),
                    sid="Allow root account access to key",
                ),
                Id="key-policy",
            ),
        ),
        kms.alias(ALIAS, name=f"alias/{exports.SECRETS_KEY}", key=Ref(KEY)),
    )
    template.add_output(
        exports.export(
            KEY,
            description="Secrets Key KMS Key Arn",
            value=GetAtt(KEY, "Arn"),
            name=exports.SECRETS_KEY,
        )
    )
    return template


def key_template(application: Application, *, arns: Arns = Arns()) -> Template:  # noqa: B008
    """Make one key for the artifacts, images, logs, secrets and data of one application."""
    name = application.name
    template = new_template(f"Key that encrypts what {name} keeps")
    add_resources(
        template,
        keep(
            kms.key(
                KEY,
                description=f"Artifacts, images, logs, secrets and data of {name}",
                rotated=True,
                policy=document(
                    keys.administer_key(arns.root(), sid="LetIamPoliciesDecide"),
                    keys.grant_to_services_only(),
                    keys.let_logs_encrypt(
                        Sub(f"logs.${{AWS::Region}}.{arns.suffix}"),
                        [arns.regional("logs", group) for group in _log_groups(application)],
                    ),
                    keys.let_events_publish(arns.regional("sns", f"{name}-*")),
                ),
            ),
            "Retain",
        ),
        kms.alias(ALIAS, name=f"alias/{name}", key=Ref(KEY)),
    )
    template.add_output(
        exports.export(
            KEY,
            description=f"ARN of the key of {name}",
            value=GetAtt(KEY, "Arn"),
            name=exports.key(name),
        )
    )
    return template


def _log_groups(application: Application) -> list[str]:
    """Name the log groups of the builds and of each environment."""
    stacks = [application.stack_name(environment) for environment in application.environments]
    return [
        f"log-group:/aws/codebuild/{application.name}",
        *(f"log-group:/{stack}/*" for stack in stacks),
        *(f"log-group:/aws/lambda/{stack}-*" for stack in stacks),
    ]
