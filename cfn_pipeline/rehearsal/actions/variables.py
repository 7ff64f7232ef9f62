"""Variables, ``#{namespace.name}``, in the settings of an action.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from cfn_pipeline.aws.pipelines import VARIABLE
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Action


def resolve(text: str, variables: Mapping[str, Mapping[str, str]]) -> str:
    """Return a text with the values of its variables.

    Args:
        text: a setting.
        variables: values by namespace and name.

    Raises:
        ActionFailed: a variable does not exist or is empty.

    """

    def value(reference: re.Match[str]) -> str:
        text = variables.get(reference[1], {}).get(reference[2], "")
        if text == "":
            raise ActionFailed(
                f"the variable {reference[0]} has no value; no earlier action has set it"
            )
        return text

    return VARIABLE.sub(value, text)


def with_variables(action: Action, variables: Mapping[str, Mapping[str, str]]) -> Action:
    """Return an action with the values of variables in its settings.

    Raises:
        ActionFailed: a variable does not exist or is empty.

    """

    def each(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
        return {name: resolve(text, variables) for name, text in texts}

    return replace(
        action,
        configuration=each(action.configuration.items()),
        environment_variables=[each(entry.items()) for entry in action.environment_variables],
    )


def check_variable(
    rule: Mapping[str, str], variables: Mapping[str, Mapping[str, str]]
) -> tuple[bool, str]:
    """Return whether a rule of VariableCheck is met, and what is compared.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference-VariableCheck.html

    Args:
        rule: what it is configured with.
        variables: values by namespace and name.

    Raises:
        ActionFailed: the variable does not exist, or the operator is unknown.

    """
    operator, wanted = rule.get("Operator", ""), rule.get("Value", "")
    actual = resolve(rule.get("Variable", ""), variables)
    compare = _OPERATORS.get(operator)
    if compare is None:
        raise ActionFailed(f"unknown Operator {operator!r}: use {', '.join(_OPERATORS)}")
    return compare(actual, wanted), f"{rule['Variable']} is {actual!r}, not {operator} {wanted!r}"


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "EQ": lambda actual, wanted: actual == wanted,
    "NE": lambda actual, wanted: actual != wanted,
    "CONTAINS": lambda actual, wanted: wanted in actual,
    "MATCHES": lambda actual, wanted: re.fullmatch(wanted, actual) is not None,
}
