"""Scheduled tasks, in the template."""

from dataclasses import replace

import pytest

from cfn_pipeline import BOOK, Ec2, EditionError, Environment, render
from tests.stacks.applications import APPLICATIONS, TASKS, stack_of, statements_of


def test_scheduled_tasks() -> None:
    resources = stack_of(APPLICATIONS["scheduled tasks"])["Resources"]
    schedule = resources["ScheduledMonthlyReport"]["Properties"]
    assert schedule["ScheduleExpression"] == "cron(0 3 1 * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    parameters = schedule["Target"]["EcsParameters"]
    assert parameters["TaskDefinitionArn"] == {"Ref": "ScheduledMonthlyReportTaskDefinition"}
    assert parameters["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE", "Weight": 1}]
    service = resources["ApplicationService"]["Properties"]
    assert parameters["NetworkConfiguration"] == service["NetworkConfiguration"]
    sizes = {
        name: (resource["Properties"]["Cpu"], resource["Properties"]["Memory"])
        for name, resource in resources.items()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
    }
    assert sizes == {
        "ApplicationTaskDefinition": ("256", "512"),
        "ScheduledMonthlyReportTaskDefinition": ("1024", "4096"),
        "ScheduledCleanTaskDefinition": ("512", "4096"),
    }
    statements = statements_of(resources["ScheduledTasksRole"])
    here = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}"
    assert statements["RunTask"]["Resource"] == [
        {"Fn::Sub": f"{here}:task-definition/${{AWS::StackName}}-scheduled-{name}:*"}
        for name in ("monthly-report", "clean")
    ]
    assert statements["PassTaskRoles"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    }
    allowed = resources["ApplicationTaskRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    assert allowed["Statement"][0]["Action"] == ["s3:PutObject"]
    on_ec2 = stack_of(APPLICATIONS["scheduled task on ec2"])["Resources"]["ScheduledMonthlyReport"]
    assert "NetworkConfiguration" not in on_ec2["Properties"]["Target"]["EcsParameters"]


def test_there_is_no_service_without_a_container() -> None:
    template = stack_of(APPLICATIONS["scheduled tasks alone"])
    types = {resource["Type"] for resource in template["Resources"].values()}
    assert "AWS::Scheduler::Schedule" in types
    assert not types & {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ECS::Service",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    }
    assert "ApplicationImageTag" in template["Parameters"]
    assert "ApplicationDesiredCount" not in template["Parameters"]


def test_the_book_has_no_tasks_without_a_service() -> None:
    alone = replace(TASKS, compute=Ec2(), database=None, migration=None)
    with pytest.raises(EditionError, match="the book edition has no Tasks"):
        render(replace(alone, environments=[Environment("dev")]), edition=BOOK)
