"""Reads the folder ``copilot``: manifests, addons, environments and pipelines.

https://aws.github.io/copilot-cli/docs/concepts/overview/
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

import yaml

from cfn_pipeline.errors import CfnPipelineError, ModelError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.template import load
from cfn_pipeline.template.composing import composed, yaml_problem
from cfn_pipeline.template.files import read_text

#: The types of workloads, as manifests name them.
LOAD_BALANCED = "Load Balanced Web Service"
REQUEST_DRIVEN = "Request-Driven Web Service"
BACKEND = "Backend Service"
WORKER = "Worker Service"
STATIC_SITE = "Static Site"
SCHEDULED_JOB = "Scheduled Job"
TYPES = (LOAD_BALANCED, REQUEST_DRIVEN, BACKEND, WORKER, STATIC_SITE, SCHEDULED_JOB)

_MANIFESTS = ("manifest.yml", "manifest.yaml")
_NOT_WORKLOADS = ("environments", "pipelines")
_MOST_FILES = 500
#: Copilot takes letters, digits and dashes; folders of pipelines may have other names.
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,126}", re.ASCII)


@frozen
class Addon(Frozen):
    """A resource of CloudFormation beside a workload or an environment.

    Args:
        owner: the workload, or ``environments``.
        file: the template, relative to the folder.
        logical_id: of the resource.
        type: such as ``AWS::RDS::DBCluster``.
        properties: as they are.

    """

    owner: str
    file: str
    logical_id: str
    type: str
    properties: Mapping[str, Any]


@frozen
class Workload(Frozen):
    """A service or a job.

    Args:
        name: its name.
        type: one of ``TYPES``.
        file: its manifest, relative to the folder.
        manifest: the whole manifest.
        has_overrides: whether a folder ``overrides`` changes its template.

    """

    name: str
    type: str
    file: str
    manifest: Mapping[str, Any]
    has_overrides: bool = False

    def in_environment(self, environment: str) -> dict[str, Any]:
        """Return the manifest as it is in an environment."""
        common = {key: value for key, value in self.manifest.items() if key != "environments"}
        overrides = self.manifest.get("environments")
        own = overrides.get(environment) if isinstance(overrides, dict) else None
        return merged(common, own) if isinstance(own, dict) else common


@frozen
class CopilotApplication(Frozen):
    """What a folder ``copilot`` says.

    Args:
        name: the application's.
        workloads: its services and jobs, by name.
        environments: the manifests of its environments, by name.
        pipelines: the manifests of its pipelines, by their names.
        addons: the resources beside workloads and environments.
        left_out: folders and files that were not read, and why.

    """

    name: str
    workloads: Sequence[Workload]
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    pipelines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    addons: Sequence[Addon] = ()
    left_out: Sequence[str] = ()


def read_application(folder: Path) -> CopilotApplication:
    """Read an application of Copilot.

    Args:
        folder: ``copilot``, or the repository that has it.

    Raises:
        ModelError: the folder has no workloads, or files that cannot be read, with every mistake.

    """
    inner = folder / "copilot"
    root = inner if inner.is_dir() else folder
    problems: list[str] = []
    reader = _Reader(root, problems)
    workloads = list(reader.workloads())
    if not workloads and not problems:
        problems.append(
            f"{folder}: has no manifest of a service or a job; use the folder copilot of an "
            "application"
        )
    application = CopilotApplication(
        name=reader.name(),
        workloads=workloads,
        environments=reader.manifests("environments"),
        pipelines=reader.pipelines(),
        addons=list(reader.addons(workload.name for workload in workloads)),
        left_out=reader.left_out,
    )
    for kind, names in (
        ("application", [application.name]),
        ("workload", [workload.name for workload in workloads]),
        ("environment", application.environments),
        ("pipeline", application.pipelines),
    ):
        problems += [_name_problem(kind, name) for name in names if not _NAME.fullmatch(name)]
    ModelError.raise_for(problems)
    return application


def _name_problem(kind: str, name: str) -> str:
    return f"{kind} name {name!r:.60} is not one of Copilot's: use letters, digits, - and ."


def merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest with what an environment has otherwise: mappings key by key."""
    result = dict(common)
    for key, value in own.items():
        before = result.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            result[key] = merged(before, value)
        elif value is not None:
            result[key] = value
    return result


def _default(value: Any, parameters: Any) -> Any:
    """Return the default of the parameter to which a value refers, or the value."""
    if not isinstance(value, dict) or not isinstance(parameters, dict):
        return value
    parameter = parameters.get(str(value.get("Ref")))
    return parameter.get("Default", value) if isinstance(parameter, dict) else value


