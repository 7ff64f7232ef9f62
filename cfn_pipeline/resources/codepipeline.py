"""AWS CodePipeline.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CodePipeline.html
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from troposphere import Ref, codepipeline

from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.actions import Action, ActionDefaults
from cfn_pipeline.model.cluster_releases import EKSDeploy
from cfn_pipeline.model.commands import Commands
from cfn_pipeline.model.conditions import Condition
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import ConnectedSource
from cfn_pipeline.model.triggers import Patterns, Push
from cfn_pipeline.model.values import Value, present


@frozen(kw_only=False)
class Store(Frozen):
    """Where artifacts are.

    Args:
        bucket: the name of the bucket.
        key: the ARN of the key that encrypts them; absent: S3's own.

    """

    bucket: Value
    key: Value | None = None

    def to_property(self) -> codepipeline.ArtifactStore:
        """Return the store as CodePipeline describes it."""
        key = None
        if self.key is not None:
            key = codepipeline.EncryptionKey(Type="KMS", Id=self.key)
        return codepipeline.ArtifactStore(
            Type="S3", Location=self.bucket, **present(EncryptionKey=key)
        )


def pipeline(
    title: str,
    *,
    pipeline: Pipeline,
    role: Value,
    store: Store,
    defaults: ActionDefaults,
    stores: Mapping[str, Store] | None = None,
) -> codepipeline.Pipeline:
    """Make a pipeline.

    Args:
        title: the logical id.
        pipeline: what the pipeline does.
        role: the ARN of the role that it works with.
        store: where its artifacts are.
        defaults: the values of what its actions leave absent.
        stores: where those of its actions in other regions are, by region; absent: it has none.

    """
    return codepipeline.Pipeline(
        title,
        Name=pipeline.name,
        PipelineType=pipeline.pipeline_type,
        **present(ExecutionMode=pipeline.execution_mode),
        RoleArn=role,
        **_stores(store, stores or {}),
        Stages=[
            codepipeline.Stages(
                Name=stage.name,
                Actions=[
                    action_declaration(action, run_order, defaults)
                    for run_order, group in enumerate(stage.groups, start=1)
                    for action in group
                ],
                **present(
                    BeforeEntry=_conditions(codepipeline.BeforeEntryConditions, stage.before_entry),
                    OnSuccess=_conditions(codepipeline.SuccessConditions, stage.on_success),
                    OnFailure=_on_failure(stage.on_failure),
                ),
            )
            for stage in pipeline.stages
        ],
        **present(
            Variables=[
                codepipeline.VariableDeclaration(
                    Name=variable.name,
                    **present(DefaultValue=variable.default, Description=variable.description),
                )
                for variable in pipeline.variables
            ]
            or None
        ),
        **present(Triggers=_triggers(pipeline.connections)),
    )


def _stores(store: Store, stores: Mapping[str, Store]) -> dict[str, Any]:
    """Return the one store, or one for each region, the pipeline's own first."""
    if not stores:
        return {"ArtifactStore": store.to_property()}
    everywhere: list[tuple[Value, Store]] = [(Ref("AWS::Region"), store), *stores.items()]
    return {
        "ArtifactStores": [
            codepipeline.ArtifactStoreMap(Region=region, ArtifactStore=each.to_property())
            for region, each in everywhere
        ]
    }


def _triggers(
    sources: Sequence[ConnectedSource],
) -> list[codepipeline.PipelineTriggerDeclaration] | None:
    """Return a trigger for each source if one of them has filters.

    A trigger disables the detection of changes, and AWS does not say that it is that of its own
    source alone:
    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineTriggerDeclaration.html
    """
    if not any(source.push or source.pull_requests for source in sources):
        return None
    return [_trigger(source) for source in sources]


