"""Exports and imports meet.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

import difflib
import re
from collections.abc import Iterator
from typing import Any

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import may_be, readable
from cfn_pipeline.analysis.resolving import exporters, text_of
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.template.positions import Path

__all__ = ["RULES"]

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


def _unmet(system: System) -> Iterator[Problem]:
    if len(system.templates) < 2 or any(template.rewritten for template in system.templates):
        return
    exports = [
        name
        for template, _, said, _ in system.exports
        if (name := text_of(said, template, system)) is not None
    ]
    imports = [(t, path, said) for t in system.templates for path, said in _imports(t)]
    wanted = [text_of(said, template, system) or "" for template, _, said in imports]
    idle = [name for name in exports if not any(may_be(name, want) for want in wanted)]
    for (template, path, said), name in zip(imports, wanted, strict=True):
        if not name or exporters(said, template, system):
            continue
        near = difflib.get_close_matches(name, idle, 1, _NEAR)
        related = [export for export in exports if _family(export) == _family(name)]
        if not near and not (system.is_rendered and related):
            continue
        meant = f"did you mean '{readable(near[0])}'?" if near else "export it from one of them"
        yield Problem(
            at=Node(system, template, path, said, None),
            message=f"{_where(path)}: none of the templates exports '{readable(name)}'; {meant}",
        )


def _family(name: str) -> str:
    """Return the word with which a name begins: a system's, as a rule."""
    return re.split(r"[-:/_.]", name, maxsplit=1)[0]


def _where(path: Path) -> str:
    section, *rest = path
    return f"{'resource' if section == 'Resources' else 'output'} {rest[0]}" if rest else "template"


def _doubled(system: System) -> Iterator[Problem]:
    """Find names that a template exports twice; two templates may go to two regions."""
    for number, (template, output, said, _) in enumerate(system.exports):
        name = text_of(said, template, system)
        for other, first, earlier, _ in system.exports[:number]:
            if other is not template or name is None or text_of(earlier, other, system) != name:
                continue
            if _alternatives(template, output, first):
                continue
            yield Problem(
                at=Node(system, template, ("Outputs", output, "Export", "Name"), said, None),
                message=f"output {output}: output {first} exports '{readable(name)}', too; give "
                "each export a name of its own",
            )
            break


def _alternatives(template: Template, *outputs: str) -> bool:
    """Tell whether conditions may see to it that only one of the outputs is there."""
    return any("Condition" in template.section("Outputs")[output] for output in outputs)


RULES = (
    CheckRule(
        id="E9712",
        title="What one template imports, another one exports",
        impact="The stack cannot be created.",
        aws_message="No export named ... found",
        fix="Use one name in both; give all templates that belong together, or their folder.",
        find_in_system=_unmet,
    ),
    CheckRule(
        id="E9713",
        title="An export has a name of its own",
        impact="The stack cannot be created.",
        aws_message="Export with name ... is already exported by stack ...",
        fix="Begin an export's name with what it belongs to, or with ${AWS::StackName}.",
        find_in_system=_doubled,
    ),
)
