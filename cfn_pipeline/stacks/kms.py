"""The key that encrypts secrets."""

from troposphere import GetAtt, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.policies import application as duties
from cfn_pipeline.policies.documents import document
from cfn_pipeline.resources import kms
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.document import new_template

__all__ = ["secrets_key_template"]


def secrets_key_template(application: Application) -> Template:  # noqa: ARG001
    """Make one key for the secrets of all applications, exported as ``secrets-key``."""
    template = new_template("KMS Keys")
    template.add_resource(
        kms.key(
            "KmsKey",
            description="Custom key for SSM parameters",
            enabled=True,
            policy=document(
                duties.administer_key(Sub("arn:aws:iam::${AWS::AccountId}:root")), Id="key-policy"
            ),
        )
    )
    template.add_resource(
        kms.alias("KmsKeyAlias", name=f"alias/{exports.secrets_key()}", key=Ref("KmsKey"))
    )
    template.add_output(
        exports.export(
            "KmsKey",
            description="Secrets Key KMS Key Arn",
            value=GetAtt("KmsKey", "Arn"),
            name=exports.secrets_key(),
        )
    )
    return template
