"""The plan of a run, and its settings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from cfn_pipeline.rehearsal.context import BuildSettings
from cfn_pipeline.rehearsal.local_aws.account import LOCAL_NUMBER


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run rehearses; it stays the same when the run is resumed.

    Args:
        template: the file of the pipeline's template.
        pipeline: the logical id of the pipeline; None: the template has only one.
        others: templates that are deployed before.
        sources: a folder, FOLDER@COMMIT or a zip, by the name of the source action or its artifact.
        parameters: values of parameters that nothing else sets.
        variables: values of the pipeline variables.
        exports: values of exports that no template has.
        region: the pipeline's region.
        account: the number of the pipeline's account in the local AWS.
        endpoint: the URL of an emulator; None: a local AWS is started.
        live: the number of an account of AWS; None: a local AWS or an emulator is used.
        after: the run whose account is copied; None: the account is empty.

    """

    template: Path
    pipeline: str | None = None
    others: Sequence[Path] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    region: str = "us-east-1"
    account: str = LOCAL_NUMBER
    endpoint: str | None = None
    live: str | None = None
    after: str | None = None

    @property
    def is_embedded(self) -> bool:
        """Whether a local AWS is started."""
        return self.live is None and self.endpoint is None

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        paths = {"template": str(self.template), "others": [str(path) for path in self.others]}
        return asdict(self) | paths

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the plan that ``to_dict`` returned as ``data``."""
        paths = {
            "template": Path(data["template"]),
            "others": [Path(path) for path in data["others"]],
        }
        return cls(**{**data, **paths})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a run is carried out; it may change when the run is resumed.

    Args:
        builds: how builds run.
        skip: the ids of actions to skip.
        port: on which the local AWS listens; None: a free one.
        task_exit_code: the exit code of one-off ECS tasks.
        secrets: texts of secrets that are created before, by name.
        delete: the names of stacks that are deleted before.

    """

    builds: BuildSettings = field(default_factory=BuildSettings)
    skip: Collection[str] = ()
    port: int | None = None
    task_exit_code: int = 0
    secrets: Mapping[str, str] = field(default_factory=dict)
    delete: Sequence[str] = ()
