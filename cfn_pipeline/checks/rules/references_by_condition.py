"""References to resources that exist under another condition only.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.pipelines import PIPELINE
from cfn_pipeline.analysis.scenarios import scenarios
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.template.positions import Path

#: Conditions that hold where a value stands.
_Holds = Mapping[str, bool]


def _references(value: Any, path: Path, holds: _Holds) -> Iterator[tuple[str, Path, _Holds]]:
    """Yield the names to which a value refers, with what holds there."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]} if len(value) == 1:
            yield name, path, holds
        case {"Fn::GetAtt": str(text)} if len(value) == 1:
            yield text.split(".")[0], path, holds
        case {"Fn::Sub": str(text)} if len(value) == 1:
            yield from ((name, path, holds) for name in _substituted(text))
        case {"Fn::Sub": [str(text), dict(variables)]} if len(value) == 1:
            names = [name for name in _substituted(text) if name not in variables]
            yield from ((name, path, holds) for name in names)
            yield from _references(variables, (*path, "Fn::Sub", 1), holds)
        case {"Fn::If": [str(name), yes, no]} if len(value) == 1:
            for number, branch in ((1, yes), (2, no)):
                if holds.get(name, number == 1) == (number == 1):
                    inside = {**holds, name: number == 1}
                    yield from _references(branch, (*path, "Fn::If", number), inside)
        case dict():
            for key, inside in value.items():
                if key not in ("Condition", "DependsOn"):
                    yield from _references(inside, (*path, key), holds)
        case list():
            for number, inside in enumerate(value):
                yield from _references(inside, (*path, number), holds)


def _substituted(text: str) -> list[str]:
    return re.findall(r"\$\{(\w+)(?:\.[\w.]+)?\}", text)


def _missing(system: System) -> Iterator[Problem]:
    for template in system.templates:
        if template.rewritten or not any(r.type == PIPELINE for r in template.resources.values()):
            continue
        for section in ("Resources", "Outputs"):
            for name, body in template.section(section).items():
                yield from _of(section, str(name), body, template, system)


def _of(
    section: str, name: str, body: Any, template: Template, system: System
) -> Iterator[Problem]:
    own = body.get("Condition") if isinstance(body, dict) else None
    holds = {own: True} if isinstance(own, str) else {}
    for target, path, there in _references(body, (section, name), holds):
        resource = template.resources.get(target)
        condition = resource.body.get("Condition") if resource is not None else None
        if not isinstance(condition, str) or there.get(condition):
            continue
        if condition not in template.section("Conditions"):
            continue
        possible = scenarios(template.content, {condition, *there})
        if any(
            not scenario[condition] and all(scenario[n] == value for n, value in there.items())
            for scenario in possible
        ):
            kind = "resource" if section == "Resources" else "output"
            yield Problem(
                at=Node(system, template, path, None, None),
                message=f"{kind} {name}: {target} exists only if condition {condition} is true, "
                f"but the reference is there in other cases, too; put it into Fn::If of "
                f"{condition}, or give {name} the same Condition",
                cfn_lint="W1001",
            )


RULES = (
    CheckRule(
        id="E9210",
        title="Resources under a condition are referred to under the same condition",
        impact="The stack cannot be created when the condition is false.",
        aws_message="Template format error: Unresolved resource dependencies [...] in the "
        "Resources block of the template",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
        "conditions-section-structure.html",
        certainty="documented",
        fix="Put the reference into Fn::If of the condition.",
        find_in_system=_missing,
    ),
)
