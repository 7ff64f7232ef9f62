"""The structure of a pipeline in CodePipeline's API.

CloudFormation has the same keys, with a capital letter, but for ``artifactStores``, which is a
list there.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineDeclaration.html
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

#: What a key holds: ``str``, ``int``, ``dict`` (strings by name), a list of one of these, or keys.
Shape: TypeAlias = Any

_STORE = {
    "type": str,
    "location": str,
    "encryptionKey": {"id": str, "type": str},
}
_PATTERNS = {"includes": [str], "excludes": [str]}
_CONDITIONS = [
    {
        "result": str,
        "rules": [
            {
                "name": str,
                "ruleTypeId": {"category": str, "owner": str, "provider": str, "version": str},
                "configuration": dict,
                "commands": [str],
                "inputArtifacts": [{"name": str}],
                "roleArn": str,
                "region": str,
                "timeoutInMinutes": int,
            }
        ],
    }
]
_ACTION = {
    "name": str,
    "namespace": str,
    "runOrder": int,
    "actionTypeId": {"category": str, "owner": str, "provider": str, "version": str},
    "roleArn": str,
    "region": str,
    "inputArtifacts": [{"name": str}],
    "outputArtifacts": [{"name": str, "files": [str]}],
    "configuration": dict,
    "commands": [str],
    "environmentVariables": [{"name": str, "type": str, "value": str}],
    "outputVariables": [str],
    "timeoutInMinutes": int,
}

#: In the order in which templates have the keys.
PIPELINE: Mapping[str, Shape] = {
    "name": str,
    "pipelineType": str,
    "executionMode": str,
    "roleArn": str,
    "artifactStore": _STORE,
    "artifactStores": dict[str, Any],
    "stages": [
        {
            "name": str,
            "blockers": [{"name": str, "type": str}],
            "actions": [_ACTION],
            "beforeEntry": {"conditions": _CONDITIONS},
            "onSuccess": {"conditions": _CONDITIONS},
            "onFailure": {
                "result": str,
                "retryConfiguration": {"retryMode": str},
                "conditions": _CONDITIONS,
            },
        }
    ],
    "variables": [{"name": str, "defaultValue": str, "description": str}],
    "triggers": [
        {
            "providerType": str,
            "gitConfiguration": {
                "sourceActionName": str,
                "push": [{"branches": _PATTERNS, "filePaths": _PATTERNS, "tags": _PATTERNS}],
                "pullRequest": [{"events": [str], "branches": _PATTERNS, "filePaths": _PATTERNS}],
            },
        }
    ],
    "version": int,
}
#: The structure of each value of ``artifactStores``.
STORE: Mapping[str, Shape] = _STORE

#: Keys without which there is nothing to adopt, by the last part of the path to them.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "pipeline": ("name", "roleArn", "stages"),
    "stages": ("name", "actions"),
    "actions": ("name", "actionTypeId"),
    "actionTypeId": ("category", "owner", "provider", "version"),
    "inputArtifacts": ("name",),
    "outputArtifacts": ("name",),
}

#: Keys that CloudFormation has no property for: the version counts changes, and its rules have no
#: time limit.
NOT_IN_TEMPLATES = (("pipeline", "version"),)
NOT_OF_RULES = ("timeoutInMinutes",)
