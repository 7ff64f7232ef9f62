"""All rules, in the order of their ids' numbers."""

from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.system import System
from cfn_pipeline.checks.ignoring import ignored
from cfn_pipeline.checks.rule import Problem, Rule
from cfn_pipeline.checks.rules import (
    artifacts,
    builds,
    buildspecs,
    change_sets,
    cloudformation,
    configuration,
    exports,
    files,
    parameters,
    references,
    roles,
    stacks,
    stores,
    structure,
    variables,
    versions,
)

__all__ = ["GROUPS", "RULES"]

#: What the second digit of an id stands for.
GROUPS = {
    "0": "What is ignored",
    "1": "Artifacts",
    "2": "Structure",
    "3": "Change sets",
    "4": "Configuration",
    "5": "Pipeline types, modes and triggers",
    "6": "Variables",
    "7": "Across templates: roles, builds and exports",
    "8": "Into the artifacts: templates, configurations and buildspecs",
}


def _ignored_for_a_reason(system: System) -> Iterator[Problem]:
    known = [rule.id for rule in RULES]
    for template in system.templates:
        for entry in ignored(template):
            if entry.rule not in known:
                said = f"there is no rule {entry.rule}; see cfn-pipeline rules"
            elif not entry.reason:
                said = (
                    f"{entry.rule} is ignored without a reason; write '{entry.rule}: ' and why it "
                    "does not matter"
                )
            else:
                continue
            yield Problem(
                at=Node(system, template, entry.path, None, None),
                message=f"{entry.where}: {said}",
            )


RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            Rule(
                id="E9001",
                title="A rule that is ignored exists, and the reason is given",
                breaks="Nobody knows later whether it may still be ignored.",
                mend="Write the rule's id, and behind it why it does not matter here.",
                find_in_system=_ignored_for_a_reason,
            ),
            *artifacts.RULES,
            *references.RULES,
            *structure.RULES,
            *change_sets.RULES,
            *cloudformation.RULES,
            *configuration.RULES,
            *versions.RULES,
            *variables.RULES,
            *roles.RULES,
            *stores.RULES,
            *builds.RULES,
            *exports.RULES,
            *files.RULES,
            *parameters.RULES,
            *stacks.RULES,
            *buildspecs.RULES,
        ),
        key=lambda rule: rule.id[1:],
    )
)
