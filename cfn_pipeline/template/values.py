"""How CloudFormation makes text of values: of scalars, and of what Fn::Sub is given."""

import re
from collections.abc import Callable, Mapping
from typing import Any

# Where the end is lacking, a pattern matches the rest of the text, too. To search the rest again
# from each beginning would take time by the square of its length.
_VARIABLE = re.compile(r"\$\{([^}]*)(\}?)")
_REFERENCE = re.compile(r"\{\{resolve:([^}]*)((?:\}\})?)")


def scalar_text(value: object) -> str:
    """Return a scalar as the text that CloudFormation takes it for: True is ``true``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def replace_variables(text: str, replacement: Callable[[str], str]) -> str:
    """Replace the variables in the text of a Fn::Sub.

    ``replacement`` returns what stands for the name of one: ``Name``, ``Name.Attribute``, or
    ``!Name`` for ``${!Name}``, which is text.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
    """
    return _VARIABLE.sub(lambda part: replacement(part[1]) if part[2] else part[0], text)


def dynamic_references(text: str) -> list[str]:
    """Return the dynamic references of a text: ``{{resolve:ssm:name}}`` and others, as a whole.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    return [part[0] for part in _REFERENCE.finditer(text) if part[2]]


def replace_references(text: str, replacement: Callable[[str], str]) -> str:
    """Replace the dynamic references of a text."""
    return _REFERENCE.sub(lambda part: replacement(part[0]) if part[2] else part[0], text)


def substitute(
    text: str,
    variables: Mapping[str, Any],
    resolve: Callable[[Any], str],
) -> str:
    """Return the text of a Fn::Sub with its variables filled in.

    Args:
        text: such as ``${AWS::StackName}-${Key.Arn}``.
        variables: the values that the function itself gives to some.
        resolve: returns the text of such a value, or of the Ref or Fn::GetAtt that a variable of
            the template stands for.

    """

    def value(variable: str) -> str:
        name = variable.strip()
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in variables:
            return resolve(variables[name])
        return resolve({"Fn::GetAtt": name.split(".", 1)} if "." in name else {"Ref": name})

    return replace_variables(text, value)
