"""Sizes of templates: what CloudFormation takes, and what the AWS CLI takes without a bucket.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.deployments import deployments
from cfn_pipeline.analysis.pipelines import pipelines
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.aws.cloudformation import SECTION_LIMITS, TEMPLATE_BODY, TEMPLATE_IN_S3
from cfn_pipeline.checks.rule import CheckRule, Problem

_LIMITS = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
)


def _bytes(template: Template) -> int:
    return len((template.text or "").encode())


def _large(system: System) -> Iterator[Problem]:
    for template in system.templates:
        size = _bytes(template)
        # SAM's command always deploys from a bucket.
        by_sam = any(name.startswith("AWS::Serverless") for name in template.transforms)
        if TEMPLATE_BODY < size <= TEMPLATE_IN_S3 and not by_sam:
            yield Problem(
                at=(template.file, ()),
                message=f"template: the file has {size:,} bytes, and more than {TEMPLATE_BODY:,} "
                "must come from a bucket; deploy it with --s3-bucket, or split it",
            )


def _too_large(system: System) -> Iterator[Problem]:
    deployed = [
        deployment.template
        for pipeline in pipelines(system)
        for deployment in deployments(pipeline)
        if deployment.template is not None
    ]
    for template in dict.fromkeys([*system.templates, *deployed]):
        size = _bytes(template)
        if size > TEMPLATE_IN_S3:
            yield Problem(
                at=(template.file, ()),
                message=f"template: the file has {size:,} bytes, and {TEMPLATE_IN_S3:,} are the "
                "most; split it",
                cfn_lint="E1002",
            )
        for section, most, cfn_lint in SECTION_LIMITS:
            number = len(template.section(section))
            if number > most:
                yield Problem(
                    at=(template.file, (section,)),
                    message=f"template: {section} has {number} entries, and {most} are the most; "
                    "split the template",
                    cfn_lint=cfn_lint,
                )


RULES = (
    CheckRule(
        id="W9004",
        title=f"Templates have at most {TEMPLATE_BODY:,} bytes",
        impact="`aws cloudformation deploy` refuses the file unless it is given a bucket.",
        aws_message="Templates with a size greater than 51,200 bytes must be deployed via an S3 "
        "Bucket.",
        source=_LIMITS,
        certainty="documented",
        severity="info",
        fix="Deploy the template with --s3-bucket, or split it.",
        find_in_system=_large,
    ),
    CheckRule(
        id="E9005",
        title="Templates keep CloudFormation's limits",
        impact="The stack cannot be created.",
        aws_message="Template format error: Number of resources, 501, is greater than maximum "
        "allowed, 500",
        source=_LIMITS,
        certainty="documented",
        fix="Split the template.",
        find_in_system=_too_large,
    ),
)
