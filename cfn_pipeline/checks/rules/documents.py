"""Files: readable as YAML or JSON, templates, and without doubled keys.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.deployments import deployments
from cfn_pipeline.analysis.pipelines import pipelines
from cfn_pipeline.analysis.system import System
from cfn_pipeline.checks.rule import CheckRule, Problem


def _unreadable(system: System) -> Iterator[Problem]:
    for file in system.unreadable:
        yield Problem(
            at=(file.file, ()),
            message=f"template: the file cannot be read: {file.why}",
            position=file.position,
            cfn_lint="E0000",
        )


def _doubled_keys(system: System) -> Iterator[Problem]:
    deployed = [
        deployment.template
        for pipeline in pipelines(system)
        for deployment in deployments(pipeline)
        if deployment.template is not None
    ]
    for template in dict.fromkeys([*system.templates, *deployed]):
        for key in template.doubled_keys:
            yield Problem(
                at=(template.file, key.path),
                message=f"template: key '{key.path[-1]}' is already in line {key.first.line}, and "
                "only this last value counts; remove one of them",
                position=key.position,
                cfn_lint="E0000",
            )


RULES = (
    CheckRule(
        id="E9002",
        title="Files are CloudFormation templates in YAML or JSON",
        impact="CloudFormation refuses the file, or it is not a template at all.",
        aws_message="Template format error: YAML not well-formed.",
        fix="Correct the line; render templates of other languages, such as Jinja, first.",
        source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
        "template-formats.html",
        certainty="documented",
        find_in_system=_unreadable,
    ),
    CheckRule(
        id="E9003",
        title="A key stands once in a mapping",
        impact="Only the last value counts. CloudFormation accepts it; `aws cloudformation deploy` "
        "and cfn-lint refuse the file.",
        fix="Remove one of the keys, or give them different names.",
        source="brentley/container-demo#11",
        certainty="observed",
        find_in_system=_doubled_keys,
    ),
)
