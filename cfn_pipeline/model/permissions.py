"""What roles are allowed to do on AWS: those of containers, and the pipeline's for its actions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, field

from cfn_pipeline.aws.cloudformation import PLACE_PARAMETERS, STACK_NAME
from cfn_pipeline.aws.codebuild import LOG_CALLS
from cfn_pipeline.aws.iam import CONDITION_OPERATOR
from cfn_pipeline.aws.pipelines import action_log_group
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z*?][A-Za-z0-9*?]*")
_PARAMETERS = (*PLACE_PARAMETERS, STACK_NAME)
_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")


@frozen(kw_only=False)
class Allow(Validated):
    """A permission of the tasks' role, or of the pipeline's for an action.

    ``Allow("sqs:SendMessage", on="arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:a")``

    https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html

    Args:
        actions: one action of IAM or several, such as ``sqs:SendMessage`` or ``sqs:Get*``.
        on: the ARN of a resource or of several, with ``*`` and pseudo parameters such as
            ``${AWS::Region}``; ``*``: every resource, for actions that take none.
        condition: values by key by operator of IAM, such as
            ``{"StringEquals": {"aws:ResourceTag/team": "orders"}}``; empty: none.

    """

    actions: str | Sequence[str]
    on: str | Sequence[str]
    _: KW_ONLY
    condition: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)

    @property
    def action_names(self) -> tuple[str, ...]:
        """The actions."""
        return _listed(self.actions)

    @property
    def resources(self) -> tuple[str, ...]:
        """The ARNs."""
        return _listed(self.on)

    @property
    def where(self) -> str:
        """How messages call the permission."""
        return f"Allow({', '.join(map(repr, self.action_names))})"

    def problems(self) -> Iterator[str]:
        """Yield actions and resources that IAM does not know."""
        if not self.action_names:
            yield f"{self.where}: actions is empty; use one, such as 'sqs:SendMessage'"
        for action in self.action_names:
            if not _ACTION.fullmatch(action):
                yield (
                    f"{self.where}: invalid action {action!r} in actions: use the service and its "
                    "action, such as 'sqs:SendMessage'"
                )
        if not self.resources:
            yield f"{self.where}: on is empty; use the ARN of a resource, or '*'"
        for resource in self.resources:
            yield from self._parameter_problems(resource, "on")
            parts = _PLACEHOLDER.sub("x", resource).split(":")
            if resource != "*" and not (parts[0] == "arn" and len(parts) >= 6 and parts[5]):
                yield (
                    f"{self.where}: invalid resource {resource!r} in on: use an ARN, such as "
                    "'arn:aws:sqs:eu-west-1:111122223333:orders', or '*'"
                )
        for operator, keys in self.condition.items():
            if not CONDITION_OPERATOR.fullmatch(operator) or not keys:
                yield (
                    f"{self.where}: invalid operator {operator!r} in condition: use one of IAM's "
                    "with the keys that it compares, such as {'StringEquals': {...}}"
                )
            for value in keys.values():
                for text in _listed(value):
                    yield from self._parameter_problems(text, "condition")

    def _parameter_problems(self, text: str, field: str) -> Iterator[str]:
        for name in _PLACEHOLDER.findall(text):
            if name not in _PARAMETERS:
                yield (
                    f"{self.where}: unknown parameter {name!r} in {field}; use one of "
                    f"{', '.join(_PARAMETERS)}"
                )


def _listed(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def regional_arn(service: str, resource: str) -> str:
    """Return the ARN of a resource in the stack's own account and region.

    ``regional_arn("lambda", "function:notify")``; variables such as ``#{build.NAME}``, which are
    not known before the pipeline runs, become ``*``.
    """
    known = re.sub(r"#\{[^{}]*\}", "*", resource)
    return f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{known}"


def action_logs(pipeline: str) -> Allow:
    """Write the logs of actions that CodePipeline runs on compute of its own."""
    group = f"log-group:{action_log_group(pipeline)}"
    return Allow(
        ("logs:CreateLogGroup", *LOG_CALLS),
        on=(regional_arn("logs", group), regional_arn("logs", f"{group}:*")),
    )


def pass_roles(roles: str | Sequence[str], *, to: Sequence[str]) -> Allow:
    """Pass roles to certain services alone, such as ``ecs-tasks``."""
    services = [f"{service}.amazonaws.com" for service in to]
    condition = {"StringEqualsIfExists": {"iam:PassedToService": services}}
    return Allow("iam:PassRole", on=roles, condition=condition)
