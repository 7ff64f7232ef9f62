"""``#{namespace.name}`` in the settings of an action."""

import re
from collections.abc import Mapping

from cfn_pipeline.aws.pipelines import VARIABLE

__all__ = ["Unresolved", "resolved"]


class Unresolved(Exception):  # noqa: N818 - a state of affairs, told as CodePipeline tells it
    """A variable that no action has made; the message names it."""


def resolved(text: str, variables: Mapping[str, Mapping[str, str]]) -> str:
    """Return a text with the values of variables in it.

    Args:
        text: a setting.
        variables: by namespace, then by name.

    Raises:
        Unresolved: a namespace or a name that is not there, or is empty.

    """

    def value(reference: re.Match[str]) -> str:
        found = variables.get(reference[1], {}).get(reference[2], "")
        if found == "":
            raise Unresolved(reference[0])
        return found

    return VARIABLE.sub(value, text)
