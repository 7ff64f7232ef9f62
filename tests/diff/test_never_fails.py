"""Whatever stands in templates, they are compared."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import load
from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.reports.document import document
from cfn_pipeline.diff.reports.markdown import markdown
from cfn_pipeline.diff.reports.outline import outline
from cfn_pipeline.diff.reports.text import lines
from tests.checks.test_never_fails import FOREIGN, _damage, _places
from tests.diff.golden import ROOT

TEMPLATES = [
    *FOREIGN,
    *sorted((ROOT / "templates" / "current").glob("*.yml")),
    *sorted((ROOT / "examples" / "own-stack").glob("*.yml")),
]


#: Values that policies may have where another one is expected.
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        *("*", "*:*", "a:b:c", "iam", "S3:GetObject", "s3:*", "*?*", "${aws:username}", "${"),
        *("arn:aws", "arn:::::root", "arn:aws:s3:::a:b", "123456789012"),
        *({"AWS": "*"}, {"AWS": ["arn:aws", "*"]}, {"Federated": {}}, {"Statement": []}),
        *({"StringEquals": {"a": "b"}}, {"NumericLessThan": {"a": "x"}}, {"Null": {"a": True}}),
        *({"IpAddress": {"a": "999"}}, {"StringEquals": "a"}, [{}, "a", []]),
    ]
)


@pytest.mark.thorough
@given(st.data())
def test_a_template_with_odd_values(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([p for p in TEMPLATES if "Resources" in p.read_text()]))
    content = load(path.read_text())
    damaged = copy.deepcopy(content)
    if data.draw(st.booleans()):
        holder, key = data.draw(st.sampled_from(_places(damaged)))
        holder[key] = copy.deepcopy(data.draw(ODD))
    else:
        _damage(data.draw, damaged)
    if not isinstance(damaged.get("Resources"), dict):
        return
    sides = [State(name="state", files={"a.json": json.dumps(side)}) for side in (content, damaged)]
    for old, new in (sides, sides[::-1]):
        found = compare(old, new)
        shown = outline(found)
        assert list(lines(shown))
        assert markdown(shown)
        assert document(found)
    assert not compare(sides[1], sides[1])
