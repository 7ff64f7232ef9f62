"""Names of stacks and change sets in CloudFormation actions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
"""

import re
from collections.abc import Iterator

from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.aws.name_forms import CHANGE_SET, STACK, NameForm
from cfn_pipeline.aws.pipelines import VARIABLE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

_FORMS = {"StackName": STACK, "ChangeSetName": CHANGE_SET}


def _valid(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        for key, form in _FORMS.items():
            node = action.setting(key)
            text = node.text
            if not action.is_cloudformation or not text or text.startswith("arn:") or "${" in text:
                continue
            mistake = _mistake(text, form)
            if mistake:
                yield problem(
                    action,
                    node,
                    f"invalid {form.kind} '{readable(text)}' ({mistake}): use {form.characters}",
                )


def _mistake(text: str, form: NameForm) -> str:
    """Return what is wrong with the known parts of a name; empty if nothing is."""
    parts = VARIABLE.split(text)[::3]  # without the names in #{namespace.name}
    known = "".join(character for part in parts for character in part if is_known(character))
    allowed = "[A-Za-z0-9-]"
    wrong = [character for character in known if not re.fullmatch(allowed, character)]
    if wrong:
        return f"it contains {', '.join(repr(c) for c in dict.fromkeys(wrong))}"
    if parts[0] and is_known(parts[0][0]) and not re.match("[A-Za-z]", parts[0]):
        return f"it begins with {parts[0][0]!r}"
    if len(known) > form.longest:
        return f"it has {len(known)} characters, and {form.longest} are the most"
    return ""


RULES = (
    CheckRule(
        id="E9414",
        title="Names of stacks and change sets are valid",
        impact="The action fails each time it runs.",
        aws_message="Value '...' at 'stackName' failed to satisfy constraint: Member must satisfy "
        "regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack"
        ".html",
        certainty="documented",
        fix="Use letters, digits and hyphens, with a letter first, and at most 128 characters.",
        find_in_pipeline=_valid,
    ),
)
