"""The current edition as mappings, to be changed and checked."""

import copy
import json
from functools import cache
from typing import Any

from cfn_pipeline import CURRENT, load, render
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import Finding, check_system

Files = dict[str, Any]


@cache
def _contents() -> Files:
    return {
        name: load(text) if name.endswith((".yml", ".json")) else text
        for name, text in render(edition=CURRENT).items()
    }


def files() -> Files:
    """Return what each file of the edition holds; templates and others as mappings."""
    return copy.deepcopy(_contents())


def findings(changed: Files) -> list[Finding]:
    texts = {  # JSON is YAML, too, and read faster
        name: content if isinstance(content, str) else json.dumps(content)
        for name, content in changed.items()
    }
    return check_system(read_texts(texts, is_rendered=True))


def properties(changed: Files, file: str, resource: str) -> Any:
    return changed[file]["Resources"][resource]["Properties"]


def action(changed: Files, name: str) -> Any:
    """Return the action of this name, of the pipeline."""
    stages = properties(changed, "pipeline.yml", "Pipeline")["Stages"]
    return next(a for stage in stages for a in stage["Actions"] if a["Name"] == name)


def stage(changed: Files, name: str) -> Any:
    stages = properties(changed, "pipeline.yml", "Pipeline")["Stages"]
    return next(entry for entry in stages if entry["Name"] == name)


def statement(changed: Files, role: str, sid: str) -> Any:
    """Return a statement of one of the roles of iam.yml."""
    [policy] = properties(changed, "iam.yml", role)["Policies"]
    return next(s for s in policy["PolicyDocument"]["Statement"] if s["Sid"] == sid)
