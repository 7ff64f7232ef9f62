"""The repositories of images."""

import json
from typing import Any

import pytest

from cfn_pipeline import ecr_template, todobackend

RESOURCES: dict[str, Any] = ecr_template(todobackend).to_dict()["Resources"]


@pytest.mark.parametrize("repository", ["CodebuildRepository", "TodobackendRepository"])
def test_images_do_not_pile_up_and_the_deployed_ones_stay(repository: str) -> None:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html."""
    text = RESOURCES[repository]["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"]
    untagged, tagged = json.loads(text)["rules"]
    assert untagged["selection"]["tagStatus"] == "untagged"
    assert untagged["selection"]["countNumber"] == 7
    assert tagged["selection"] == {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": 100,
    }
    assert untagged["rulePriority"] < tagged["rulePriority"]
