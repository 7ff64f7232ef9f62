"""Live pipelines: what ``get-pipeline`` answers comes back as the same pipeline."""

import json
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import Approval, emit
from cfn_pipeline.adopt.pipelines.configuring import as_configuration
from cfn_pipeline.adopt.pipelines.importing import import_files, stack_name
from cfn_pipeline.adopt.pipelines.language import in_language
from cfn_pipeline.adopt.pipelines.reading import LivePipeline, read_pipeline
from cfn_pipeline.checks import check
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.errors import ModelError
from cfn_pipeline.template import load
from tests.adopt.answers import answer, rendered_pipelines
from tests.cfn_lint import lint

PIPELINES = rendered_pipelines()


def _live(document: Any) -> LivePipeline:
    return read_pipeline(json.dumps(document), "pipeline.json")


def _adopted(live: LivePipeline) -> dict[str, Any]:
    template = load(import_files(live, "stack")["pipeline.yml"])
    properties: dict[str, Any] = template["Resources"]["Pipeline"]["Properties"]
    return properties


def _with_parameters(properties: dict[str, Any]) -> dict[str, Any]:
    """Return what is expected of the live pipeline: its tokens are references."""
    expected = {"ExecutionMode": "SUPERSEDED", "PipelineType": "V1", **properties}
    expected.pop("RestartExecutionOnUpdate", None)  # of CloudFormation alone
    for action in (action for stage in expected["Stages"] for action in stage["Actions"]):
        settings = action.get("Configuration", {})
        if "OAuthToken" in settings:
            name = f"{action['Name']}OAuthToken"
            action["Configuration"] = {**settings, "OAuthToken": {"Ref": name}}
    return expected


@pytest.mark.parametrize("path", PIPELINES)
def test_a_rendered_pipeline_comes_back_as_the_same(path: str) -> None:
    live = _live(answer(PIPELINES[path]))
    assert _adopted(live) == _with_parameters(json.loads(json.dumps(PIPELINES[path])))
    assert not live.notes


@pytest.mark.parametrize("path", PIPELINES)
def test_a_rendered_pipeline_comes_back_in_the_language(path: str) -> None:
    live = _live(answer(PIPELINES[path]))
    written = in_language(live)
    assert not written.differences
    assert written.text is not None
    assert "AnyAction" not in written.text
    names: dict[str, Any] = {"__name__": "pipeline"}
    exec(written.text, names)
    resource = load(emit(names["template"]))["Resources"]["Pipeline"]
    assert resource["DeletionPolicy"] == "Retain"
    # Inputs of CloudFormation's actions may have another order, JSON other spaces.
    again = LivePipeline(name=live.name, properties=resource["Properties"])
    assert _actions(again) == _actions(live)


def _actions(live: LivePipeline) -> list[Any]:
    return [
        (stage["Name"], action["Name"], action["RunOrder"], _settings(action))
        for stage in live.properties["Stages"]
        for action in stage["Actions"]
    ]


def _settings(action: dict[str, Any]) -> list[tuple[str, str]]:
    settings = action.get("Configuration", {})
    return sorted((name, str(value).replace(" ", "")) for name, value in settings.items())