def _trigger(source: ConnectedSource) -> codepipeline.PipelineTriggerDeclaration:
    push = [
        codepipeline.GitPushFilter(
            **present(
                Branches=_patterns(codepipeline.GitBranchFilterCriteria, change.branches),
                FilePaths=_patterns(codepipeline.GitFilePathFilterCriteria, change.paths),
                Tags=_patterns(codepipeline.GitTagFilterCriteria, change.tags),
            )
        )
        for change in source.push or ([] if source.pull_requests else [_every_push(source)])
    ]
    pull_requests = [
        codepipeline.GitPullRequestFilter(
            **present(
                Events=list(change.events) or None,
                Branches=_patterns(codepipeline.GitBranchFilterCriteria, change.branches),
                FilePaths=_patterns(codepipeline.GitFilePathFilterCriteria, change.paths),
            )
        )
        for change in source.pull_requests
    ]
    return codepipeline.PipelineTriggerDeclaration(
        ProviderType=source.type.provider,
        GitConfiguration=codepipeline.GitConfiguration(
            SourceActionName=source.name,
            **present(Push=push or None, PullRequest=pull_requests or None),
        ),
    )


def _every_push(source: ConnectedSource) -> Push:
    return Push(branches=Patterns(includes=[source.branch]))


def _patterns(kind: Callable[..., Any], patterns: Patterns | None) -> Any:
    if patterns is None:
        return None
    return kind(
        **present(
            Includes=list(patterns.includes) or None, Excludes=list(patterns.excludes) or None
        )
    )


def _conditions(kind: Callable[..., Any], condition: Condition | None) -> Any:
    if condition is None:
        return None
    rules = [
        codepipeline.RuleDeclaration(
            Name=rule.name,
            RuleTypeId=codepipeline.RuleTypeId(
                Category="Rule", Owner="AWS", Provider=rule.provider, Version="1"
            ),
            **present(
                Configuration=dict(rule.configuration) or None,
                Commands=list(rule.commands) or None,
                InputArtifacts=[codepipeline.InputArtifacts(Name=a.name) for a in rule.inputs]
                or None,
            ),
        )
        for rule in condition.rules
    ]
    return kind(Conditions=[codepipeline.Condition(Result=condition.result, Rules=rules)])


def _on_failure(result: str | None) -> codepipeline.FailureConditions | None:
    if result is None:
        return None
    retry = None
    if result == "RETRY":
        retry = codepipeline.RetryConfiguration(RetryMode="FAILED_ACTIONS")
    return codepipeline.FailureConditions(Result=result, **present(RetryConfiguration=retry))


def action_declaration(
    action: Action, run_order: int, defaults: ActionDefaults
) -> codepipeline.Actions:
    """Return an action as a stage of a pipeline has it.

    Args:
        action: the action.
        run_order: when it runs in its stage, from 1.
        defaults: the values of what it leaves absent.

    """
    inputs = [codepipeline.InputArtifacts(Name=artifact.name) for artifact in action.inputs]
    files = list(action.files) if isinstance(action, Commands) else []
    outputs = [
        codepipeline.OutputArtifacts(Name=artifact.name, **present(Files=files or None))
        for artifact in action.outputs
    ]
    return codepipeline.Actions(
        Name=action.name,
        **present(Namespace=action.namespace),
        RunOrder=run_order,
        ActionTypeId=codepipeline.ActionTypeId(
            Category=action.type.category,
            Owner=action.type.owner,
            Provider=action.type.provider,
            Version=action.type.version,
        ),
        **present(
            RoleArn=action.action_role,
            Region=action.region,
            InputArtifacts=inputs or None,
            OutputArtifacts=outputs or None,
            Configuration=action.settings(defaults) or None,
        ),
        **_beside(action),
    )


def _beside(action: Action) -> dict[str, Any]:
    """Return what stands beside the Configuration of an action that runs in CodePipeline itself."""
    if not isinstance(action, (Commands, EKSDeploy)):
        return {}
    variables = [
        codepipeline.EnvironmentVariable(Name=n, Value=v) for n, v in action.environment.items()
    ]
    if isinstance(action, EKSDeploy):
        return present(EnvironmentVariables=variables or None)
    variables += [
        codepipeline.EnvironmentVariable(Name=n, Type="SECRETS_MANAGER", Value=v)
        for n, v in action.secrets.items()
    ]
    return {
        "Commands": list(action.commands),
        **present(
            EnvironmentVariables=variables or None, OutputVariables=list(action.variables) or None
        ),
    }
