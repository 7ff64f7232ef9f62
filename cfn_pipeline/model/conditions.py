"""What must hold before a stage begins, or after it, beside the success of its actions.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.aws.pipelines import CONDITION_RESULTS, RULE_PROVIDERS
from cfn_pipeline.model.validated import Validated

__all__ = ["Condition", "Rule"]


@dataclass(frozen=True, kw_only=True)
class Rule(Validated):
    """One thing that is looked at.

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
        yield from names.ACTION.problems(self.name, self.where)
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
    """Rules that must all hold.

    Args:
        rules: one or more.
        result: what the stage does when one does not hold: FAIL, SKIP (before entry) or ROLLBACK
            (on success).

    """

    rules: Sequence[Rule]
    result: str = "FAIL"

    def problems(self) -> Iterator[str]:
        """Yield a condition of nothing, and a result that there is not."""
        if not self.rules:
            yield "condition: it has no rule; give one, or leave the condition out"
        for name, count in Counter(rule.name for rule in self.rules).items():
            if count > 1:
                yield f"condition: {count} rules are called {name!r}; a name is unique"
        if self.result not in CONDITION_RESULTS:
            known = ", ".join(CONDITION_RESULTS)
            yield f"condition: there is no result {self.result!r}; use {known}"
