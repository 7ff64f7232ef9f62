"""All rules, sorted by the number of their id."""

from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.system import System
from cfn_pipeline.checks.ignoring import ignored
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.checks.rules import (
    action_permissions,
    action_roles,
    action_types,
    artifacts,
    build_roles,
    builds,
    buildspecs,
    change_sets,
    cloudformation,
    conditions,
    configuration,
    cross_account,
    deployment_roles,
    docker,
    documents,
    environments,
    exports,
    files,
    images,
    parameters,
    pipeline_events,
    placeholders,
    policy_statements,
    publishing,
    references,
    references_by_condition,
    roles,
    services,
    sizes,
    stack_names,
    stacks,
    starts,
    stores,
    structure,
    variables,
    versions,
    written_files,
)

#: Titles of the groups, by the second digit of an id.
GROUPS = {
    "0": "Files and ignored rules",
    "1": "Artifacts",
    "2": "Structure",
    "3": "Change sets",
    "4": "Configuration",
    "5": "Pipeline types, modes and triggers",
    "6": "Variables",
    "7": "Roles, builds and exports (across templates)",
    "8": "Files in artifacts: templates, configurations and buildspecs",
    "9": "Starts and events of pipelines",
}


def _ignored_rules(system: System) -> Iterator[Problem]:
    ids = [rule.id for rule in RULES]
    for template in system.templates:
        for entry in ignored(template):
            if entry.rule not in ids:
                mistake = (
                    f"rule {entry.rule} does not exist; list the rules with: cfn-pipeline rules"
                )
            elif not entry.reason:
                mistake = (
                    f"rule {entry.rule} is ignored without a reason; write '{entry.rule}: <reason>'"
                )
            else:
                continue
            yield Problem(
                at=Node(system, template, entry.path, None, None),
                message=f"{entry.where}: {mistake}",
            )


RULES: tuple[CheckRule, ...] = tuple(
    sorted(
        (
            CheckRule(
                id="E9001",
                severity="warning",
                title="Ignored rules exist and give a reason",
                impact="Later readers cannot tell whether the rule may still be ignored.",
                fix="Write the id of a rule, and the reason as its value.",
                source="docs/rules.md",
                certainty="documented",
                find_in_system=_ignored_rules,
            ),
            *documents.RULES,
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
            *docker.RULES,
            *exports.RULES,
            *files.RULES,
            *parameters.RULES,
            *stacks.RULES,
            *buildspecs.RULES,
            *publishing.RULES,
            *written_files.RULES,
            *services.RULES,
            *policy_statements.RULES,
            *action_roles.RULES,
            *placeholders.RULES,
            *references_by_condition.RULES,
            *cross_account.RULES,
            *images.RULES,
            *conditions.RULES,
            *sizes.RULES,
            *action_permissions.RULES,
            *starts.RULES,
            *pipeline_events.RULES,
            *stack_names.RULES,
            *action_types.RULES,
            *deployment_roles.RULES,
            *environments.RULES,
            *build_roles.RULES,
        ),
        key=lambda rule: rule.id[1:],
    )
)
