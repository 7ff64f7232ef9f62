"""What a template takes is read once, for whatever stacks."""

import pytest

from cfn_pipeline import CURRENT, load, render
from cfn_pipeline.permissions import derive
from cfn_pipeline.permissions.template_needs import needs_of

STACK = load(render(edition=CURRENT)["stack.yml"])


def test_templates_that_say_the_same_are_read_once() -> None:
    assert needs_of(STACK) is needs_of({**STACK})
    assert needs_of(STACK) is not needs_of({**STACK, "Description": "another"})


@pytest.mark.thorough
@pytest.mark.parametrize("stack", ["orders", "Orders-Dev", "orders-*", "o-*-x"])
def test_stacks_together_take_what_each_takes(stack: str) -> None:
    """Nothing of one stack's name is left in what another is allowed."""
    boundary = {"Ref": "Boundary"}
    alone = [derive([STACK], stacks=[name], boundary=boundary) for name in ("first", stack)]
    both = derive([STACK], stacks=["first", stack], boundary=boundary)
    for action, arns in both.actions.items():
        # What is imported by the stack's name is not known of a pattern.
        assert set(arns) == {arn for one in alone for arn in one.actions.get(action, [])}


@pytest.mark.parametrize(
    ("stack", "bucket", "queue"),
    [
        ("orders", "orders-*", "orders-jobs"),
        ("Orders", "orders-*", "Orders-jobs"),
        ("orders-*", "orders-*", "orders-*-jobs"),
    ],
)
def test_names_are_bound_to_the_stack(stack: str, bucket: str, queue: str) -> None:
    template = {
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket"},
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"QueueName": {"Fn::Sub": "${AWS::StackName}-jobs"}},
            },
        }
    }
    found = derive([template], stacks=[stack]).actions
    assert "arn:${AWS::Partition}:s3:::" + bucket in found["s3:DeleteBucket"]
    [created] = found["sqs:CreateQueue"]
    assert created.endswith(f":{queue}")
