"""AWS Secrets Manager.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SecretsManager.html
"""

import json

from troposphere.secretsmanager import GenerateSecretString, Secret

from cfn_pipeline.model.values import Value

__all__ = ["generated_secret"]

#: RDS takes no / " @ or space in a password; quotes and backslashes are trouble in shells.
_EXCLUDED = "\"'/@\\ "


def generated_secret(
    title: str, *, name: Value, description: Value, password_key: str, key: Value
) -> Secret:
    """Make a secret, a JSON object whose one value is a random password.

    Args:
        title: the logical id.
        name: the secret's name.
        description: what it is for.
        password_key: where the password stands in the object.
        key: the ARN of the key that encrypts it.

    """
    return Secret(
        title,
        Name=name,
        Description=description,
        KmsKeyId=key,
        GenerateSecretString=GenerateSecretString(
            SecretStringTemplate=json.dumps({}),
            GenerateStringKey=password_key,
            PasswordLength=32,
            ExcludeCharacters=_EXCLUDED,
        ),
    )
