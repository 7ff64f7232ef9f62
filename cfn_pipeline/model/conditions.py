"""Conditions of a stage: what must be true before it begins, or when it has succeeded.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.pipelines import CONDITION_RESULTS, RULE_PROVIDERS
from cfn_pipeline.model.validated import Validated, repeated


@dataclass(frozen=True, kw_only=True)
class Rule(Validated):
    """One rule of a condition.

    ``Rule(name="NoAlarm", provider="CloudWatchAlarm", configuration={"AlarmName": "orders"})``

    Args:
        name: unique in its condition.
        provider: CloudWatchAlarm, DeploymentWindow or VariableCheck. CodePipeline also has
            CodeBuild, Commands and LambdaInvoke, which are not supported yet.
        configuration: by the provider's keys, such as ``AlarmName``.

    """

    name: str
    provider: str
    configuration: Mapping[str, str] = field(default_factory=dict)

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with name and provider."""
        yield from name_forms.ACTION.problems(self.name, self.where)
        provider = RULE_PROVIDERS.get(self.provider)
        usable = ", ".join(name for name, terms in RULE_PROVIDERS.items() if not terms.runs)
        if provider is None:
            yield f"{self.where}: unknown rule provider {self.provider!r}; use {usable}"
        elif provider.runs:
            yield f"{self.where}: rules of {self.provider} are not supported yet; use {usable}"
        else:
            for key in provider.required:
                if key not in self.configuration:
                    yield f"{self.where}: {self.provider} needs {key}; add it to configuration"


@dataclass(frozen=True, kw_only=True)
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