class _Loader(yaml.CSafeLoader):
    """Reads scalars as Copilot does: ``on`` is a string, and so are dates."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", "~|null|Null|NULL|", "~nN"),
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?[0-9]{1,18}", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+[.][0-9]*|[.][0-9]+)", "-+0123456789."),
    ("merge", "<<", "<"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), [*_first]
    )
_Loader.yaml_implicit_resolvers[""] = _Loader.yaml_implicit_resolvers["~"]


class _Reader:
    def __init__(self, root: Path, problems: list[str]) -> None:
        self._root = root
        self._problems = problems
        self.left_out: list[str] = []

    def name(self) -> str:
        """Return the application's name: that of the workspace, or the folder's."""
        path = self._root / ".workspace"
        content = self._mapping(path) if path.is_file() else {}
        name = content.get("application")
        return name if isinstance(name, str) and name else self._root.resolve().parent.name

    def workloads(self) -> Iterator[Workload]:
        for folder in self._folders(self._root):
            if folder.name in _NOT_WORKLOADS:
                continue
            path = self._manifest(folder)
            if path is None:
                self.left_out.append(f"{folder}: has no manifest")
                continue
            content = self._mapping(path)
            kind, name = content.get("type"), content.get("name", folder.name)
            shown = path.relative_to(self._root)
            if kind not in TYPES:
                if content:
                    self._problems.append(
                        f"{path}: unknown type {kind!r}; the types are {', '.join(TYPES)}"
                    )
                continue
            if not isinstance(name, str):
                self._problems.append(f"{path}: name must be a string (got {name!r})")
                continue
            yield Workload(
                name=name,
                type=kind,
                file=str(shown),
                manifest=content,
                has_overrides=(folder / "overrides").is_dir(),
            )

    def manifests(self, folder: str) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for each in self._folders(self._root / folder):
            path = self._manifest(each)
            if path is not None:
                found[each.name] = self._mapping(path)
        return found

    def pipelines(self) -> dict[str, Mapping[str, Any]]:
        """Return the pipelines, also the one of earlier versions of Copilot."""
        found = self.manifests("pipelines")
        old = self._root / "pipeline.yml"
        if old.is_file():
            found["pipeline.yml"] = self._mapping(old)
        return found

    def addons(self, workloads: Iterator[str]) -> Iterator[Addon]:
        for owner in ("environments", *workloads):
            folder = self._root / owner / "addons"
            paths = sorted(self._list(folder)) if folder.is_dir() else []
            for path in paths:
                if path.suffix not in (".yml", ".yaml") or "parameters" in path.name:
                    continue
                yield from self._resources(owner, path)

    def _resources(self, owner: str, path: Path) -> Iterator[Addon]:
        try:
            template = load(read_text(path), source=str(path), strict=False)
        except CfnPipelineError as error:
            self._problems += error.problems
            return
        resources = template.get("Resources")
        if not isinstance(resources, dict):
            self.left_out.append(f"{path}: is not a template")
            return
        parameters = template.get("Parameters")
        for logical_id, resource in resources.items():
            if isinstance(resource, dict) and isinstance(resource.get("Type"), str):
                properties = resource.get("Properties")
                yield Addon(
                    owner=owner,
                    file=str(path.relative_to(self._root)),
                    logical_id=logical_id,
                    type=resource["Type"],
                    properties={
                        name: _default(value, parameters)
                        for name, value in (properties or {}).items()
                    }
                    if isinstance(properties, dict)
                    else {},
                )

    def _manifest(self, folder: Path) -> Path | None:
        return next((folder / n for n in _MANIFESTS if (folder / n).is_file()), None)

    def _folders(self, folder: Path) -> list[Path]:
        if not folder.is_dir():
            return []
        return sorted(path for path in self._list(folder) if path.is_dir())

    def _list(self, folder: Path) -> list[Path]:
        paths = list(folder.iterdir())
        if len(paths) > _MOST_FILES:
            self._problems.append(
                f"{folder}: has more than {_MOST_FILES} files; use another folder"
            )
            return []
        return [path for path in paths if path.is_dir() or path.is_file()]

    def _mapping(self, path: Path) -> Mapping[str, Any]:
        """Return a YAML file, which is a mapping; an empty one where there is a mistake."""
        try:
            text = read_text(path)
            loader = _Loader(text)
            node = composed(text, loader)
            content: Any = {} if node is None else loader.construct_document(node)
        except CfnPipelineError as error:
            self._problems += error.problems
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            self._problems.append(f"{path}{place}: invalid YAML: {yaml_problem(error, text)}")
        except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
            self._problems.append(f"{path}: invalid YAML: {error}")
        else:
            if isinstance(content, dict):
                return content
            self._problems.append(f"{path}: must be a mapping (got {type(content).__name__})")
        return {}
