"""What is to be rehearsed, and how."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cfn_pipeline.rehearsal.context import BuildSettings

__all__ = ["Plan", "Settings"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is about; it stays so when the run goes on later.

    Args:
        template: the file of the pipeline's template.
        pipeline: the logical id of the pipeline; None: the template has just one.
        others: templates that are deployed before.
        sources: a folder, FOLDER@COMMIT or a zip, by the name of the source action or its artifact.
        parameters: values of parameters that nothing else sets.
        variables: values of the pipeline's variables.
        exports: values of exports that none of the templates has.
        region: where the pipeline runs.
        endpoint: the URL of a local AWS; None: one is started.
        live: the number of an account of AWS's; None: a local one.
        after: the run whose account is taken over; None: the account is empty.

    """

    template: Path
    pipeline: str | None = None
    others: Sequence[Path] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    region: str = "us-east-1"
    endpoint: str | None = None
    live: str | None = None
    after: str | None = None

    @property
    def is_embedded(self) -> bool:
        """Whether a local AWS is started for it."""
        return self.live is None and self.endpoint is None

    @property
    def said(self) -> dict[str, Any]:
        """What a record of it holds."""
        return {
            "template": str(self.template),
            "pipeline": self.pipeline,
            "others": [str(path) for path in self.others],
            "sources": dict(self.sources),
            "parameters": dict(self.parameters),
            "variables": dict(self.variables),
            "exports": dict(self.exports),
            "region": self.region,
            "endpoint": self.endpoint,
            "live": self.live,
            "after": self.after,
        }

    @classmethod
    def of_record(cls, said: Mapping[str, Any]) -> "Plan":
        """Return the plan of which a record was made."""
        paths = {
            "template": Path(said["template"]),
            "others": [Path(path) for path in said["others"]],
        }
        return cls(**{**said, **paths})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a run is carried out; it may be otherwise when the run goes on later.

    Args:
        builds: how builds are run.
        skip: the ids of actions that are skipped.
        port: where the local AWS answers; None: a free port.
        task_exit_code: with which the ECS tasks end that somebody runs.
        secrets: what secrets hold that somebody has made by hand, by name.
        delete: the names of stacks that somebody deletes by hand before.

    """

    builds: BuildSettings = field(default_factory=BuildSettings)
    skip: Collection[str] = ()
    port: int | None = None
    task_exit_code: int = 0
    secrets: Mapping[str, str] = field(default_factory=dict)
    delete: Sequence[str] = ()
