"""Facts of pipelines: limits, types, execution modes, gates, rules and triggers.

https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_Types.html
"""

import re
from collections.abc import Mapping
from typing import NamedTuple


class Range(NamedTuple):
    """Whole numbers from ``least`` to ``most``, both included: ``50 in Range(2, 50)``."""

    least: int
    most: int

    def __contains__(self, number: object) -> bool:
        """Tell whether a number is within the range."""
        return isinstance(number, int) and self.least <= number <= self.most

    def __str__(self) -> str:
        """Return the range as messages write it: ``1 to 1,000``."""
        return f"{self.least} to {self.most:,}"


#: Stages of a pipeline.
STAGES = Range(2, 50)

#: Actions of a stage. The page of limits has 50 in one row, and of 100 side by side and
#: 100 one after another in others; AWS raised the limit in 2024:
#: https://github.com/awslabs/aws-deployment-framework/pull/799
ACTIONS_IN_STAGE = Range(1, 100)

#: Actions of a pipeline.
ACTIONS = Range(2, 1000)

#: An action's RunOrder.
RUN_ORDERS = Range(1, 999)

#: Characters of one value of an action's Configuration.
CONFIGURATION_VALUE = Range(1, 1000)

#: How much of their names begins the keys of artifacts in the bucket: ``<pipeline>/<artifact>/``.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html
_KEPT_OF_PIPELINE = 20
_KEPT_OF_ARTIFACT = 10


def artifact_prefix(pipeline: str, artifact: str) -> str:
    """Return what the keys of an artifact's objects begin with: ``orders/SourceArti/``."""
    return f"{pipeline[:_KEPT_OF_PIPELINE]}/{artifact[:_KEPT_OF_ARTIFACT]}/"


def action_log_group(pipeline: str) -> str:
    """Return the log group of the actions that CodePipeline runs on compute of its own.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Commands.html
    """
    return f"/aws/codepipeline/{pipeline}"


#: https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-types-planning.html
PIPELINE_TYPES = ("V1", "V2")

#: What a second execution does while a first one runs; the first is the default.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
EXECUTION_MODES = ("SUPERSEDED", "QUEUED", "PARALLEL")
ONLY_V2_MODES = EXECUTION_MODES[1:]

#: The conditions of a stage, and the results that each can have.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html
GATES: Mapping[str, tuple[str, ...]] = {
    "BeforeEntry": ("FAIL", "SKIP"),
    "OnSuccess": ("FAIL", "ROLLBACK"),
    "OnFailure": ("ROLLBACK", "RETRY"),
}

#: Conditions of a gate; rules of a condition.
CONDITIONS = Range(0, 1)
RULES_OF_CONDITION = Range(1, 5)

#: The providers of rules that may skip a stage.
SKIPPING_PROVIDERS = ("LambdaInvoke", "VariableCheck")

#: The results of a condition before a stage or after its success.
CONDITION_RESULTS = tuple(sorted({*GATES["BeforeEntry"], *GATES["OnSuccess"]}))

#: What a stage with the result RETRY runs again.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html
RETRY_MODES = ("FAILED_ACTIONS", "ALL_ACTIONS")


class RuleProvider(NamedTuple):
    """What a rule of a condition takes.

    Args:
        required: the keys that its Configuration must have.
        runs: whether it runs something, for which it takes commands or input artifacts, and the
            pipeline's role permissions on what is run.

    """

    required: tuple[str, ...]
    runs: bool = False


#: https://docs.aws.amazon.com/codepipeline/latest/userguide/rule-reference.html
RULE_PROVIDERS: Mapping[str, RuleProvider] = {
    "CloudWatchAlarm": RuleProvider(("AlarmName",)),
    "CodeBuild": RuleProvider(("ProjectName",), runs=True),
    "Commands": RuleProvider((), runs=True),
    "DeploymentWindow": RuleProvider(("Cron",)),
    "LambdaInvoke": RuleProvider(("FunctionName",), runs=True),
    "VariableCheck": RuleProvider(("Variable", "Value", "Operator")),
}

#: The only provider of sources that triggers filter, and the only one of triggers.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
CONNECTION_PROVIDER = "CodeStarSourceConnection"
PULL_REQUEST_EVENTS = ("OPEN", "UPDATED", "CLOSED")

#: Triggers of a pipeline; filters of one kind (Push, PullRequest) in a trigger; patterns of one
#: list (Includes, Excludes); characters of a pattern.
TRIGGERS = Range(0, 50)
TRIGGER_FILTERS = Range(1, 3)
TRIGGER_PATTERNS = Range(1, 8)
TRIGGER_PATTERN = Range(1, 255)

#: How settings refer to a variable: ``#{namespace.name}``.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
VARIABLE = re.compile(r"#\{([^{}.]+)\.([^{}]+)\}")

#: Commands of an action; characters of one; variables that they set.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Commands.html
COMMANDS = Range(1, 50)
COMMAND = Range(1, 1000)
OUTPUT_VARIABLES = Range(0, 15)

#: How a deployment of a function shifts requests; minutes that it may take; alarms of one.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-LambdaDeploy.html
LAMBDA_STRATEGY = re.compile(
    "AllAtOnce|(?P<kind>Canary|(?P<linear>Linear))(?P<percent>[1-9][0-9]?)Percent"
    "(?(linear)Every)(?P<minutes>[1-9][0-9]{0,3})Minutes?"
)
LAMBDA_STRATEGY_MINUTES = 2880
LAMBDA_ALARMS = Range(0, 10)

#: Variables of a pipeline; characters of a default value and of a description.
#: https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
VARIABLES = Range(0, 50)
VARIABLE_VALUE = Range(1, 1000)
VARIABLE_DESCRIPTION = Range(0, 200)