#: Every key of the API that has a property, and those that have none.
EVERYTHING: Any = {
    "pipeline": {
        "name": "everything",
        "roleArn": "arn:aws:iam::111122223333:role/pipeline",
        "pipelineType": "V2",
        "executionMode": "QUEUED",
        "version": 7,
        "artifactStores": {
            region: {
                "type": "S3",
                "location": f"artifacts-{region}",
                "encryptionKey": {"type": "KMS", "id": f"arn:aws:kms:{region}:111122223333:key/1"},
            }
            for region in ("eu-west-1", "us-east-1")
        },
        "stages": [
            {
                "name": "Source",
                "actions": [
                    {
                        "name": "Code",
                        "actionTypeId": {
                            "category": "Source",
                            "owner": "AWS",
                            "provider": "CodeStarSourceConnection",
                            "version": "1",
                        },
                        "runOrder": 1,
                        "namespace": "Code",
                        "configuration": {
                            "BranchName": "main",
                            "ConnectionArn": "arn:aws:codeconnections:eu-west-1:111122223333:"
                            "connection/0a1b2c3d",
                            "FullRepositoryId": "acme/orders",
                            "OutputArtifactFormat": "CODEBUILD_CLONE_REF",
                            "DetectChanges": "false",
                        },
                        "outputArtifacts": [{"name": "Code"}],
                        "inputArtifacts": [],
                    }
                ],
            },
            {
                "name": "Deploy",
                "blockers": [{"name": "Window", "type": "Schedule"}],
                "beforeEntry": {
                    "conditions": [
                        {
                            "result": "SKIP",
                            "rules": [
                                {
                                    "name": "Check",
                                    "ruleTypeId": {
                                        "category": "Rule",
                                        "owner": "AWS",
                                        "provider": "VariableCheck",
                                        "version": "1",
                                    },
                                    "configuration": {
                                        "Variable": "#{variables.TARGET}",
                                        "Value": "blue",
                                        "Operator": "EQ",
                                    },
                                    "region": "eu-west-1",
                                    "roleArn": "arn:aws:iam::111122223333:role/rule",
                                    "timeoutInMinutes": 30,
                                }
                            ],
                        }
                    ]
                },
                "onFailure": {
                    "result": "RETRY",
                    "retryConfiguration": {"retryMode": "ALL_ACTIONS"},
                },
                "actions": [
                    {
                        "name": "Run",
                        "actionTypeId": {
                            "category": "Compute",
                            "owner": "AWS",
                            "provider": "Commands",
                            "version": "1",
                        },
                        "runOrder": 1,
                        "namespace": "Run",
                        "commands": ["make test"],
                        "environmentVariables": [
                            {"name": "MODE", "value": "full"},
                            {"name": "TOKEN", "value": "orders/t", "type": "SECRETS_MANAGER"},
                        ],
                        "outputVariables": ["VERSION"],
                        "inputArtifacts": [{"name": "Code"}],
                        "outputArtifacts": [{"name": "Built", "files": ["out/**"]}],
                    },
                    {
                        "name": "Shift",
                        "actionTypeId": {
                            "category": "Deploy",
                            "owner": "AWS",
                            "provider": "CodeDeploy",
                            "version": "1",
                        },
                        "runOrder": 5,
                        "region": "us-east-1",
                        "roleArn": "arn:aws:iam::444455556666:role/action",
                        "timeoutInMinutes": 60,
                        "configuration": {
                            "ApplicationName": "orders",
                            "DeploymentGroupName": "blue",
                        },
                        "inputArtifacts": [{"name": "Built"}],
                    },
                ],
            },
        ],
        "variables": [{"name": "TARGET", "defaultValue": "blue", "description": "Where"}],
        "triggers": [
            {
                "providerType": "CodeStarSourceConnection",
                "gitConfiguration": {
                    "sourceActionName": "Code",
                    "push": [
                        {
                            "branches": {"includes": ["main"]},
                            "filePaths": {"excludes": ["docs/**"]},
                        },
                        {"tags": {"includes": ["v*"]}},
                    ],
                    "pullRequest": [{"events": ["OPEN"], "branches": {"includes": ["main"]}}],
                },
            }
        ],
    },
    "metadata": {"pipelineArn": "arn:aws:codepipeline:eu-west-1:111122223333:everything"},
}


def test_every_key_has_its_property() -> None:
    live = _live(EVERYTHING)
    properties = _adopted(live)
    assert [each["Region"] for each in properties["ArtifactStores"]] == ["eu-west-1", "us-east-1"]
    [_, deploy] = properties["Stages"]
    [run, shift] = deploy["Actions"]
    assert deploy["Blockers"] == [{"Name": "Window", "Type": "Schedule"}]
    assert deploy["OnFailure"]["RetryConfiguration"] == {"RetryMode": "ALL_ACTIONS"}
    [rule] = deploy["BeforeEntry"]["Conditions"][0]["Rules"]
    assert (rule["Region"], "TimeoutInMinutes" in rule) == ("eu-west-1", False)
    assert run["OutputArtifacts"] == [{"Name": "Built", "Files": ["out/**"]}]
    assert run["EnvironmentVariables"][1]["Type"] == "SECRETS_MANAGER"
    assert (shift["RunOrder"], shift["TimeoutInMinutes"]) == (5, 60)
    assert (shift["Region"], shift["RoleArn"]) == (
        "us-east-1",
        "arn:aws:iam::444455556666:role/action",
    )
    assert properties["Variables"][0]["DefaultValue"] == "blue"
    assert properties["Triggers"][0]["GitConfiguration"]["Push"][1] == {
        "Tags": {"Includes": ["v*"]}
    }
    assert "Version" not in properties
    assert len(live.notes) == 1
    assert "timeoutInMinutes" in live.notes[0]


def test_what_the_language_does_not_have_is_told() -> None:
    written = in_language(_live(EVERYTHING))
    assert list(written.differences) == [
        "stage 'Deploy': Blockers is left out, or changed",
        "stage 'Deploy': BeforeEntry is left out, or changed",
        "stage 'Deploy': OnFailure is left out, or changed",
        "stage 'Deploy', action 'Shift': TimeoutInMinutes is left out, or changed",
    ]
    assert written.text is not None
    names: dict[str, Any] = {"__name__": "pipeline"}
    exec(written.text, names)
    [code, run, shift] = names["pipeline"].actions
    assert type(code).__name__ == "AnyConnectedSource"
    assert len(code.push) == 2
    assert (run.commands, run.secrets) == (("make test",), {"TOKEN": "orders/t"})
    assert (shift.type.provider, shift.configuration["ApplicationName"]) == ("CodeDeploy", "orders")


