"""The statement that a finding prints, copied to where the finding is: then nothing is lacking."""

import json
import re
from typing import Any

import pytest

from cfn_pipeline.checks import Finding
from tests.checks.accounts.example import Files, findings
from tests.checks.accounts.test_mistakes import MISTAKES, Mistake

#: Rules about what is lacking.
_RULES = ("E9701", "E9703", "E9704", "E9706", "E9728", "E9730", "E9731", "E9733")

#: Their mistakes that a further statement does not mend.
_OTHERS = ("bucket denies other accounts", "is denied to assume", "key denies")

CASES = [m for m in MISTAKES if m.rule in _RULES and m.name not in _OTHERS]


def _lacking(mistake: Mistake) -> list[Finding]:
    return [f for f in findings(mistake.change, rule=mistake.rule) if f.statements]


def _statements(finding: Finding) -> list[Any]:
    text = json.dumps([statement.to_dict() for statement in finding.statements])
    for placeholder, parameter in (
        ("<account of the pipeline>", "${PipelineAccount}"),
        ("<region of the pipeline>", "${PipelineRegion}"),
        ("<fill in>", "*"),
    ):
        text = text.replace(placeholder, parameter)
    # In a stack of the application, images are imported.
    text = text.replace("ecr:${PipelineRegion}:${PipelineAccount}", "ecr:*:*")
    found: list[Any] = json.loads(text)
    return found


def _copy(files: Files, finding: Finding) -> None:
    """Put the statements of a finding into the policy that it is about."""
    file, path = finding.file, [step for step in finding.path if step != "Statement"]
    if role := re.search(r"role (\w+) \((\S+\.yml)\) is not allowed", finding.message):
        file, path = role[2], ["Resources", role[1], "Properties", "Policies"]
    resource = files[file]["Resources"][path[1]]
    properties = resource["Properties"]
    match resource["Type"]:
        case "AWS::S3::Bucket":
            bucket: Any = {"Bucket": {"Ref": path[1]}, "PolicyDocument": {"Statement": []}}
            files[file]["Resources"]["Added"] = {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": bucket,
            }
            document = bucket["PolicyDocument"]
        case "AWS::ECR::Repository":
            document = properties.setdefault("RepositoryPolicyText", {"Statement": []})
        case "AWS::IAM::Role" if "AssumeRolePolicyDocument" in path:
            document = properties["AssumeRolePolicyDocument"]
        case "AWS::IAM::Role":
            document = properties["Policies"][0]["PolicyDocument"]
        case _:
            document = properties[path[3]]
    document["Statement"] += _statements(finding)


@pytest.mark.thorough
@pytest.mark.parametrize("mistake", CASES, ids=lambda mistake: mistake.name)
def test_the_statement_mends_it(mistake: Mistake) -> None:
    lacking = _lacking(mistake)
    assert lacking

    def mend(files: Files) -> None:
        for finding in lacking:
            _copy(files, finding)

    left = findings(mistake.change, mend, rule=mistake.rule)
    assert [finding.message for finding in left if finding.statements] == []
