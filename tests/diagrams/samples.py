"""Pictures of small templates."""

from pathlib import Path
from typing import Any

import yaml

from cfn_pipeline.analysis.reading import read_files, read_texts
from cfn_pipeline.diagrams.pictures import Picture, PipelinePicture, StackPicture
from cfn_pipeline.diagrams.reading import pictures

ROOT = Path(__file__).parents[2]


def of_file(path: str, subject: str | None = None) -> list[Picture]:
    return pictures(read_files([ROOT / path], {}), subject)


def of_text(text: str, subject: str | None = None) -> list[Picture]:
    return pictures(read_texts({"a.yml": text}), subject)


def stack(resources: dict[str, Any], **sections: Any) -> StackPicture:
    [picture] = of_text(yaml.safe_dump({"Resources": resources, **sections}), "stack")
    assert isinstance(picture, StackPicture)
    return picture


def action(name: str, type_: str, **more: Any) -> dict[str, Any]:
    category, provider = type_.split("/")
    type_id = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
    return {"Name": name, "ActionTypeId": type_id, **more}


def pipeline(*stages: list[dict[str, Any]], **sections: Any) -> PipelinePicture:
    properties = {
        "Name": "shop",
        "RoleArn": "arn:aws:iam::111111111111:role/pipeline",
        "Stages": [{"Name": f"Stage{n}", "Actions": actions} for n, actions in enumerate(stages)],
    }
    resources = {"Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}}
    [picture] = of_text(yaml.safe_dump({"Resources": resources, **sections}))
    assert isinstance(picture, PipelinePicture)
    return picture
