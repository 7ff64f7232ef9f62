"""Conditions of a stage: what must be true before it begins, or when it has succeeded.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.pipelines import COMMANDS, CONDITION_RESULTS, RULE_PROVIDERS
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.permissions import Allow, action_logs, regional_arn
from cfn_pipeline.model.validated import Validated, repeated


@frozen
class Rule(Validated):
    """One rule of a condition.

    ``Rule(name="NoAlarm", provider="CloudWatchAlarm", configuration={"AlarmName": "orders"})``

    Args:
        name: unique in its condition.
        provider: CloudWatchAlarm, CodeBuild, Commands, DeploymentWindow, LambdaInvoke or
            VariableCheck.
        configuration: by the provider's keys, such as ``AlarmName``; empty: none, as for Commands.
        commands: of a rule of Commands, 1 to 50; empty: for the others.
        inputs: the artifacts of a rule of CodeBuild or Commands; empty: none.

    """

    name: str
    provider: str
    configuration: Mapping[str, str] = field(default_factory=dict)
    commands: Sequence[str] = ()
    inputs: Sequence[Artifact] = ()

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:
        """Return what the role of the pipeline of that name is allowed for the rule."""
        if self.provider == "CloudWatchAlarm":
            return (Allow("cloudwatch:DescribeAlarms", on="*"),)
        if self.provider == "CodeBuild":
            project = regional_arn("codebuild", f"project/{self.configuration['ProjectName']}")
            return (Allow(("codebuild:StartBuild", "codebuild:BatchGetBuilds"), on=project),)
        if self.provider == "LambdaInvoke":
            function = regional_arn("lambda", f"function:{self.configuration['FunctionName']}")
            return (Allow("lambda:InvokeFunction", on=function),)
        return (action_logs(pipeline),) if self.provider == "Commands" else ()

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with name and provider."""
        yield from name_forms.ACTION.problems(self.name, self.where)
        provider = RULE_PROVIDERS.get(self.provider)
        if provider is None:
            usable = ", ".join(RULE_PROVIDERS)
            yield f"{self.where}: unknown rule provider {self.provider!r}; use {usable}"
            return
        for key in provider.required:
            if key not in self.configuration:
                yield f"{self.where}: {self.provider} needs {key}; add it to configuration"
        if self.provider == "Commands" and len(self.commands) not in COMMANDS:
            yield f"{self.where}: commands must have {COMMANDS} (got {len(self.commands)})"
        if self.provider != "Commands" and self.commands:
            yield f"{self.where}: {self.provider} runs no commands; remove commands"
        if self.inputs and not provider.runs:
            yield f"{self.where}: {self.provider} reads no artifacts; remove inputs"


@frozen
class Condition(Validated):
    """Rules that must all be met: ``Condition(rules=[rule], result="ROLLBACK")``.

    Args:
        rules: one or more.
        result: what the stage does when a rule is not met: FAIL, SKIP (before entry) or ROLLBACK
            (on success).

    """

    rules: Sequence[Rule]
    result: str = "FAIL"

    def problems(self) -> Iterator[str]:
        """Yield a condition without rules, and an unknown result."""
        if not self.rules:
            yield "condition: rules is empty; add one, or omit the condition"
        yield from repeated("condition: rule name", [rule.name for rule in self.rules])
        if self.result not in CONDITION_RESULTS:
            known = ", ".join(CONDITION_RESULTS)
            yield f"condition: unknown result {self.result!r}; use {known}"
