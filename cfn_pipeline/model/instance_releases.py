"""The action that deploys files to instances."""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from cfn_pipeline.aws.action_calls import ACTION_CALLS, TARGET_CALLS, TARGET_READING_CALLS
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.permissions import Allow, action_logs, regional_arn
from cfn_pipeline.model.values import Value, present

_INSTANCE_TYPES = ("EC2", "SSM_MANAGED_NODE")
_SEND = "ssm:SendCommand"


@frozen
class EC2Deploy(Action):
    """Deploys files to tagged Linux instances, and runs scripts there.

    ``EC2Deploy(name="Web", input=built, tag_key="app", tag_value="web", spec="deployspec.yml")``

    The instances have the SSM agent, and their role may read the artifact bucket (s3:GetObject) and
    decrypt with its key.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-EC2Deploy.html

    Args:
        input: the artifact with files and scripts.
        tag_key: the key of the instances' tag.
        tag_value: its value; absent: instances with any value.
        instance_type: EC2 or SSM_MANAGED_NODE.
        spec: the path of a deploy spec file in the artifact; absent: ``script`` and ``directory``.
        directory: on the instances, to which the files are copied; absent: that of ``spec``.
        script: runs after the files are copied, a path in the artifact; absent: those of ``spec``.
        before: a script that runs before; absent: none.
        target_groups: the names of the target groups from which each instance is taken while it is
            deployed to; empty: none.
        most_at_once: how many instances, such as ``2``, or ``50%``; absent: one.
        most_errors: how many instances may fail, as a number or a percentage; absent: none.

    """

    type: ClassVar[ActionType] = ActionType(category="Deploy", owner="AWS", provider="EC2")
    type_name: ClassVar[str] = "ec2_deploy"

    input: Artifact
    tag_key: str
    tag_value: str | None = None
    instance_type: str = _INSTANCE_TYPES[0]
    spec: str | None = None
    directory: str | None = None
    script: str | None = None
    before: str | None = None
    target_groups: Sequence[str] = ()
    most_at_once: str | None = None
    most_errors: str | None = None

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The one artifact."""
        return (self.input,)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return the instances, what runs on them, and how many at once."""
        return present(
            InstanceTagKey=self.tag_key,
            InstanceTagValue=self.tag_value,
            InstanceType=self.instance_type,
            DeploySpec=self.spec,
            TargetDirectory=self.directory,
            PreScript=self.before,
            PostScript=self.script,
            TargetGroupNameList=",".join(self.target_groups) or None,
            MaxBatch=self.most_at_once,
            MaxError=self.most_errors,
        )

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:
        """Return sending commands to the tagged instances, their target groups, and logs."""
        reading = [c for c in ACTION_CALLS["Deploy", self.type.provider] if c != _SEND]
        tag = f"aws:ResourceTag/{self.tag_key}"
        tagged = {"Null": {tag: "false"}}
        if self.tag_value is not None:
            tagged = {"StringEquals": {tag: self.tag_value}}
        instances = regional_arn("ec2", "instance/*")
        if self.instance_type != _INSTANCE_TYPES[0]:
            instances = regional_arn("ssm", "managed-instance/*")
        groups = [
            regional_arn("elasticloadbalancing", f"targetgroup/{group}/*")
            for group in self.target_groups
        ]
        return (
            action_logs(pipeline),
            Allow((*reading, *(TARGET_READING_CALLS if groups else ())), on="*"),
            Allow(_SEND, on=instances, condition=tagged),
            # AWS's own document, which belongs to no account; the action serves Linux alone.
            Allow(
                _SEND, on="arn:${AWS::Partition}:ssm:${AWS::Region}::document/AWS-RunShellScript"
            ),
            *([Allow(TARGET_CALLS, on=groups)] if groups else []),
        )

    def problems(self) -> Iterator[str]:
        """Yield also an unknown type of instance, and what is deployed in no way or in two."""
        yield from super().problems()
        if self.instance_type not in _INSTANCE_TYPES:
            yield (
                f"{self.where}: unknown instance_type {self.instance_type!r}; use "
                f"{' or '.join(_INSTANCE_TYPES)}"
            )
        if (self.spec is None) == (self.script is None):
            got = "neither" if self.spec is None else "both"
            yield f"{self.where}: spec or script is required (got {got}); use one of them"
        elif self.spec is None and self.directory is None:
            yield f"{self.where}: directory is required with script; use a path on the instances"
        for name in ("most_at_once", "most_errors"):
            value = getattr(self, name)
            if value is not None and not re.fullmatch("[0-9]+%?", value):
                yield f"{self.where}: invalid {name} {value!r}: use a number, or such as '50%'"
