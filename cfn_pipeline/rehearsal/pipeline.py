"""A pipeline whose values are all known.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, Self

from cfn_pipeline.aws.name_forms import ACTION, ARTIFACT, PIPELINE, STAGE, NameForm
from cfn_pipeline.aws.pipelines import GATES
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.template.values import scalar_text


class Name(NamedTuple):
    """A name in a pipeline: the form that it must have, the name, and where it stands."""

    form: NameForm
    name: str
    where: str

    @property
    def problems(self) -> Iterator[str]:
        """What is wrong with the name; nothing if CodePipeline accepts it."""
        return self.form.problems(self.name, self.where)


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action, in CodePipeline's terms.

    Args:
        stage: the name of its stage.
        name: its name.
        category: Source, Build, Test, Deploy, Approval, Invoke or Compute.
        owner: AWS, ThirdParty or Custom.
        provider: such as CodeBuild or CloudFormation.
        run_order: actions with the same stage and run order run in parallel.
        inputs: the names of the input artifacts.
        outputs: the names of the output artifacts.
        configuration: the settings; values may contain ``#{namespace.variable}``.
        namespace: of the output variables; None: other actions cannot read them.
        commands: what a Commands action runs.
        files: the files of each output artifact of a Commands action.
        output_variables: the variables that a Commands action exports.
        environment_variables: the variables that a Commands action receives.
        region: the action's region; None: the pipeline's.
        role: the ARN of the role that the pipeline assumes for it; None: it works with its own.

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
    role: str | None = None

    @property
    def account(self) -> str | None:
        """The number of the account in which it works; None: the pipeline's."""
        fields = (self.role or "").split(":", 5)
        return fields[4] if len(fields) > 5 and fields[4].isdecimal() else None

    @property
    def id(self) -> str:
        """``Stage/Action``, as in the options of the command."""
        return f"{self.stage}/{self.name}"

    @property
    def where(self) -> str:
        """The action in messages."""
        return f"stage '{self.stage}', action '{self.name}'"

    @property
    def is_approval(self) -> bool:
        """Whether it waits for a person."""
        return self.category == "Approval"

    @property
    def needs_source(self) -> bool:
        """Whether it is a source without a placeholder."""
        return self.category == "Source" and self.provider != "ECR"

    @property
    def source_names(self) -> tuple[str, ...]:
        """The names by which ``--source`` may refer to a source action: id, name, artifacts."""
        return (self.id, self.name, *self.outputs)

    def source(self, sources: Mapping[str, str]) -> str | None:
        """Return what ``sources`` has for this source action; None: nothing."""
        return next((sources[name] for name in self.source_names if name in sources), None)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage.

    Args:
        name: its name.
        actions: its actions.
        unrehearsed: properties that a rehearsal ignores, such as conditions.
        entry: the rules of VariableCheck that are checked before it begins: what they are
            configured with.
        entry_result: what it does when one is not met: FAIL or SKIP.

    """

    name: str
    actions: Sequence[Action]
    entry: Sequence[Mapping[str, str]] = ()
    entry_result: str = "FAIL"
    unrehearsed: Sequence[str] = ()

    @property
    def groups(self) -> Iterator[list[Action]]:
        """The actions by run order: those of a group run in parallel."""
        in_order = sorted(self.actions, key=lambda action: action.run_order)
        for _, group in groupby(in_order, key=lambda action: action.run_order):
            yield list(group)


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline.

    Args:
        name: its name.
        bucket: of its artifacts.
        stages: in order.
        variables: the pipeline variables and their defaults; None: no default.
        disabled: the reason of each disabled inbound transition, by stage name.
        role: the ARN of its role; empty: not known.
        stores: bucket and key (empty: AWS's own) of the artifacts, by region.
        accounts: those whose templates are known, so that a role which they lack does not exist.

    """

    name: str
    bucket: str
    stages: Sequence[Stage]
    variables: Mapping[str, str | None] = field(default_factory=dict)
    disabled: Mapping[str, str] = field(default_factory=dict)
    role: str = ""
    stores: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    accounts: Sequence[str] = field(default_factory=list)

    @property
    def actions(self) -> list[Action]:
        """All actions, in the order in which they run."""
        return [action for stage in self.stages for group in stage.groups for action in group]

    @property
    def names(self) -> Iterator[Name]:
        """All names, each with its form and place."""
        yield Name(PIPELINE, self.name, "the pipeline")
        for stage in self.stages:
            yield Name(STAGE, stage.name, "the pipeline")
            for action in stage.actions:
                yield Name(ACTION, action.name, f"stage '{stage.name}'")
                for artifact in (*action.inputs, *action.outputs):
                    yield Name(ARTIFACT, artifact, action.where)

    def to_dict(self) -> dict[str, Any]:
        """Return the pipeline as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the pipeline that ``to_dict`` returned as ``data``."""
        stages = [
            Stage(**{**stage, "actions": [Action(**action) for action in stage["actions"]]})
            for stage in data["stages"]
        ]
        return cls(**{**data, "stages": stages})


