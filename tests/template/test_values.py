"""How values become text, as CloudFormation does it."""

from typing import Any

import pytest

from cfn_pipeline.permissions.patterns import Known, value_pattern
from cfn_pipeline.template.values import scalar_text, substitute


@pytest.mark.parametrize(
    "value, text", [(True, "true"), (False, "false"), (1, "1"), (0.5, "0.5"), ("Yes", "Yes")]
)
def test_scalars(value: object, text: str) -> None:
    assert scalar_text(value) == text
    assert value_pattern(value, Known(resources={}, parameters={})) == text


@pytest.mark.parametrize(
    "text, result",
    [
        ("plain $HOME", "plain $HOME"),
        ("${Name}/${ Spaced }", "<{'Ref': 'Name'}>/<{'Ref': 'Spaced'}>"),
        ("${Key.Arn}", "<{'Fn::GetAtt': ['Key', 'Arn']}>"),
        ("${Stack.Outputs.Url}", "<{'Fn::GetAtt': ['Stack', 'Outputs.Url']}>"),
        ("${Given}", "<{'Ref': 'Other'}>"),
        ("${!Literal}", "${Literal}"),
    ],
)
def test_variables(text: str, result: str) -> None:
    def resolve(value: Any) -> str:
        return f"<{value}>"

    assert substitute(text, {"Given": {"Ref": "Other"}}, resolve) == result
