"""Types of actions: the provider exists, and ActionTypeId is complete.

https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-valid-providers.html
"""

import difflib
from collections.abc import Iterator

from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.aws.providers import ACTION_TYPE_KEYS, ACTION_TYPE_VERSION, PROVIDERS
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

#: The similarity from which a name counts as a misspelt other name.
_NEAR = 0.75


def _exists(pipeline: Pipeline) -> Iterator[Problem]:
    known = {str(provider).lower(): str(provider) for _, _, provider in PROVIDERS}
    for action in pipeline.actions:
        name = action.provider
        if name is None or name.lower() in known or action.owner != "AWS":
            continue
        near = difflib.get_close_matches(name.lower(), known, 1, _NEAR)
        if near:
            yield problem(
                action,
                action.node.at("ActionTypeId").at("Provider"),
                f"provider '{name}' does not exist; use {known[near[0]]}",
            )


def _complete(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        node = action.node.at("ActionTypeId")
        if not isinstance(node.value, dict) or node.is_function or "Fn::Transform" in node.value:
            continue
        fields = node.fields()
        for key in ACTION_TYPE_KEYS:
            if key not in fields:
                yield problem(
                    action,
                    node,
                    f"ActionTypeId requires {key}; add {key}: {_value(action, key)}",
                    cfn_lint="E3003",
                )
        for key, inside in fields.items():
            if key not in ACTION_TYPE_KEYS:
                yield problem(
                    action,
                    inside,
                    f"ActionTypeId has the key {key}; it takes {', '.join(ACTION_TYPE_KEYS)}; "
                    f"{'move it to the action' if key[:1].isupper() else 'remove it'}",
                    cfn_lint="E3002",
                )
        version = node.at("Version").text
        if action.owner == "AWS" and is_known(version) and version != ACTION_TYPE_VERSION:
            yield problem(
                action,
                node.at("Version"),
                f"Version of an action of AWS must be '{ACTION_TYPE_VERSION}' (got '{version}'); "
                f"set Version: '{ACTION_TYPE_VERSION}'",
            )


def _value(action: Action, key: str) -> str:
    """Return the value that a key must have; dots if several are possible."""
    if key == "Version":
        return f"'{ACTION_TYPE_VERSION}'"
    same = [kind for kind in PROVIDERS if action.provider in (None, kind[2])]
    values = {str(kind[ACTION_TYPE_KEYS.index(key)]) for kind in same}
    return values.pop() if len(values) == 1 else "..."


RULES = (
    CheckRule(
        id="E9412",
        title="Providers of actions are spelled correctly",
        impact="The pipeline cannot be created.",
        aws_message="ActionType (Category: '...', Provider: '...', Owner: 'AWS', Version: '1') in "
        "action '...' is not available in region",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-valid-providers"
        ".html",
        certainty="documented",
        fix="Correct the spelling.",
        find_in_pipeline=_exists,
    ),
    CheckRule(
        id="E9413",
        title="ActionTypeId has a category, an owner, a provider, a version, and nothing else",
        impact="The pipeline cannot be created.",
        aws_message="Encountered unsupported property ...",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-"
        "properties-codepipeline-pipeline-actiontypeid.html",
        certainty="documented",
        fix="Add what is missing; move other keys, such as Configuration, to the action.",
        find_in_pipeline=_complete,
    ),
)
