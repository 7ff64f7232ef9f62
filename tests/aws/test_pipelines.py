"""Facts of pipelines are those of AWS's own models."""

import pytest

from cfn_pipeline.aws import pipelines
from cfn_pipeline.aws.pipelines import Range
from cfn_pipeline.aws.providers import PROVIDERS
from tests.aws.services import schema, shapes

PIPELINE = schema("AWS::CodePipeline::Pipeline")
PARTS = PIPELINE["definitions"]
API = shapes("codepipeline")


@pytest.mark.parametrize(
    "facts, shape",
    [
        (pipelines.PIPELINE_TYPES, "PipelineType"),
        (pipelines.EXECUTION_MODES, "ExecutionMode"),
        (pipelines.RETRY_MODES, "StageRetryMode"),
        (pipelines.PULL_REQUEST_EVENTS, "GitPullRequestEventType"),
        ([pipelines.CONNECTION_PROVIDER], "PipelineTriggerProviderType"),
        ({result for results in pipelines.GATES.values() for result in results}, "Result"),
        ({category for category, _, _ in PROVIDERS}, "ActionCategory"),
    ],
)
def test_values_are_those_of_the_api(facts: list[str], shape: str) -> None:
    assert set(facts) == set(API[shape]["enum"])


@pytest.mark.parametrize(
    "limit, shape",
    [
        (pipelines.RUN_ORDERS, "ActionRunOrder"),
        (pipelines.CONFIGURATION_VALUE, "ActionConfigurationValue"),
        (pipelines.TRIGGER_FILTERS, "GitPushFilterList"),
        (pipelines.TRIGGER_FILTERS, "GitPullRequestFilterList"),
        (pipelines.TRIGGER_PATTERNS, "GitBranchPatternList"),
        (pipelines.TRIGGER_PATTERNS, "GitFilePathPatternList"),
        (pipelines.TRIGGER_PATTERNS, "GitTagPatternList"),
        (pipelines.TRIGGER_PATTERN, "GitBranchNamePattern"),
        (pipelines.TRIGGERS, "PipelineTriggerDeclarationList"),
    ],
)
def test_limits_are_those_of_the_api(limit: Range, shape: str) -> None:
    assert limit == (API[shape].get("min", 0), API[shape]["max"])


def test_values_are_those_of_the_schema() -> None:
    failure = PARTS["FailureConditions"]["properties"]
    assert set(pipelines.GATES["OnFailure"]) == set(failure["Result"]["enum"])
    assert set(pipelines.RETRY_MODES) == set(
        failure["RetryConfiguration"]["properties"]["RetryMode"]["enum"]
    )
    assert set(pipelines.GATES) < set(PARTS["StageDeclaration"]["properties"])
    assert pipelines.STAGES.least == PIPELINE["properties"]["Stages"]["minItems"]
    assert pipelines.EXECUTION_MODES[0] == PIPELINE["properties"]["ExecutionMode"]["default"]


def test_a_range_holds_its_ends() -> None:
    limit = Range(2, 1000)
    assert [n in limit for n in (1, 2, 1000, 1001)] == [False, True, True, False]
    assert str(limit) == "2 to 1,000"
