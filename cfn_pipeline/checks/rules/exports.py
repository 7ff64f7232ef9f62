"""Exports and imports: each import has an export, and names of exports are unique.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

import difflib
import json
import re
from collections.abc import Iterator
from typing import Any

from cfn_pipeline.analysis.deployments import stack_names
from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import may_be, readable
from cfn_pipeline.analysis.resolving import exporters, text_of
from cfn_pipeline.analysis.scenarios import Scenario
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.aws.cloudformation import STACK_NAME
from cfn_pipeline.aws.guides import CLOUDFORMATION
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.template.positions import Path

_NEAR = 0.9


def _imports(template: Template) -> Iterator[tuple[Path, Any]]:
    waiting: list[tuple[Path, Any]] = [((), template.content)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            for key, inside in value.items():
                if key == "Fn::ImportValue":
                    yield (*path, key), inside
                else:
                    waiting.append(((*path, key), inside))
        elif isinstance(value, list):
            waiting += [((*path, number), item) for number, item in enumerate(value)]


def _missing_exports(system: System) -> Iterator[Problem]:
    if len(system.templates) < 2 or any(template.rewritten for template in system.templates):
        return
    exports = [
        name
        for template, _, value, _ in system.exports
        if (name := text_of(value, template, system)) is not None
    ]
    imports = [
        (template, path, value, scenario)
        for template in system.templates
        for path, value in _imports(template)
        for scenario in _stacks(value, template, system)
    ]
    imported = [text_of(value, t, system, scenario) or "" for t, _, value, scenario in imports]
    unused = [name for name in exports if not any(may_be(name, other) for other in imported)]
    for (template, path, value, scenario), name in zip(imports, imported, strict=True):
        if not name or exporters(value, template, system, scenario):
            continue
        near = difflib.get_close_matches(name, unused, 1, _NEAR)
        related = [export for export in exports if _family(export) == _family(name)]
        if not near and not (system.is_rendered and related):
            continue
        hint = (
            f"did you mean '{readable(near[0])}'?"
            if near
            else "export it from one of the templates"
        )
        yield Problem(
            at=Node(system, template, path, value, None),
            message=f"{_where(path)}: no template exports '{readable(name)}'; {hint}",
        )


def _stacks(name: Any, template: Template, system: System) -> list[Scenario | None]:
    """Return a scenario for each stack of a template, where an import's name has the stack's."""
    if STACK_NAME not in json.dumps(name):
        return [None]
    names = stack_names(template, system)
    return [Scenario({}, {STACK_NAME: stack}) for stack in names] or [None]


def _family(name: str) -> str:
    """Return the first word of a name, which is often common to the names of a system."""
    return re.split(r"[-:/_.]", name, maxsplit=1)[0]


def _where(path: Path) -> str:
    section, *rest = path
    return f"{'resource' if section == 'Resources' else 'output'} {rest[0]}" if rest else "template"


def _duplicates(system: System) -> Iterator[Problem]:
    """Find names that one template exports twice; several templates may go to several regions."""
    for number, (template, output, value, _) in enumerate(system.exports):
        name = text_of(value, template, system)
        for other, first, earlier, _ in system.exports[:number]:
            if other is not template or name is None or text_of(earlier, other, system) != name:
                continue
            if _alternatives(template, output, first):
                continue
            yield Problem(
                at=Node(system, template, ("Outputs", output, "Export", "Name"), value, None),
                message=f"output {output}: output {first} also exports '{readable(name)}'; names "
                "of exports must be unique",
            )
            break


def _alternatives(template: Template, *outputs: str) -> bool:
    """Whether a condition may leave only one of the outputs."""
    return any("Condition" in template.section("Outputs")[output] for output in outputs)


RULES = (
    CheckRule(
        id="E9712",
        title="Imported names are exported",
        impact="The stack cannot be created.",
        aws_message="No export named ... found",
        fix="Use the same name in both; check all templates of the system together, or their "
        "folder.",
        source=f"{CLOUDFORMATION}/using-cfn-stack-exports.html",
        certainty="documented",
        find_in_system=_missing_exports,
    ),
    CheckRule(
        id="E9713",
        title="Export names are unique",
        impact="The stack cannot be created.",
        aws_message="Export with name ... is already exported by stack ...",
        fix="Start the name of an export with a unique prefix, such as ${AWS::StackName}.",
        source=f"{CLOUDFORMATION}/using-cfn-stack-exports.html",
        certainty="documented",
        find_in_system=_duplicates,
    ),
)
