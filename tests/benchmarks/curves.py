"""Time against size, for templates that are made to take long.

``make bench`` prints it: a row for each kind of template and verb, CPU seconds for sizes that
double. Where a time grows fourfold, something takes the square. ``tests/security/test_bounds.py``
has a bound for the same templates.
"""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner

from cfn_pipeline.cli import main as command

SIZES = (2_500, 5_000, 10_000, 20_000)
VERBS = ("check", "permissions")


def _action(name: str, kind: tuple[str, str], **more: Any) -> dict[str, Any]:
    category, provider = kind
    type_ = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
    return {"Name": name, "ActionTypeId": type_, **more}


def with_value(value: Any, **settings: Any) -> dict[str, Any]:
    """Return a template with a value as the name of a stack, of a bucket, a topic and a role."""
    configuration = {
        "ActionMode": "CREATE_UPDATE",
        "StackName": value,
        "TemplatePath": "App::stack.yml",
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        **settings,
    }
    source = _action(
        "Source",
        ("Source", "S3"),
        Configuration={"S3Bucket": "b", "S3ObjectKey": "k"},
        OutputArtifacts=[{"Name": "App"}],
    )
    deploy = _action(
        "Deploy",
        ("Deploy", "CloudFormation"),
        Configuration=configuration,
        InputArtifacts=[{"Name": "App"}],
    )
    statement = {"Effect": "Allow", "Action": "cloudformation:*", "Resource": value}
    return {
        "Resources": {
            "Pipeline": {
                "Type": "AWS::CodePipeline::Pipeline",
                "Properties": {
                    "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                    "ArtifactStore": {"Type": "S3", "Location": {"Ref": "Bucket"}},
                    "Stages": [
                        {"Name": "Source", "Actions": [source]},
                        {"Name": "Deploy", "Actions": [deploy]},
                    ],
                },
            },
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": value}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": value}},
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": value,
                    "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}],
                },
            },
        }
    }


def _conditions(conditions: Mapping[str, Any], name: str) -> dict[str, Any]:
    template = with_value({"Fn::If": [name, "a", "b"]})
    stages = template["Resources"]["Pipeline"]["Properties"]["Stages"]
    stages.append({"Fn::If": [name, {"Name": "A"}, {"Ref": "AWS::NoValue"}]})
    return {**template, "Conditions": dict(conditions)}


def _condition_chain(n: int) -> dict[str, Any]:
    chain: dict[str, Any] = {"C0": {"Fn::Equals": [{"Ref": "P"}, "x"]}}
    for number in range(1, n):
        chain[f"C{number}"] = {"Fn::Not": [{"Condition": f"C{number - 1}"}]}
    return _conditions(chain, f"C{n - 1}")


def _many_conditions(n: int) -> dict[str, Any]:
    parts = [{"Fn::Equals": [{"Ref": f"P{i}"}, "x"]} for i in range(n)]
    groups = {f"C{i}": part for i, part in enumerate(parts)}
    return _conditions(
        {**groups, "All": {"Fn::Or": [{"Condition": name} for name in groups]}}, "All"
    )


def _buildspec(commands: list[str]) -> dict[str, Any]:
    template = with_value("orders")
    stages = template["Resources"]["Pipeline"]["Properties"]["Stages"]
    build = _action(
        "Build",
        ("Build", "CodeBuild"),
        Configuration={"ProjectName": {"Ref": "Project"}},
        InputArtifacts=[{"Name": "App"}],
    )
    stages.insert(1, {"Name": "Build", "Actions": [build]})
    phases = {"build": {"commands": commands}, "post_build": {"commands": commands}}
    template["Resources"]["Project"] = {
        "Type": "AWS::CodeBuild::Project",
        "Properties": {
            "Artifacts": {"Type": "CODEPIPELINE"},
            "Environment": {"Image": "dkr.ecr" * len(commands[0]), "Type": "LINUX_CONTAINER"},
            "Source": {
                "Type": "CODEPIPELINE",
                "BuildSpec": json.dumps({"version": 0.2, "phases": phases}),
            },
            "VpcConfig": {"VpcId": "vpc-1"},
        },
    }
    return template


