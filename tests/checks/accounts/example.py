"""Examples of several accounts, and edits of their templates."""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import RULES, Finding, check_system, selected
from cfn_pipeline.template import load

EXAMPLE = Path(__file__).parents[3] / "examples" / "three-accounts"
STAGING, PROD = "222222222222", "333333333333"

#: The templates of the two accounts, and of the artifacts of production's region.
S, P, A = "environment-staging.yml", "environment-prod.yml", "artifacts-eu-west-1.yml"

Files = dict[str, Any]
Change = Callable[[Files], object]


@cache
def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir()) if path.is_file()}


@cache
def contents(folder: Path = EXAMPLE) -> Files:
    return {
        name: load(text)
        for name, text in _texts(folder).items()
        if name.endswith(".yml") and name not in ("cfn-pipeline.yml", "buildspec.yml")
    }


def findings(*changes: Change, rule: str = "", folder: Path = EXAMPLE) -> list[Finding]:
    changed = copy.deepcopy(contents(folder))
    for change in changes:
        change(changed)
    # A mistake is judged by its own rule, what is fine by all of them.
    return check_system(read_texts(_texts(folder), parsed=changed), selected(RULES, [rule or "E"]))


def properties(files: Files, file: str, resource: str) -> Any:
    return files[file]["Resources"][resource]["Properties"]


_DOCUMENTS = ("PolicyDocument", "KeyPolicy", "RepositoryPolicyText", "AssumeRolePolicyDocument")


def statements(files: Files, file: str, resource: str) -> list[Any]:
    """Return the statements of a resource's policy; of a role: of its permissions."""
    holder = properties(files, file, resource)
    if "Policies" in holder:
        holder = holder["Policies"][0]
    [key] = [key for key in _DOCUMENTS if key in holder]
    found: list[Any] = holder[key]["Statement"]
    return found


def trust(files: Files, file: str, role: str) -> Any:
    [statement] = properties(files, file, role)["AssumeRolePolicyDocument"]["Statement"]
    return statement


def action(files: Files, stage: str, name: str = "Deploy") -> Any:
    stages = properties(files, "pipeline.yml", "Pipeline")["Stages"]
    actions = next(entry["Actions"] for entry in stages if entry["Name"] == stage)
    return next(entry for entry in actions if entry["Name"] == name)


def stores(files: Files) -> Any:
    return properties(files, "pipeline.yml", "Pipeline")["ArtifactStores"]


def without(file: str, resource: str, sid: str) -> Change:
    """Remove a statement."""

    def change(files: Files) -> None:
        statements(files, file, resource).remove(statement(files, file, resource, sid))

    return change


def without_call(file: str, resource: str, sid: str, *calls: str) -> Change:
    """Remove calls from a statement."""

    def change(files: Files) -> None:
        entry = statement(files, file, resource, sid)
        assert set(calls) <= set(entry["Action"])
        entry["Action"] = [call for call in entry["Action"] if call not in calls]

    return change


def statement(files: Files, file: str, resource: str, sid: str) -> Any:
    [statement] = [s for s in statements(files, file, resource) if s.get("Sid") == sid]
    return statement


def with_(file: str, resource: str, sid: str, **values: Any) -> Change:
    """Replace elements of a statement."""
    return lambda files: statement(files, file, resource, sid).update(values)


def deny(file: str, resource: str, **values: Any) -> Change:
    """Add a statement that denies."""
    statement = {"Sid": "Added", "Effect": "Deny", "Resource": "*", **values}
    return lambda files: statements(files, file, resource).append(statement)


def in_trust(file: str, role: str, **values: Any) -> Change:
    return lambda files: trust(files, file, role).update(values)


def texts(file: str, old: str, new: str) -> Change:
    """Replace a text wherever it stands in a template."""

    def change(files: Files) -> None:
        text = json.dumps(files[file])
        assert old in text
        files[file] = json.loads(text.replace(old, new))

    return change


def of_action(stage: str, *path: str, value: Any, name: str = "Deploy") -> Change:
    def change(files: Files) -> None:
        place = action(files, stage, name)
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def of_role(file: str, role: str, **values: Any) -> Change:
    return lambda files: properties(files, file, role).update(values)


def role(account: str, name: str, path: str = "deployment/") -> Any:
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{account}:role/{path}{name}"}
