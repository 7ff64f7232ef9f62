"""A pipeline as it runs: every value known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from cfn_pipeline.aws.pipelines import GATES
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.template.values import scalar_text

__all__ = ["Action", "Pipeline", "Stage", "pipeline_of", "pipeline_of_api", "pipeline_of_record"]


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action, in CodePipeline's terms.

    Args:
        stage: the name of its stage.
        name: its own name.
        category: Source, Build, Test, Deploy, Approval, Invoke or Compute.
        owner: AWS, ThirdParty or Custom.
        provider: CodeBuild, CloudFormation and so on.
        run_order: actions of one stage and run order run side by side.
        inputs: the names of its input artifacts.
        outputs: the names of its output artifacts.
        configuration: its settings; values may hold ``#{namespace.variable}``.
        namespace: of the variables that it makes; None: nobody can read them.
        commands: what a Commands action runs.
        files: the files of each output artifact of a Commands action.
        output_variables: the variables that a Commands action hands on.
        environment_variables: the variables that a Commands action is given.
        region: where it works; None: where the pipeline is.

    """

    stage: str
    name: str
    category: str
    owner: str
    provider: str
    run_order: int = 1
    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    configuration: Mapping[str, str] = field(default_factory=dict)
    namespace: str | None = None
    commands: Sequence[str] = ()
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    output_variables: Sequence[str] = ()
    environment_variables: Sequence[Mapping[str, str]] = ()
    region: str | None = None

    @property
    def id(self) -> str:
        """Its stage and its name, as the options of the command write them."""
        return f"{self.stage}/{self.name}"

    @property
    def where(self) -> str:
        """How messages call it."""
        return f"stage '{self.stage}', action '{self.name}'"

    @property
    def is_approval(self) -> bool:
        """Whether it waits for a person."""
        return self.category == "Approval"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage.

    Args:
        name: its name.
        actions: its actions.
        unrehearsed: what else it has that a rehearsal does not do, such as conditions.

    """

    name: str
    actions: Sequence[Action]
    unrehearsed: Sequence[str] = ()

    @property
    def groups(self) -> Iterator[list[Action]]:
        """The actions that run side by side, one group after another."""
        in_order = sorted(self.actions, key=lambda action: action.run_order)
        for _, group in groupby(in_order, key=lambda action: action.run_order):
            yield list(group)


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline.

    Args:
        name: its name.
        bucket: of its artifacts.
        stages: in their order.
        variables: the pipeline's own variables, and their defaults; None: no default.
        disabled: why a stage is not entered, by the stage's name.

    """

    name: str
    bucket: str
    stages: Sequence[Stage]
    variables: Mapping[str, str | None] = field(default_factory=dict)
    disabled: Mapping[str, str] = field(default_factory=dict)

    @property
    def actions(self) -> list[Action]:
        """Its actions, in the order in which they run."""
        return [action for stage in self.stages for group in stage.groups for action in group]


def pipeline_of(properties: Mapping[str, Any], name: str, region: str) -> Pipeline:
    """Return the pipeline that the properties of an AWS::CodePipeline::Pipeline describe.

    Args:
        properties: the properties, no functions in them.
        name: the pipeline's name where the properties give none.
        region: the pipeline's region, for a pipeline with a bucket for each region.

    Raises:
        RehearsalError: this is no pipeline that could run.

    """
    try:
        stages = [_stage(stage) for stage in properties["Stages"]]
        variables = {
            entry["Name"]: entry.get("DefaultValue") for entry in properties.get("Variables", [])
        }
        if "ArtifactStore" not in properties and "ArtifactStores" not in properties:
            raise ValueError("it has no ArtifactStore")
        bucket = _bucket(properties, region)
        disabled = {
            str(entry["StageName"]): str(entry.get("Reason", ""))
            for entry in properties.get("DisableInboundStageTransitions", [])
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RehearsalError(
            f"the pipeline cannot be read ({type(error).__name__}: {error}); "
            "cfn-pipeline check says what is wrong with it"
        ) from error
    return Pipeline(
        name=str(properties.get("Name", name)),
        bucket=bucket,
        stages=stages,
        variables=variables,
        disabled=disabled,
    )


def pipeline_of_api(answer: Mapping[str, Any], region: str) -> Pipeline:
    """Return the pipeline that codepipeline:GetPipeline answers with."""
    said = _capitalized(answer["pipeline"])
    return pipeline_of(said, str(said["Name"]), region)


def pipeline_of_record(record: Mapping[str, Any]) -> Pipeline:
    """Return the pipeline of which ``dataclasses.asdict`` has made a record."""
    stages = [
        Stage(**{**stage, "actions": [Action(**action) for action in stage["actions"]]})
        for stage in record["stages"]
    ]
    return Pipeline(**{**record, "stages": stages})


def _capitalized(value: Any) -> Any:
    """Spell the keys as CloudFormation does."""
    if isinstance(value, list):
        return [_capitalized(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key[:1].upper() + key[1:]: item if key == "configuration" else _capitalized(item)
        for key, item in value.items()
    }


def _bucket(properties: Mapping[str, Any], region: str) -> str:
    if "ArtifactStore" in properties:
        return str(properties["ArtifactStore"]["Location"])
    stores = properties["ArtifactStores"]
    if isinstance(stores, dict):  # as the API has it
        stores = [{"Region": key, "ArtifactStore": value} for key, value in stores.items()]
    return str({entry["Region"]: entry["ArtifactStore"]["Location"] for entry in stores}[region])


def _stage(stage: Mapping[str, Any]) -> Stage:
    name = str(stage["Name"])
    return Stage(
        name=name,
        actions=[_action(name, action) for action in stage["Actions"]],
        unrehearsed=[key for key in GATES if stage.get(key)],
    )


def _action(stage: str, said: Mapping[str, Any]) -> Action:
    kind = said["ActionTypeId"]
    outputs = said.get("OutputArtifacts", [])
    return Action(
        stage=stage,
        name=str(said["Name"]),
        category=kind["Category"],
        owner=kind["Owner"],
        provider=kind["Provider"],
        run_order=int(said.get("RunOrder", 1)),
        inputs=[str(artifact["Name"]) for artifact in said.get("InputArtifacts", [])],
        outputs=[str(artifact["Name"]) for artifact in outputs],
        configuration={k: scalar_text(v) for k, v in said.get("Configuration", {}).items()},
        namespace=said.get("Namespace"),
        commands=[str(command) for command in said.get("Commands", [])],
        files={str(a["Name"]): [str(f) for f in a.get("Files", [])] for a in outputs},
        output_variables=[str(name) for name in said.get("OutputVariables", [])],
        environment_variables=[
            {str(key): scalar_text(value) for key, value in variable.items()}
            for variable in said.get("EnvironmentVariables", [])
        ],
        region=said.get("Region"),
    )