def parse_pipeline(properties: Mapping[str, Any], name: str, region: str) -> Pipeline:
    """Return the pipeline that the properties of an AWS::CodePipeline::Pipeline describe.

    Args:
        properties: the properties, without functions.
        name: the pipeline's name if the properties have none.
        region: the pipeline's region, which selects one of several artifact stores.

    Raises:
        RehearsalError: the properties do not describe a pipeline that could run.

    """
    try:
        stages = [_stage(stage) for stage in properties["Stages"]]
        variables = {
            entry["Name"]: entry.get("DefaultValue") for entry in properties.get("Variables", [])
        }
        if "ArtifactStore" not in properties and "ArtifactStores" not in properties:
            raise ValueError("ArtifactStore is missing")
        stores = _stores(properties, region)
        disabled = {
            str(entry["StageName"]): str(entry.get("Reason", ""))
            for entry in properties.get("DisableInboundStageTransitions", [])
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RehearsalError(
            f"the pipeline cannot be read ({type(error).__name__}: {error}); run cfn-pipeline "
            "check to see what is wrong with it"
        ) from error
    for stage in stages:
        for action in stage.actions:
            if action.region not in (None, *stores):
                raise RehearsalError(
                    f"{action.where}: Your pipeline must have an artifact store, such as an "
                    "artifact bucket, for each region where you have an action: add "
                    f"{action.region} to ArtifactStores"
                )
    return Pipeline(
        name=str(properties.get("Name", name)),
        bucket=stores[region]["bucket"],
        role=str(properties.get("RoleArn", "")),
        stores=stores,
        stages=stages,
        variables=variables,
        disabled=disabled,
    )


def parse_api_pipeline(response: Mapping[str, Any], region: str) -> Pipeline:
    """Return the pipeline in a response of codepipeline:GetPipeline."""
    properties = _capitalized(response["pipeline"])
    return parse_pipeline(properties, str(properties["Name"]), region)


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


def _stores(properties: Mapping[str, Any], region: str) -> dict[str, dict[str, str]]:
    stores = properties.get("ArtifactStores", [])
    if isinstance(stores, dict):  # as in the API
        stores = [{"Region": key, "ArtifactStore": value} for key, value in stores.items()]
    if "ArtifactStore" in properties:
        stores = [{"Region": region, "ArtifactStore": properties["ArtifactStore"]}]
    return {
        str(entry["Region"]): {
            "bucket": str(entry["ArtifactStore"]["Location"]),
            "key": str(entry["ArtifactStore"].get("EncryptionKey", {}).get("Id", "")),
        }
        for entry in stores
    }


def _stage(properties: Mapping[str, Any]) -> Stage:
    name = str(properties["Name"])
    result, entry = _entry(properties.get("BeforeEntry") or {})
    return Stage(
        name=name,
        actions=[_action(name, action) for action in properties["Actions"]],
        entry=entry,
        entry_result=result,
        unrehearsed=[
            key for key in GATES if properties.get(key) and not (entry and key == "BeforeEntry")
        ],
    )


def _entry(gate: Mapping[str, Any]) -> tuple[str, list[dict[str, str]]]:
    """Return result and rules of a condition, if all of them check variables; or no rules."""
    match gate.get("Conditions"):
        case [{"Result": str(result), "Rules": [_, *_] as rules}] if all(
            rule["RuleTypeId"]["Provider"] == "VariableCheck" for rule in rules
        ):
            return result, [
                {k: scalar_text(v) for k, v in rule["Configuration"].items()} for rule in rules
            ]
    return "FAIL", []


def _action(stage: str, properties: Mapping[str, Any]) -> Action:
    type_id = properties["ActionTypeId"]
    outputs = properties.get("OutputArtifacts", [])
    return Action(
        stage=stage,
        name=str(properties["Name"]),
        category=type_id["Category"],
        owner=type_id["Owner"],
        provider=type_id["Provider"],
        run_order=int(properties.get("RunOrder", 1)),
        inputs=[str(artifact["Name"]) for artifact in properties.get("InputArtifacts", [])],
        outputs=[str(artifact["Name"]) for artifact in outputs],
        configuration={k: scalar_text(v) for k, v in properties.get("Configuration", {}).items()},
        namespace=properties.get("Namespace"),
        commands=[str(command) for command in properties.get("Commands", [])],
        files={str(a["Name"]): [str(f) for f in a.get("Files", [])] for a in outputs},
        output_variables=[str(name) for name in properties.get("OutputVariables", [])],
        environment_variables=[
            {str(key): scalar_text(value) for key, value in variable.items()}
            for variable in properties.get("EnvironmentVariables", [])
        ],
        region=properties.get("Region"),
        role=properties.get("RoleArn"),
    )
