"""A pipeline that a configuration file cannot describe, in the pipeline language.

It tests in two ways side by side, changes two stacks of production side by side after one approval,
begins production in office hours only, and rolls back when it fails or an alarm is on.

    python pipeline.py [FOLDER]    # writes the templates, into this folder if none is named

The templates import a key, ``jobs-key``. The CodeBuild projects exist: jobs, jobs-unit, jobs-load.
"""

import sys
from pathlib import Path

from troposphere import GetAtt, Output, Parameter, Ref, Tags, Template
from troposphere.sqs import Queue, RedrivePolicy

from cfn_pipeline import (
    Approve,
    Condition,
    CreateChangeSet,
    ExecuteChangeSet,
    GitHub,
    Patterns,
    Pipeline,
    Push,
    Rule,
    Stage,
    UpdateStack,
    emit,
    iam_template,
    pipeline_template,
)
from cfn_pipeline import CodeBuild as Build

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent


def jobs() -> Template:
    """Make the stack: a queue, and one for the messages that fail."""
    template = Template("Jobs that wait, and those that have failed")
    template.set_version()
    template.add_parameter(Parameter("Version", Type="String", Description="Of the build"))
    kept = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
    failed = Queue("FailedJobs", SqsManagedSseEnabled=True, MessageRetentionPeriod=1209600, **kept)
    retry = RedrivePolicy(deadLetterTargetArn=GetAtt(failed, "Arn"), maxReceiveCount=5)
    template.add_resource(failed)
    template.add_resource(
        Queue(
            "Jobs",
            SqsManagedSseEnabled=True,
            MessageRetentionPeriod=345600,
            RedrivePolicy=retry,
            Tags=Tags(Version=Ref("Version")),
            **kept,
        )
    )
    template.add_output(Output("Jobs", Description="URL of the queue", Value=Ref("Jobs")))
    return template


def pipeline() -> Pipeline:
    """Describe the pipeline."""
    code = GitHub(
        name="Code",
        repository="acme/jobs",
        output="Code",
        push=[
            Push(
                branches=Patterns(includes=["main"]),
                paths=Patterns(includes=["jobs/**"], excludes=["jobs/docs/**"]),
            )
        ],
    )
    build = Build(name="Build", project="jobs", input=code.artifact, output="Built")
    unit = Build(name="UnitTests", project="jobs-unit", input=build.artifact)
    load = Build(name="LoadTests", project="jobs-load", input=build.artifact)
    template = code.artifact / "jobs/stack.yml"
    parameters = {"Version": build.artifact.param("version.json", "Version")}

    def change(stack: str) -> CreateChangeSet:
        name = f"Prepare{stack.title().replace('-', '')}"
        return CreateChangeSet(name=name, stack=stack, template=template, parameters=parameters)

    blue, green = change("jobs-blue"), change("jobs-green")
    office_hours = Rule(
        name="OfficeHours",
        provider="DeploymentWindow",
        configuration={"Cron": "* * 8-16 ? * MON-FRI *", "TimeZone": "Europe/Berlin"},
    )
    quiet = Rule(
        name="NoAlarm",
        provider="CloudWatchAlarm",
        configuration={"AlarmName": "jobs-failed", "WaitTime": "10"},
    )
    return Pipeline(
        name="jobs",
        execution_mode="QUEUED",
        stages=[
            Stage("Source", [code]),
            Stage("Build", [build, (unit, load)]),
            Stage(
                "Staging",
                [
                    UpdateStack(
                        name="Deploy",
                        stack="jobs-staging",
                        template=template,
                        parameters=parameters,
                    )
                ],
            ),
            Stage(
                "Production",
                [
                    (blue, green),
                    Approve(name="Approve", note="Both change sets, please"),
                    (
                        ExecuteChangeSet(name="DeployBlue", of=blue),
                        ExecuteChangeSet(name="DeployGreen", of=green),
                    ),
                ],
                before_entry=Condition(rules=[office_hours]),
                on_success=Condition(rules=[quiet], result="ROLLBACK"),
                on_failure="ROLLBACK",
            ),
        ],
    )


def main() -> None:
    """Write the templates."""
    delivery, stack = pipeline(), jobs()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, template in {
        "pipeline.yml": pipeline_template(delivery),
        "iam.yml": iam_template(delivery, deploys=stack),
        "stack.yml": stack,
    }.items():
        (FOLDER / name).write_text(emit(template), encoding="utf-8")


if __name__ == "__main__":
    main()
