"""The conditions of a stage, in words.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
"""

from collections.abc import Callable, Iterator

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.pipelines import Stage
from cfn_pipeline.aws.pipelines import GATES, RULE_PROVIDERS
from cfn_pipeline.diagrams.pictures import ConditionBox

#: What follows, by result; of BeforeEntry and OnSuccess, if a rule is not met.
_RESULTS = {
    "FAIL": "fails",
    "SKIP": "is skipped",
    "ROLLBACK": "rolls back",
    "RETRY": "is tried again",
}
_RETRIES = {"FAILED_ACTIONS": "its failed actions", "ALL_ACTIONS": "all its actions"}


def condition_of(stage: Stage, gate: str, shown: Callable[[str], str]) -> ConditionBox | None:
    """Return the condition of a stage; None: it has none.

    Args:
        stage: the stage.
        gate: one of ``GATES``, such as ``BeforeEntry``.
        shown: returns a text as it is shown.

    """
    node = stage.node.at(gate)
    lines = list(_lines(node, is_failure=gate == _ON_FAILURE, shown=shown))
    return ConditionBox(name=_NAMES[gate], lines=lines) if lines else None


_NAMES = dict(zip(GATES, ("Before entry", "On success", "On failure"), strict=True))
*_, _ON_FAILURE = GATES


def _lines(gate: Node, *, is_failure: bool, shown: Callable[[str], str]) -> Iterator[str]:
    for condition in gate.at("Conditions").items():
        for rule in condition.at("Rules").items():
            yield _rule(rule, shown)
        result = _RESULTS.get(condition.at("Result").text or "")
        if result:
            yield f"then the stage {result}" if is_failure else f"else the stage {result}"
    result = gate.at("Result").text
    if result in _RESULTS:
        retried = _RETRIES.get(gate.at("RetryConfiguration").at("RetryMode").text or "")
        if result == "RETRY" and retried:
            yield f"CodePipeline tries {retried} again"
        else:
            yield f"the stage {_RESULTS[result]}"


def _rule(rule: Node, shown: Callable[[str], str]) -> str:
    """Return a rule: ``OfficeHours: DeploymentWindow * * 8-16 ? * MON-FRI *``."""
    name = shown(rule.at("Name").text or "?")
    provider = shown(rule.at("RuleTypeId").at("Provider").text or "?")
    settings = rule.at("Configuration").parsed
    known = RULE_PROVIDERS.get(provider)
    texts = [settings.at(key).text for key in (*(known.required if known else ()), "TimeZone")]
    if provider == "VariableCheck":
        variable, value, operator, _ = texts
        texts = [variable, operator, value]
    return " ".join([f"{name}:", provider, *(shown(text) for text in texts if text)])
