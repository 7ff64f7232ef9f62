"""Evaluate the permissions of the current edition's roles with an IAM evaluator.

The requests, and what is to become of each, stand in ``requests.yml``. Exit 1 where a role may do
less, or more.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from evaluator import compare

from cfn_pipeline import Application, Approval, Environment, load, render, todobackend

HERE = Path(__file__).parent
ACCOUNT = "111122223333"
#: Names of the most letters: CloudFormation shortens what begins with them.
LONGEST = replace(
    todobackend,
    name="a-customer-notifications",
    environments=[Environment("first-kind-of-environmen"), Environment("other-kind-of-environmen")],
)


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A stack, the values of its template's functions, and what it holds."""

    name: str
    file: str
    values: Mapping[str, str]
    files: Mapping[str, str]

    @property
    def resources(self) -> dict[str, Any]:
        """The template's resources."""
        found: dict[str, Any] = load(self.files[self.file])["Resources"]
        return found

    def deployed(self, value: Any) -> Any:
        """Return a policy with the values of a deployment."""
        match value:
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{AWS::(\w+)\}", lambda word: self._pseudo(word[1]), text)
            case {"Ref": str(name)} if name.startswith("AWS::"):
                return self._pseudo(name.removeprefix("AWS::"))
            case {"Fn::If": _}:
                return self.values["boundary"]
            case {"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-key"}}:
                return f"arn:aws:{self.values['key']}"
            case {"Fn::GetAtt": ["KmsKey", "Arn"]}:
                return f"arn:aws:{self.values['key']}"
            case {"Fn::ImportValue": _}:
                return f"arn:aws:{self.values['home_key']}"
            case {"Ref": "ApplicationSecret"}:
                here = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret"
                return f"{here}:{self.name}/credentials-AbCdEf"
            case {"Ref": "NotificationTopic"}:
                return f"arn:aws:sns:eu-west-1:{ACCOUNT}:{self.name}-NotificationTopic-1A"
            case {"Fn::GetAtt": ["ApprovalFunctionLogGroup", "Arn"]}:
                name = self.resources["ApprovalFunctionLogGroup"]["Properties"]["LogGroupName"]
                return f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:{name}:*"
            case {"Fn::GetAtt": ["ApplicationLogGroup", "Arn"]}:
                return f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/{self.name}/ecs/todobackend:*"
            case {"Ref": "ConnectionArn"}:
                return f"arn:aws:codeconnections:eu-west-1:{ACCOUNT}:connection/0a1b"
            case dict():
                return {key: self.deployed(inside) for key, inside in value.items()}
            case list():
                return [self.deployed(inside) for inside in value]
            case _:
                return value

    def _pseudo(self, name: str) -> str:
        return {
            "AccountId": ACCOUNT,
            "Partition": "aws",
            "Region": "eu-west-1",
            "StackName": self.name,
            "URLSuffix": "amazonaws.com",
        }[name]

    def inline(self, role: str) -> list[Any]:
        """Return the inline policies of a role."""
        policies = self.resources[role]["Properties"]["Policies"]
        return [self.deployed(policy["PolicyDocument"]) for policy in policies]

    def managed(self, begins: str) -> list[Any]:
        """Return the managed policies whose logical ids begin so."""
        return [
            self.deployed(resource["Properties"]["PolicyDocument"])
            for name, resource in self.resources.items()
            if name.startswith(begins)
        ]


def key(number: int) -> str:
    return f"kms:eu-west-1:{ACCOUNT}:key/{number:08}-0000-0000-0000-000000000000"


def words(application: Application, stack: str, other: str) -> dict[str, str]:
    """Return what the words of a request stand for."""
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/%s-environment-PermissionsBoundary-1A"
    return {
        "here": f"eu-west-1:{ACCOUNT}",
        "acct": ACCOUNT,
        "application": application.name,
        "stack": stack,
        "short": stack[:24],
        "other": other,
        "boundary": boundary % stack,
        "other_boundary": boundary % other,
        "key": key(1),
        "other_key": key(2),
        "home_key": key(3),
    }


def cases(rows: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Yield each role, with what it is asked, and what is to become of that."""
    for application in (todobackend, LONGEST):
        files = render(application)
        stacks = {e.name: application.stack_name(e) for e in application.environments}
        for name, stack in stacks.items():
            [other] = [s for s in stacks.values() if s != stack]
            values = words(application, stack, other)
            environment = Deployed(
                name=f"{stack}-environment",
                file=f"environment-{name}.yml",
                values=values,
                files=files,
            )
            policies = environment.managed("DeploymentPolicy")
            role = f"deployment/{stack}-deployment"
            yield case(rows, "deployment", role, policies, environment)
            if application is todobackend:
                running = replace(environment, name=stack, file="stack.yml")
                [boundary] = environment.managed("PermissionsBoundary")
                policies = running.inline("ApplicationExecutionRole")
                role = f"{stack}/{stack}-ApplicationExecutionRole-1A"
                yield case(rows, "execution", role, policies, environment, boundary)
    yield from home(rows, todobackend)


def home(
    rows: Mapping[str, Any], application: Application
) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Yield the roles of pipeline and build, and of the function for approvals."""
    iam = Deployed(
        name=f"{application.name}-iam",
        file="iam.yml",
        values=words(application, *(application.stack_name(e) for e in application.environments)),
        files=render(application),
    )
    for kind, role in (("pipeline", "CodePipelineRole"), ("build", "CodeBuildRole")):
        yield case(rows, kind, f"{iam.name}-{role}-1A", iam.inline(role), iam)
    [dev, prod] = application.environments
    approving = replace(prod, approval=Approval(approve_empty=True))
    files = render(replace(application, environments=[dev, approving]))
    pipeline = replace(iam, name=f"{application.name}-pipeline", file="pipeline.yml", files=files)
    role = "ApprovalFunctionRole"
    yield case(rows, "approval", f"{pipeline.name}-{role}-1A", pipeline.inline(role), pipeline)


def case(
    rows: Mapping[str, Any],
    kind: str,
    role: str,
    policies: Sequence[Any],
    stack: Deployed,
    boundary: Any = None,
) -> tuple[str, dict[str, Any], list[str]]:
    at_home = stack.file in ("iam.yml", "pipeline.yml")
    holder = replace(stack, file="kms.yml") if at_home else stack
    asked = [(wanted, row) for wanted in ("allowed", "denied") for row in rows[kind][wanted]]
    given = {
        "principal": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "policies": policies,
        "boundary": boundary,
        "keyPolicy": holder.deployed(holder.resources["KmsKey"]["Properties"]["KeyPolicy"]),
        "requests": [request(stack.values, *row) for _, row in asked],
    }
    return role, given, [wanted for wanted, _ in asked]


def main() -> None:
    asked = list(cases(yaml.safe_load((HERE / "requests.yml").read_text())))
    compare(asked, what=f"of {len(asked)} roles")


def request(
    values: Mapping[str, str],
    action: str,
    resource: str,
    context: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a row of the table as input of the evaluator."""

    def filled(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda word: values[word[1]], text)

    arn = filled(resource)
    return {
        "action": action,
        "resource": arn if arn == "*" or arn.startswith("arn:") else f"arn:aws:{arn}",
        "context": {key: filled(value) for key, value in (context or {}).items()},
    }


if __name__ == "__main__":
    main()