def _actions(n: int) -> dict[str, Any]:
    template = with_value("orders")
    stages = template["Resources"]["Pipeline"]["Properties"]["Stages"]
    for stage in range(n // 50):
        deploy = [
            _action(
                f"Deploy{i}",
                ("Deploy", "CloudFormation"),
                Configuration={"ActionMode": "CREATE_UPDATE", "StackName": f"s{stage}-{i}"},
            )
            for i in range(50)
        ]
        stages.append({"Name": f"Stage{stage}", "Actions": deploy})
    return template


#: Templates that are made to take long, by what is in them.
CURVES: Mapping[str, Callable[[int], Any]] = {
    "${A} n times in one Fn::Sub": lambda n: with_value({"Fn::Sub": "a${A}" * n}),
    "n variables in one Fn::Sub": lambda n: with_value(
        {"Fn::Sub": "".join(f"a${{A{i}}}" for i in range(n))}
    ),
    "${ without an end": lambda n: with_value({"Fn::Sub": "${" * n}),
    "${A.B in one Fn::Sub": lambda n: with_value({"Fn::Sub": "${A.B" * n}),
    "{{resolve:ssm: without an end": lambda n: with_value("{{resolve:ssm:a" * n),
    "{{resolve:ssm:a}}": lambda n: with_value("{{resolve:ssm:a}}" * n),
    "{{resolve:secretsmanager: without an end": lambda n: with_value(
        "{{resolve:secretsmanager:a:SecretString" * n
    ),
    "#{a. without an end": lambda n: with_value("#{a." * n),
    "#{a.b}": lambda n: with_value("#{a.b}" * n),
    "a long scalar": lambda n: with_value("x" * 50 * n),
    "wildcards": lambda n: with_value("*a" * n),
    "Fn::Join of n parts": lambda n: with_value({"Fn::Join": ["", [{"Ref": "A"}, "a"] * n]}),
    "Fn::Split with an empty delimiter": lambda n: with_value(
        {"Fn::Select": [0, {"Fn::Split": ["", "a" * n]}]}
    ),
    "quotes in ParameterOverrides": lambda n: with_value(
        "orders", ParameterOverrides={"Fn::Sub": '{"a":${A}"\\' + '"\\' * n}
    ),
    "depth in ParameterOverrides": lambda n: with_value("orders", ParameterOverrides='{"a":' * n),
    "a chain of n conditions": _condition_chain,
    "n conditions": _many_conditions,
    "n actions": lambda n: _actions(n // 10),
    "n topics": lambda n: {"Resources": {f"T{i}": {"Type": "AWS::SNS::Topic"} for i in range(n)}},
    "options in a command": lambda n: _buildspec(["docker-compose " + "-a " * n]),
    "calls in a command": lambda n: _buildspec(["docker " * n, "make  " * n, "a=b " * n]),
    "n commands": lambda n: _buildspec(["docker push x"] * (n // 10)),
}


def cpu_seconds(verb: str, template: Any) -> float:
    """Return the CPU seconds that a verb takes for a template.

    Raises:
        Exception: what a user would see as a traceback.

    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "template.json")
        path.write_text(json.dumps(template))
        more = ["--stack", "orders"] if verb == "permissions" else []
        start = time.process_time()
        CliRunner().invoke(command, [verb, str(path), *more], catch_exceptions=False)
        return time.process_time() - start


def main() -> None:
    """Print the table."""
    print(f"{'CPU seconds for n =':<54}{''.join(f'{size:>9,}' for size in SIZES)}")
    for name, make in CURVES.items():
        for verb in VERBS:
            times = "".join(f"{cpu_seconds(verb, make(size)):>9.2f}" for size in SIZES)
            print(f"{verb + ': ' + name:<54}{times}", flush=True)


if __name__ == "__main__":
    main()
