"""Values that are only known on AWS."""

from typing import Any, Protocol, TypeAlias, runtime_checkable

from cfn_pipeline.frozen import Frozen, frozen


@runtime_checkable
class Intrinsic(Protocol):
    """A CloudFormation function, as troposphere's Ref, Sub or ImportValue is one."""

    def to_dict(self) -> Any:
        """Return the function in long form."""
        ...


#: A string, or a function that gives one when CloudFormation deploys the template.
Value: TypeAlias = str | Intrinsic


def present(**properties: Any) -> dict[str, Any]:
    """Return the properties that are not None: an absent option is left out of the template."""
    return {name: value for name, value in properties.items() if value is not None}


@frozen(kw_only=False)
class _Sub(Frozen):
    """A text with pseudo parameters such as ``${AWS::Region}``."""

    text: str

    def to_dict(self) -> dict[str, str]:
        return {"Fn::Sub": self.text}


def substituted(text: str) -> Value:
    """Return a text, with Fn::Sub where it has pseudo parameters."""
    return _Sub(text) if "${" in text else text
