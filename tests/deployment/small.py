"""Small templates and their steps."""

from cfn_pipeline import Environment, load
from cfn_pipeline.deployment.planning import Step, steps
from cfn_pipeline.files.makefile import Target

TOPIC = """\
Parameters:
  Name: {Type: String}
  Title: {Type: String, Default: none}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Ref Name, DisplayName: !Ref Title}
"""


def target(stack: str, environment: str | None = None) -> Target:
    return Target(
        name=stack,
        file=f"{stack}.yml",
        stack=stack,
        environment=None if environment is None else Environment(environment),
    )


def step(stack: str, text: str = TOPIC, **given: str) -> Step:
    file = f"{stack}.yml"
    [planned] = steps([target(stack)], {file: text}, {file: load(text)}, given)
    return planned
