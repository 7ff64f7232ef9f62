"""A CodeBuild project, as CodeBuild tells it.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetProjects.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.aws.codebuild import VARIABLE_TYPES
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.outcome import ActionFailed

__all__ = ["Project", "Variable", "project_named", "variables_of"]


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of a build's environment.

    Args:
        name: its name.
        value: its value, or where that is kept.
        type: PLAINTEXT, PARAMETER_STORE or SECRETS_MANAGER.

    """

    name: str
    value: str
    type: str = "PLAINTEXT"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project.

    Args:
        name: its name.
        buildspec: a path, or the text; empty: buildspec.yml.
        image: in which it builds.
        privileged: whether Docker may run in it.
        variables: of its environment.
        minutes: after which a build is ended.
        unrehearsed: what else it has that a rehearsal does not do.

    """

    name: str
    buildspec: str = ""
    image: str = ""
    privileged: bool = False
    variables: Sequence[Variable] = ()
    minutes: float = 60
    unrehearsed: Sequence[str] = ()


def project_named(name: str, account: Account) -> Project:
    """Return the project with a name.

    Raises:
        ActionFailed: there is none, or it is not CodePipeline's.

    """
    found = account.client("codebuild").batch_get_projects(names=[name])["projects"]
    if not found:
        raise ActionFailed(
            f"there is no CodeBuild project {name!r} in the account; give the template that has it "
            "with --with"
        )
    [said] = found
    source = str(said.get("source", {}).get("type"))
    if source != "CODEPIPELINE":
        raise ActionFailed(
            f"the CodeBuild project {name!r} has sources of the type {source}; a pipeline runs "
            "projects whose Source and Artifacts are CODEPIPELINE"
        )
    environment = said.get("environment", {})
    vpc = said.get("vpcConfig") or {}
    return Project(
        name=name,
        buildspec=str(said["source"].get("buildspec") or ""),
        image=str(environment.get("image", "")),
        privileged=environment.get("privilegedMode") in (True, "true"),
        variables=[_variable(entry) for entry in environment.get("environmentVariables") or []],
        minutes=float(said.get("timeoutInMinutes") or 60),
        unrehearsed=["VpcConfig"] if vpc.get("vpcId") else [],
    )


def variables_of(text: str) -> list[Variable]:
    """Return the variables that an action sets, told as JSON.

    Raises:
        ActionFailed: this is no such JSON.

    """
    try:
        return [_variable(entry) for entry in json.loads(text)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ActionFailed(
            'EnvironmentVariables is no JSON such as [{"name": "STAGE", "value": "dev"}]: '
            f"{text:.80}"
        ) from error


def _variable(entry: Mapping[str, Any]) -> Variable:
    said = {str(key).lower(): value for key, value in entry.items()}
    type_ = str(said.get("type") or "PLAINTEXT")
    if type_ not in VARIABLE_TYPES:
        raise ActionFailed(f"the variable {said['name']} has the type {type_}, which there is not")
    return Variable(name=str(said["name"]), value=str(said["value"]), type=type_)
