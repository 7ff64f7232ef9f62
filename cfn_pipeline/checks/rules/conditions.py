"""Conditions of stages: their number, their rules, and what they can result in.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
"""

import difflib
from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Pipeline, Stage
from cfn_pipeline.aws.pipelines import (
    CONDITIONS,
    GATES,
    RULE_PROVIDERS,
    RULES_OF_CONDITION,
    SKIPPING_PROVIDERS,
)
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

_CONDITIONS = "https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html"
_RULES = "https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference.html"


def _gates(pipeline: Pipeline) -> Iterator[tuple[Stage, str, Node]]:
    for stage in pipeline.stages:
        for gate in GATES:
            if stage.node.at(gate).at("Conditions").is_there:
                yield stage, gate, stage.node.at(gate).at("Conditions")


def _rules(pipeline: Pipeline) -> Iterator[tuple[Stage, str, Node, Node]]:
    """Yield each rule with its stage, gate and condition."""
    for stage, gate, conditions in _gates(pipeline):
        for condition in conditions.items():
            for rule in condition.at("Rules").items():
                yield stage, gate, condition, rule


def _numbers(pipeline: Pipeline) -> Iterator[Problem]:
    for stage, gate, conditions in _gates(pipeline):
        number = len(conditions.items())
        if number > CONDITIONS.most and isinstance(conditions.value, list):
            yield problem(
                stage,
                conditions,
                f"{gate} must have at most {CONDITIONS.most} condition (has {number}); put the "
                "rules into one condition",
            )
        for condition in conditions.items():
            rules = condition.at("Rules")
            if rules.is_whole and len(rules.items()) > RULES_OF_CONDITION.most:
                yield problem(
                    stage,
                    rules,
                    f"a condition of {gate} must have {RULES_OF_CONDITION} rules (has "
                    f"{len(rules.items())}); remove some of them",
                )


def _skips(pipeline: Pipeline) -> Iterator[Problem]:
    for stage, gate, condition, rule in _rules(pipeline):
        provider = rule.at("RuleTypeId").at("Provider").text
        if condition.at("Result").text != "SKIP" or not is_known(provider):
            continue
        if provider in RULE_PROVIDERS and provider not in SKIPPING_PROVIDERS:
            yield problem(
                stage,
                condition.at("Result"),
                f"Result SKIP of {gate} is not available for rules of {provider}; use FAIL, or a "
                f"rule of {' or '.join(SKIPPING_PROVIDERS)}",
            )


def _retries(pipeline: Pipeline) -> Iterator[Problem]:
    for stage, gate, conditions in _gates(pipeline):
        for condition in conditions.items():
            if gate == "OnFailure" and condition.at("Result").text == "RETRY":
                yield problem(
                    stage,
                    condition.at("Result"),
                    "a condition of OnFailure cannot have the Result RETRY; use ROLLBACK, or set "
                    "OnFailure's own Result: RETRY",
                )


def _providers(pipeline: Pipeline) -> Iterator[Problem]:
    for stage, gate, _, rule in _rules(pipeline):
        node = rule.at("RuleTypeId").at("Provider")
        provider = node.text
        if provider is None or not is_known(provider):
            continue
        terms = RULE_PROVIDERS.get(provider)
        if terms is None:
            near = difflib.get_close_matches(provider, RULE_PROVIDERS, 1, 0.7)
            if near:
                yield problem(
                    stage,
                    node,
                    f"provider '{provider}' of a rule of {gate} does not exist; use {near[0]}",
                )
            continue
        configuration = rule.at("Configuration").parsed
        if configuration.hides_keys or rule.hides_keys:
            continue
        missing = [key for key in terms.required if not configuration.at(key).is_there]
        if missing:
            yield problem(
                stage,
                configuration if configuration.is_there else rule,
                f"a rule of {provider} in {gate} requires {', '.join(missing)}; add "
                f"{'it' if len(missing) == 1 else 'them'} to Configuration",
            )
        if provider == "Commands" and not rule.at("Commands").is_there:
            yield problem(
                stage, rule, f"a rule of Commands in {gate} requires Commands; list the commands"
            )


RULES = (
    CheckRule(
        id="E9507",
        title="Only rules of Lambda and of variables skip a stage",
        impact="The pipeline cannot be created.",
        source=_CONDITIONS,
        certainty="documented",
        fix="Use FAIL, or a rule of LambdaInvoke or VariableCheck.",
        find_in_pipeline=_skips,
    ),
    CheckRule(
        id="E9508",
        title=f"A gate has {CONDITIONS.most} condition of {RULES_OF_CONDITION} rules",
        impact="The pipeline cannot be created.",
        source=_CONDITIONS,
        certainty="documented",
        fix="Put the rules into one condition.",
        find_in_pipeline=_numbers,
    ),
    CheckRule(
        id="E9509",
        title="Rules of conditions have a provider and what it requires",
        impact="The pipeline cannot be created.",
        source=_RULES,
        certainty="documented",
        fix="Correct the provider, and add the keys to the rule's Configuration.",
        find_in_pipeline=_providers,
    ),
    CheckRule(
        id="E9510",
        title="Conditions of OnFailure roll back",
        impact="The pipeline cannot be created.",
        source=_CONDITIONS,
        certainty="documented",
        fix="Use ROLLBACK, or set Result: RETRY beside Conditions' place.",
        find_in_pipeline=_retries,
    ),
)
