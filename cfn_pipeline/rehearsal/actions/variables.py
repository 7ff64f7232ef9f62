"""Variables, ``#{namespace.name}``, in the settings of an action.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

import re
from collections.abc import Iterable, Mapping
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
