"""AWS CodePipeline.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CodePipeline.html
"""

from troposphere import codepipeline

from cfn_pipeline.model.actions import Action, ActionDefaults
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value, given

__all__ = ["pipeline"]


def pipeline(
    title: str,
    *,
    pipeline: Pipeline,
    role: Value,
    bucket: Value,
    defaults: ActionDefaults,
    key: Value | None = None,
) -> codepipeline.Pipeline:
    """Make a pipeline.

    Args:
        title: the logical id.
        pipeline: what the pipeline does.
        role: the ARN of the role that it works with.
        bucket: the name of the bucket for its artifacts.
        defaults: what its actions take where they say nothing themselves.
        key: the ARN of the key that encrypts artifacts; absent: S3's own.

    """
    encryption = None if key is None else codepipeline.EncryptionKey(Type="KMS", Id=key)
    return codepipeline.Pipeline(
        title,
        Name=pipeline.name,
        PipelineType=pipeline.pipeline_type,
        **given(ExecutionMode=pipeline.execution_mode),
        RoleArn=role,
        ArtifactStore=codepipeline.ArtifactStore(
            Type="S3", Location=bucket, **given(EncryptionKey=encryption)
        ),
        Stages=[
            codepipeline.Stages(
                Name=stage.name,
                Actions=[
                    _action(action, run_order, defaults)
                    for run_order, group in enumerate(stage.groups, start=1)
                    for action in group
                ],
            )
            for stage in pipeline.stages
        ],
    )


def _action(action: Action, run_order: int, defaults: ActionDefaults) -> codepipeline.Actions:
    inputs = [codepipeline.InputArtifacts(Name=artifact.name) for artifact in action.inputs]
    outputs = [codepipeline.OutputArtifacts(Name=artifact.name) for artifact in action.outputs]
    return codepipeline.Actions(
        Name=action.name,
        **given(Namespace=action.namespace),
        RunOrder=run_order,
        ActionTypeId=codepipeline.ActionTypeId(
            Category=action.type.category,
            Owner=action.type.owner,
            Provider=action.type.provider,
            Version=action.type.version,
        ),
        **given(
            InputArtifacts=inputs or None,
            OutputArtifacts=outputs or None,
            Configuration=action.settings(defaults) or None,
        ),
    )
