"""Actions that deploy files to S3, and code to functions of Lambda."""

import math
from collections.abc import Iterator, Sequence
from typing import ClassVar

from cfn_pipeline.aws.action_calls import ACTION_CALLS, LAMBDA_ALIAS_CALLS, LAMBDA_CODE_CALLS
from cfn_pipeline.aws.pipelines import (
    LAMBDA_ALARMS,
    LAMBDA_STRATEGY,
    LAMBDA_STRATEGY_MINUTES,
)
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.permissions import Allow, action_logs, regional_arn
from cfn_pipeline.model.values import Value, present


@frozen
class S3Deploy(Action):
    """Copies an artifact to a bucket: ``S3Deploy(name="Site", input=site, bucket="acme-site")``.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html

    Args:
        input: the artifact.
        bucket: its name.
        key: the object's key for the zip file, or, where it is extracted, a prefix; absent: the
            files are at the root of the bucket.
        extract: whether its files are copied; False: the zip file is.
        cache_control: of the objects, such as ``max-age=60``; absent: none.
        kms_key: the ARN of the key that encrypts objects; absent: the bucket's default.

    """

    type: ClassVar[ActionType] = ActionType(category="Deploy", owner="AWS", provider="S3")

    input: Artifact
    bucket: str
    key: str | None = None
    extract: bool = True
    cache_control: str | None = None
    kms_key: str | None = None

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The one artifact."""
        return (self.input,)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return bucket, key and how objects are stored."""
        settings = {
            "BucketName": self.bucket,
            "Extract": "true" if self.extract else "false",
            "ObjectKey": self.key,
            "CacheControl": self.cache_control,
            "KMSEncryptionKeyARN": self.kms_key,
        }
        return {name: value for name, value in settings.items() if value is not None}

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return writing to the bucket, and encrypting with the key."""
        write = Allow(
            ("s3:PutObject", "s3:PutObjectAcl"), on=f"arn:${{AWS::Partition}}:s3:::{self.bucket}/*"
        )
        if self.kms_key is None:
            return (write,)
        return (write, Allow(("kms:Decrypt", "kms:GenerateDataKey"), on=self.kms_key))

    def problems(self) -> Iterator[str]:
        """Yield also a zip file without a key."""
        yield from super().problems()
        if not self.extract and self.key is None:
            yield f"{self.where}: key is required with extract=False; use the object's key"


@frozen
class LambdaDeploy(Action):
    """Deploys code, or a published version, to a function that exists, and shifts its requests.

    ``LambdaDeploy(name="Jobs", input=built, function="jobs", alias="live")``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-LambdaDeploy.html

    Args:
        function: its name.
        input: the artifact with the code; absent: ``version`` is deployed.
        alias: to which the new version is deployed, with one version behind it; absent: the code
            becomes ``$LATEST`` and a new version, and no requests are shifted.
        version: a published one, or a variable such as ``#{variables.VERSION}``; absent: that of
            ``input``.
        strategy: such as ``Canary10Percent5Minutes`` or ``Linear10PercentEvery1Minute``, two days
            at most; absent: all at once.
        alarms: the names of alarms at which the deployment fails, ten at most; empty: none.

    """

    type: ClassVar[ActionType] = ActionType(category="Deploy", owner="AWS", provider="Lambda")

    function: str
    input: Artifact | None = None
    alias: str | None = None
    version: str | None = None
    strategy: str | None = None
    alarms: Sequence[str] = ()

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The artifact with the code, if any."""
        return () if self.input is None else (self.input,)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return function, alias, version, strategy and alarms."""
        return present(
            FunctionName=self.function,
            FunctionAlias=self.alias,
            PublishedTargetVersion=self.version,
            DeployStrategy=self.strategy,
            Alarms=",".join(self.alarms) or None,
        )

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:
        """Return changing the function and its alias, reading the alarms, and logs."""
        calls = (
            *ACTION_CALLS["Deploy", self.type.provider],
            "lambda:GetProvisionedConcurrencyConfig",
            *(LAMBDA_CODE_CALLS if self.input is not None else ()),
            *(LAMBDA_ALIAS_CALLS if self.alias is not None else ()),
        )
        function = regional_arn("lambda", f"function:{self.function}")
        alarms = [regional_arn("cloudwatch", f"alarm:{alarm}") for alarm in self.alarms]
        return (
            action_logs(pipeline),
            Allow(calls, on=(function, f"{function}:*")),
            *([Allow("cloudwatch:DescribeAlarms", on=alarms)] if alarms else []),
        )

    def problems(self) -> Iterator[str]:
        """Yield also a deployment of nothing or of both, and what needs an alias."""
        yield from super().problems()
        if (self.input is None) == (self.version is None):
            got = "neither" if self.input is None else "both"
            yield f"{self.where}: input or version is required (got {got}); use one of them"
        for name in ("version", "strategy"):
            if getattr(self, name) is not None and self.alias is None:
                yield f"{self.where}: {name} needs an alias; add alias="
        if self.strategy is not None:
            yield from self._strategy_problems(self.strategy)
        if len(self.alarms) not in LAMBDA_ALARMS:
            count = len(self.alarms)
            yield f"{self.where}: alarms must have {LAMBDA_ALARMS} names (got {count})"

    def _strategy_problems(self, strategy: str) -> Iterator[str]:
        match = LAMBDA_STRATEGY.fullmatch(strategy)
        if match is None:
            yield (
                f"{self.where}: invalid strategy {strategy!r}: use 'AllAtOnce', "
                "'Canary10Percent5Minutes' or 'Linear10PercentEvery1Minute', with other numbers"
            )
        elif match["percent"]:
            percent, minutes = int(match["percent"]), int(match["minutes"])
            # After the last step, nothing is waited for.
            steps = 1 if match["kind"] == "Canary" else math.ceil(100 / percent) - 1
            if steps * minutes > LAMBDA_STRATEGY_MINUTES:
                yield (
                    f"{self.where}: strategy {strategy!r} takes {steps * minutes:,} minutes; "
                    f"CodePipeline allows {LAMBDA_STRATEGY_MINUTES:,}"
                )
