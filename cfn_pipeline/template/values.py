"""How CloudFormation makes text of values: of scalars, and of what Fn::Sub is given."""

import re
from collections.abc import Callable, Mapping
from typing import Any

#: A variable in the text of Fn::Sub: ``${Name}``, ``${Name.Attribute}``, or, as text, ``${!Name}``.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
SUB_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def scalar_text(value: object) -> str:
    """Return a scalar as the text that CloudFormation takes it for: True is ``true``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


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

    def value(variable: re.Match[str]) -> str:
        name = variable[1].strip()
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in variables:
            return resolve(variables[name])
        return resolve({"Fn::GetAtt": name.split(".", 1)} if "." in name else {"Ref": name})

    return SUB_VARIABLE.sub(value, text)