def test_tokens_are_never_written() -> None:
    document = answer(PIPELINES["templates/book/pipeline.yml"])
    [source, infra] = document["pipeline"]["stages"][0]["actions"]
    infra["configuration"]["OAuthToken"] = "ghp_notmasked"
    live = _live(document)
    texts = import_files(live, "stack")
    texts["pipeline.py"] = in_language(live).text or ""
    texts["cfn-pipeline.yml"] = as_configuration(live).text or ""
    assert all("****" not in text and "ghp_" not in text for text in texts.values())
    assert source["name"] == "Source"
    parameters = load(texts["pipeline.yml"])["Parameters"]
    assert [*parameters] == ["SourceOAuthToken", "DeploymentRepositoryOAuthToken"]
    assert all(parameter["NoEcho"] is True for parameter in parameters.values())
    assert 'ParameterKey=SourceOAuthToken,ParameterValue="$SourceOAuthToken"' in texts["IMPORT.md"]


@pytest.mark.parametrize("path", PIPELINES)
def test_a_configuration_is_read_or_there_is_a_reason(path: str) -> None:
    configuration = as_configuration(_live(answer(PIPELINES[path])))
    assert configuration.differences
    if configuration.text is not None:
        [application] = read_config(configuration.text)
        assert application.stack is not None
    else:
        assert path in (
            "templates/book/pipeline-integration.yml",  # deploys nothing
            "examples/pipeline-language/pipeline.yml",  # deploys two stacks in one stage
            "examples/fleet-pipeline/platform/pipeline.yml",  # deploys waves of stacks
            "examples/fleet-accounts/platform/pipeline.yml",  # in other accounts, too
        )


def test_the_configuration_has_accounts_and_regions() -> None:
    text = as_configuration(_live(answer(PIPELINES["examples/three-accounts/pipeline.yml"]))).text
    assert text is not None
    [application] = read_config(text)
    assert [(e.name, e.account, e.region, e.approval) for e in application.environments] == [
        ("dev", None, None, False),
        ("staging", "222222222222", None, False),
        ("prod", "333333333333", "eu-west-1", True),
    ]


def test_previews_are_an_option_of_the_approval() -> None:
    live = _live(answer(PIPELINES["examples/own-stack/pipeline.yml"]))
    configuration = as_configuration(live)
    assert configuration.text is not None
    [read] = read_config(configuration.text)
    assert [e.approval for e in read.environments] == [False, Approval(preview=True), True]
    assert not [text for text in configuration.differences if "Preview" in text]


def test_what_the_checks_find_is_that_of_the_pipeline() -> None:
    document = json.loads(json.dumps(EVERYTHING))
    document["pipeline"]["stages"][1]["actions"][0]["inputArtifacts"] = [{"name": "Other"}]
    text = import_files(_live(document), "stack")["pipeline.yml"]
    assert any("Other" in finding.message for finding in check({"pipeline.yml": text}))


@pytest.mark.thorough
@pytest.mark.lint
def test_cfn_lint_finds_nothing_in_adopted_templates(tmp_path: Path) -> None:
    paths = []
    for number, properties in enumerate([*PIPELINES.values()]):
        path = tmp_path / f"{number}.yml"
        path.write_text(import_files(_live(answer(properties)), "stack")["pipeline.yml"])
        paths.append(path)
    assert [str(match) for match in lint(*paths, regions=["ap-southeast-2"])] == []


@pytest.mark.parametrize(
    ("name", "stack"),
    [
        ("orders", "orders-pipeline"),
        ("my_app.v2", "my-app-v2-pipeline"),
        ("2048", "p-2048-pipeline"),
        ("a" * 100, "a" * 100 + "-pipeline"),
    ],
)
def test_stacks_are_named_like_the_pipeline(name: str, stack: str) -> None:
    assert stack_name(name) == stack


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "pipeline.json:1:1: invalid JSON: Expecting value"),
        ("[]", "pipeline.json: must be a JSON object (got a list)"),
        ("{}", "pipeline.json: has no key 'pipeline'"),
        ('{"pipeline": 3}', "pipeline.json: pipeline: must be an object (got 3)"),
        ('{"pipeline": NaN}', "pipeline.json: invalid JSON: NaN is not a value of JSON"),
        ("[" * 100_000, "pipeline.json: is nested too deeply"),
        (
            '{"name": "a", "roleArn": "r", "stages": [{"name": 1, "actions": [{}]}]}',
            "pipeline.json: pipeline.stages[0].name: must be a string (got 1)",
        ),
    ],
)
def test_other_input_gets_a_message(text: str, message: str) -> None:
    with pytest.raises(ModelError) as error:
        read_pipeline(text, "pipeline.json")
    assert error.value.problems[0].startswith(message)
    assert all("aws codepipeline get-pipeline" in problem for problem in error.value.problems)
