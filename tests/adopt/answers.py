"""What CodePipeline would answer of pipelines in templates, once they are deployed."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cfn_pipeline.template import load
from cfn_pipeline.template.values import substitute

ROOT = Path(__file__).parents[2]
REGION = "ap-southeast-2"
ACCOUNT = "111122223333"
_PSEUDO = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


@cache
def rendered_pipelines() -> dict[str, dict[str, Any]]:
    """Return the pipeline of each template that is committed, by the template's path."""
    found = {}
    for folder in ("templates", "examples"):
        for path in sorted((ROOT / folder).rglob("*.yml")):
            text = path.read_text()
            if "AWS::CodePipeline::Pipeline" in text:
                template = load(text)
                [properties] = [
                    resource["Properties"]
                    for resource in template["Resources"].values()
                    if resource["Type"] == "AWS::CodePipeline::Pipeline"
                ]
                found[str(path.relative_to(ROOT))] = resolved(properties, template)
    return found


def resolved(value: Any, template: Mapping[str, Any]) -> Any:
    """Return properties with a plausible value for each function."""
    match value:
        case {"Ref": name}:
            return _reference(name, template)
        case {"Fn::ImportValue": name}:
            return _plausible(str(resolved(name, template)))
        case {"Fn::GetAtt": [name, *_]}:
            return _plausible(f"{name}-role")
        case {"Fn::Sub": str() as text}:
            return substitute(text, {}, lambda each: str(resolved(each, template)))
        case dict():
            return {name: resolved(each, template) for name, each in value.items()}
        case list():
            return [resolved(each, template) for each in value]
        case _:
            return value


def _reference(name: str, template: Mapping[str, Any]) -> str:
    if name in _PSEUDO:
        return _PSEUDO[name]
    if name in template["Resources"]:
        properties = template["Resources"][name].get("Properties", {})
        return str(resolved(properties.get("BucketName", name.lower()), template))
    default = template["Parameters"][name].get("Default")
    return str(default or _plausible(name))


def _plausible(name: str) -> str:
    lower = name.lower()
    if "connection" in lower:
        return f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/0a1b2c3d"
    if lower.endswith("role"):
        return f"arn:aws:iam::{ACCOUNT}:role/{name}"
    if "key" in lower:
        return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d"
    return f"acme-{lower}"[:90]


def answer(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``aws codepipeline get-pipeline`` answers of a pipeline."""
    pipeline: Any = _lowered({"ExecutionMode": "SUPERSEDED", "PipelineType": "V1", **properties})
    pipeline.pop("restartExecutionOnUpdate", None)  # of CloudFormation alone
    stores = pipeline.pop("artifactStores", None)
    if stores is not None:
        pipeline["artifactStores"] = {each["region"]: each["artifactStore"] for each in stores}
    for stage in pipeline["stages"]:
        for action in stage["actions"]:
            settings = action.setdefault("configuration", {})
            if "OAuthToken" in settings:
                settings["OAuthToken"] = "****"
            for key in ("inputArtifacts", "outputArtifacts"):
                action.setdefault(key, [])
    name = pipeline["name"]
    return {
        "pipeline": {**pipeline, "version": 3},
        "metadata": {
            "pipelineArn": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}",
            "created": "2026-11-01T10:00:00.000000+00:00",
            "updated": 1761991200.5,
        },
    }


def _lowered(value: Any) -> Any:
    """Return properties with the API's keys; those of settings stay."""
    if isinstance(value, dict):
        return {
            name[0].lower() + name[1:]: dict(each) if name == "Configuration" else _lowered(each)
            for name, each in value.items()
        }
    return [_lowered(each) for each in value] if isinstance(value, list) else value
