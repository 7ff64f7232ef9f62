"""Stacks of one's own, from the parts of an edition."""

import pytest
from troposphere import GetAtt, ImportValue, Parameter, Ref
from troposphere.s3 import Bucket

from cfn_pipeline import CURRENT, LoadBalancer, emit, todobackend
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.stack import Stack


def test_parts_can_be_used_one_by_one() -> None:
    stack = ApplicationStack(todobackend, part=CURRENT.part)
    for place, aspect in enumerate([todobackend.compute, LoadBalancer(health_check_path="/up")]):
        stack.build_at(place, aspect)
    assert "HealthCheckPath: /up" in emit(stack.template)
    assert "ApplicationService" not in stack.template.resources


def test_a_part_needs_what_it_builds_on() -> None:
    stack = ApplicationStack(todobackend, part=CURRENT.part)
    with pytest.raises(LookupError, match="a Capacity is needed; build compute first"):
        stack.build_at(0, LoadBalancer())


def test_a_parameter_is_added_once_and_outputs_are_exports_by_choice() -> None:
    stack = Stack("Test", name="orders")
    size = Parameter("Size", Type="Number", Description="first")
    assert stack.parameter(size) == stack.parameter(size) == Ref("Size")
    stack.add(Bucket("Bucket"))
    stack.output("Name", "Its name", Ref("Bucket"))
    stack.output("Arn", "Its ARN", GetAtt("Bucket", "Arn"), export="orders-bucket")
    outputs = stack.template.to_dict()["Outputs"]
    assert "Export" not in outputs["Name"]
    assert outputs["Arn"]["Export"] == {"Name": "orders-bucket"}
    assert stack.key == ImportValue("orders-key")
