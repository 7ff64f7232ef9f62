"""A Lambda function whose source stands in the template, with its role and its log group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from awacs.aws import Statement
from troposphere import GetAtt, Sub, Template

from cfn_pipeline import functions
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.application import write_logs
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources import awslambda, iam
from cfn_pipeline.stacks.document import add_resources
from cfn_pipeline.stacks.log_groups import log_group

__all__ = ["FunctionSettings", "InlineFunction"]


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """How functions are run, whatever they do.

    Args:
        runtime: Lambda's identifier, such as python3.13.
        timeout_seconds: how long one call may take, 900 at most.
        encrypted_logs: whether log groups are encrypted with the application's key and say that
            they are deleted with the stack.

    """

    runtime: str
    timeout_seconds: int = 300
    encrypted_logs: bool = False


@dataclass(frozen=True, kw_only=True)
class InlineFunction:
    """A function, its role and its log group: the three are one thing to a reader.

    Args:
        function: the function's logical id.
        role: the role's logical id.
        log_group: the log group's logical id.
        name: the function's name, behind the stack's.
        description: what it does, behind the stack's name.
        module: its source in ``cfn_pipeline.functions``.
        policy: the name of the role's policy.
        permissions: what it may do, beside writing its log.
        environment: its variables; absent: none.
        deletion_policy: what becomes of the log group with its stack; absent: it is deleted.

    """

    function: str
    role: str
    log_group: str
    name: str
    description: str
    module: str
    policy: str
    permissions: Sequence[Statement]
    environment: Mapping[str, Value] | None = None
    deletion_policy: str | None = None

    def add(
        self, template: Template, application: Application, *, settings: FunctionSettings
    ) -> None:
        """Add the three to a template."""
        name = f"${{AWS::StackName}}-{self.name}"
        function = awslambda.function(
            self.function,
            depends_on=self.log_group,
            name=Sub(name),
            description=Sub(f"${{AWS::StackName}} {self.description}"),
            runtime=settings.runtime,
            role=GetAtt(self.role, "Arn"),
            timeout_seconds=settings.timeout_seconds,
            environment=self.environment,
            source=functions.source(self.module),
        )
        group = log_group(
            self.log_group,
            application,
            name=Sub(f"/aws/lambda/{name}"),
            encrypted=settings.encrypted_logs,
        )
        if self.deletion_policy is not None:
            group.DeletionPolicy = self.deletion_policy
        add_resources(
            template,
            function,
            iam.role(
                self.role,
                trust=trust("lambda.amazonaws.com"),
                policies={
                    self.policy: document(
                        *self.permissions, write_logs(GetAtt(self.log_group, "Arn"))
                    )
                },
            ),
            group,
        )
