"""Artifacts: more ways to get them wrong than the smallest, and what is right."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.checks.examples import action, findings, good, ids, pipeline

Change = Callable[[dict[str, Any]], object]


def _configure(**settings: str) -> Change:
    return lambda template: action(template, 1)["Configuration"].update(settings)


@pytest.mark.parametrize(
    "example, change, rule, said",
    [
        (
            "E9102",
            lambda t: action(t, 1)["InputArtifacts"].append({"Name": "Version"}),
            "E9102",
            "'Version' is an output of the same action; use an output of an earlier action",
        ),
        (
            "E9102",
            lambda t: pipeline(t)["Stages"].append(
                {"Name": "Late", "Actions": [pipeline(t)["Stages"][1]["Actions"].pop(0)]}
            ),
            "E9102",
            "an output of stage 'Late', action 'Build', which runs later; move one of the actions",
        ),
        (
            "E9105",
            _configure(TemplatePath="Source::stack.yml"),
            "E9105",
            "uses 'stack.yml' of artifact 'Source', which is not an input",
        ),
        (
            "E9105",
            _configure(TemplatePath="stack.yml"),
            "E9109",
            "invalid TemplatePath 'stack.yml'",
        ),
        ("E9105", _configure(TemplatePath="Sources::"), "E9109", "use 'Artifact::path"),
        (
            "E9106",
            _configure(TemplateConfiguration="Sources:prod.json"),
            "E9109",
            "invalid TemplateConfiguration 'Sources:prod.json'",
        ),
        (
            "E9107",
            _configure(ParameterOverrides='{"Tag": {"Fn::GetParameter": ["Sources", "v", "Tag"]}}'),
            "E9109",
            "unknown function Fn::GetParameter; use Fn::GetParam or",
        ),
        (
            "E9108",
            _configure(ParameterOverrides='{"Key": {"Fn::GetArtifactAtt": ["Sources", "Key"]}}'),
            "E9109",
            "use [artifact, BucketName or ObjectKey or URL]",
        ),
        (
            "E9110",
            _configure(PrimarySource="Source"),
            "E9110",
            "PrimarySource 'Source' is not an input artifact of the action",
        ),
        (
            "E9111",
            _configure(Image1ArtifactName="Image"),
            "E9111",
            "Image1ArtifactName 'Image' is not an input",
        ),
        (
            "E9112",
            lambda t: action(t, 0).update(InputArtifacts=[{"Name": "Sources"}]),
            "E9112",
            "InputArtifacts has 1 entry; Source actions of CodeStarSourceConnection take 0",
        ),
    ],
)
def test_what_is_caught(example: str, change: Change, rule: str, said: str) -> None:
    template = good(example)
    change(template)
    found = findings(template)
    assert any(f.rule == rule and said in f.message for f in found), found


@pytest.mark.parametrize(
    "example, change",
    [
        # A name that is not known may be the right one.
        ("E9105", _configure(TemplatePath={"Fn::Sub": "${AWS::StackName}::stack.yml"})),  # type: ignore[arg-type]
        ("E9105", lambda t: action(t, 1).update(InputArtifacts={"Ref": "Inputs"})),
        ("E9101", lambda t: action(t, 0)["OutputArtifacts"][0].update(Name={"Ref": "Name"})),
        # An artifact of many that nobody reads, but whose variables are read.
        (
            "E9601",
            lambda t: (
                pipeline(t)["Stages"][0]["Actions"].append(
                    {
                        **action(t, 0),
                        "Name": "Trigger",
                        "Namespace": "Trigger",
                        "OutputArtifacts": [{"Name": "Unread"}],
                    }
                )
                or action(t, 1)["Configuration"].update(
                    EnvironmentVariables='[{"name": "C", "value": "#{Trigger.CommitId}"}]'
                )
            ),
        ),
    ],
)
def test_what_is_not_known_is_not_reported(example: str, change: Change) -> None:
    template = good(example)
    change(template)
    assert findings(template) == []


def test_pipelines_of_one_template_are_checked_separately() -> None:
    template = good("E9101")
    template["Resources"]["Other"] = good("E9101")["Resources"]["Pipeline"]
    assert findings(template) == []
    action({"Resources": {"Pipeline": template["Resources"]["Other"]}}, 0)["OutputArtifacts"] = [
        {"Name": "Elsewhere"}
    ]
    [finding] = findings(template)
    assert (finding.rule, finding.path[1]) == ("E9101", "Other")


def test_an_artifact_that_is_there_under_a_condition_only() -> None:
    template = good("E9101")
    template["Parameters"] = {"Lint": {"Type": "String"}}
    template["Conditions"] = {"Lints": {"Fn::Equals": [{"Ref": "Lint"}, "yes"]}}
    build = action(template, 1)
    lint = {**build, "Name": "Lint", "OutputArtifacts": [{"Name": "Report"}], "RunOrder": 1}
    use = {**build, "Name": "Use", "InputArtifacts": [{"Name": "Report"}], "RunOrder": 2}
    use.pop("OutputArtifacts", None)
    absent = {"Ref": "AWS::NoValue"}
    pipeline(template)["Stages"][1]["Actions"] = [{"Fn::If": ["Lints", lint, absent]}, use]
    [finding] = findings(template)
    assert finding.rule == "E9101"
    assert "action 'Lint' under a condition only; put the input under the same" in finding.message
    pipeline(template)["Stages"][1]["Actions"][1] = {"Fn::If": ["Lints", use, absent]}
    assert "E9101" not in ids(findings(template))


def test_branches_of_a_condition_are_checked_separately() -> None:
    template = good("E9101")
    template["Parameters"] = {"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]}}
    template["Conditions"] = {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
    }
    source, build = (action(template, number) for number in (0, 1))
    source["OutputArtifacts"] = [{"Name": {"Fn::If": ["IsProd", "Released", "Sources"]}}]
    build["InputArtifacts"] = [{"Name": {"Fn::If": ["IsDev", "Sources", "Released"]}}]
    assert findings(template) == []
    build["InputArtifacts"] = [{"Name": {"Fn::If": ["IsDev", "Released", "Sources"]}}]
    found = findings(template)
    assert ids(found) == ["E9101", "E9101"]
    assert [finding.path[-3:] for finding in found] == [
        ("Name", "Fn::If", 1),
        ("Name", "Fn::If", 2),
    ]
