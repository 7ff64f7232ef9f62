"""What starts a pipeline when a source changes that CodePipeline itself does not watch.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-about-starting.html
"""

from awacs import codepipeline
from troposphere import GetAtt
from troposphere.events import Rule, Target

from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import Source
from cfn_pipeline.policies.documents import allow, document, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.stack import Stack

START_ROLE = "StartRole"


def add_starts(stack: Stack, pipeline: Pipeline, logical_id: str) -> None:
    """Add a rule of EventBridge for each source that needs one, and the role with which it starts.

    Args:
        stack: to which they are added.
        pipeline: whose sources they are.
        logical_id: of the pipeline in the template.

    """
    sources = [a for a in pipeline.actions if isinstance(a, Source) and a.event_pattern]
    if not sources:
        return
    arn = stack.arns.regional("codepipeline", f"${{{logical_id}}}")
    stack.add(
        role(
            START_ROLE,
            description=f"EventBridge, starting the pipeline {pipeline.name}",
            trust=trust("events.amazonaws.com"),
            policies={
                "StartPipeline": document(
                    allow(codepipeline.StartPipelineExecution, on=arn, sid="StartPipeline")
                )
            },
        ),
        *(
            Rule(
                f"{_title(source.name)}Changed",
                Description=f"The source {source.name} has changed: pipeline {pipeline.name}",
                EventPattern=source.event_pattern,
                Targets=[Target(Id=logical_id, Arn=arn, RoleArn=GetAtt(START_ROLE, "Arn"))],
            )
            for source in sources
        ),
    )


def _title(name: str) -> str:
    return "".join(c for c in name if c.isascii() and c.isalnum())
