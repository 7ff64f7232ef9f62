"""A CodeBuild project, as BatchGetProjects returns it.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetProjects.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.aws.codebuild import VARIABLE_TYPES
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.outcome import ActionFailed


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of a build's environment.

    Args:
        name: its name.
        value: its value, or the name of the parameter or secret.
        type: PLAINTEXT, PARAMETER_STORE or SECRETS_MANAGER.

    """

    name: str
    value: str
    type: str = "PLAINTEXT"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A CodeBuild project.

    Args:
        name: its name.
        buildspec: its path, or its text; empty: buildspec.yml.
        image: the build image.
        privileged: whether Docker may run in it.
        variables: of its environment.
        timeout_minutes: of a build.
        unrehearsed: properties that a rehearsal ignores.

    """

    name: str
    buildspec: str = ""
    image: str = ""
    privileged: bool = False
    variables: Sequence[Variable] = ()
    timeout_minutes: float = 60
    unrehearsed: Sequence[str] = ()


def get_project(name: str, account: Account) -> Project:
    """Return the project with a name.

    Raises:
        ActionFailed: it does not exist, or its source is not CODEPIPELINE.

    """
    projects = account.client("codebuild").batch_get_projects(names=[name])["projects"]
    if not projects:
        raise ActionFailed(
            f"the CodeBuild project {name!r} does not exist in the account; add its template with "
            "--with TEMPLATE"
        )
    [data] = projects
    source = str(data.get("source", {}).get("type"))
    if source != "CODEPIPELINE":
        raise ActionFailed(
            f"the CodeBuild project {name!r} has the source type {source}; in a pipeline, Source "
            "and Artifacts must have the type CODEPIPELINE"
        )
    environment = data.get("environment", {})
    vpc = data.get("vpcConfig") or {}
    return Project(
        name=name,
        buildspec=str(data["source"].get("buildspec") or ""),
        image=str(environment.get("image", "")),
        privileged=environment.get("privilegedMode") in (True, "true"),
        variables=[_variable(entry) for entry in environment.get("environmentVariables") or []],
        timeout_minutes=float(data.get("timeoutInMinutes") or 60),
        unrehearsed=["VpcConfig"] if vpc.get("vpcId") else [],
    )


def parse_variables(text: str) -> list[Variable]:
    """Return the variables of an action's setting EnvironmentVariables.

    Raises:
        ActionFailed: it is not the JSON that CodePipeline expects.

    """
    try:
        return [_variable(entry) for entry in json.loads(text)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ActionFailed(
            f"invalid EnvironmentVariables {text:.80}: use JSON such as "
            '[{"name": "STAGE", "value": "dev"}]'
        ) from error


def _variable(entry: Mapping[str, Any]) -> Variable:
    entry = {str(key).lower(): value for key, value in entry.items()}
    type_ = str(entry.get("type") or "PLAINTEXT")
    if type_ not in VARIABLE_TYPES:
        raise ActionFailed(
            f"invalid type {type_} of the variable {entry['name']}: use one of "
            f"{', '.join(VARIABLE_TYPES)}"
        )
    return Variable(name=str(entry["name"]), value=str(entry["value"]), type=type_)


def require_valid(variables: Mapping[str, str]) -> None:
    """Check that a process can have environment variables.

    Raises:
        ActionFailed: a name or a value is invalid.

    """
    for name, value in variables.items():
        if not name or "=" in name or "\0" in name:
            raise ActionFailed(
                f"invalid name {name!a} of an environment variable: use letters, digits and _"
            )
        if "\0" in value:
            raise ActionFailed(f"the environment variable {name} must not have a NUL character")
