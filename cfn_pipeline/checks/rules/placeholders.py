"""Texts in which a parameter is not filled in, because they are not within Fn::Sub.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
"""

import re
from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.aws.cloudformation import PLACE_PARAMETERS
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

#: Settings whose texts are for a shell or for people.
_OTHERS = ("BuildspecOverride", "CustomData", "EnvironmentVariables", "UserParameters")


def _unfilled(pipeline: Pipeline) -> Iterator[Problem]:
    template = pipeline.resource.template
    known = {*template.section("Parameters"), *template.resources, *PLACE_PARAMETERS}
    known |= {"AWS::StackName", "AWS::StackId"}
    for action in pipeline.actions:
        nodes: list[Node] = [action.node.at("Name"), action.node.at("RoleArn")]
        nodes += [n for key, n in action.configuration.fields().items() if key not in _OTHERS]
        for node in nodes:
            if not isinstance(node.value, str):
                continue
            names = [n for n in re.findall(r"\$\{([\w:]+)(?:\.\w+)?\}", node.value) if n in known]
            if names:
                yield problem(
                    action,
                    node,
                    f"${{{names[0]}}} in '{node.value[:60]}' is not filled in; write !Sub before "
                    "the text",
                    cfn_lint="E1029",
                )


RULES = (
    CheckRule(
        id="E9415",
        title="Texts with parameters are within Fn::Sub",
        impact="The action gets the text as it stands, and fails or uses a wrong name.",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "intrinsic-function-reference-sub.html",
        certainty="documented",
        fix="Write !Sub before the text.",
        find_in_pipeline=_unfilled,
    ),
)
