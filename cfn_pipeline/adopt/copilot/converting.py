"""An application of Copilot as a configuration: an application for each service and job."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from cfn_pipeline.adopt.copilot.containers import architecture_of
from cfn_pipeline.adopt.copilot.delivery import (
    Delivery,
    Stage,
    build_keys,
    delivery,
    environment_keys,
)
from cfn_pipeline.adopt.copilot.kept import database_of, permissions_of, rows_of
from cfn_pipeline.adopt.copilot.reading import (
    LOAD_BALANCED,
    SCHEDULED_JOB,
    STATIC_SITE,
    CopilotApplication,
    Workload,
)
from cfn_pipeline.adopt.copilot.rows import Row, row
from cfn_pipeline.adopt.copilot.sections import Section
from cfn_pipeline.adopt.copilot.services import Count, count, service_keys
from cfn_pipeline.adopt.copilot.sites import site_template, upload
from cfn_pipeline.adopt.copilot.values import filled
from cfn_pipeline.aws import name_forms
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.compute import X86_64
from cfn_pipeline.template import emit

_SITE_IMAGE = "aws/codebuild/standard:7.0"
_CODE, _FILES = "MyApp", "DeploymentRepository"


@frozen
class Part(Frozen):
    """A workload in some environments, and the application that it becomes.

    Args:
        workload: the workload.
        stages: the environments.
        name: the application's.
        hosts: the names in DNS that lead to it; empty: none.

    """

    workload: Workload
    stages: Sequence[Stage]
    name: str
    hosts: Sequence[str] = ()


@frozen
class Converted(Frozen):
    """A configuration, and what it does not have.

    Args:
        config: the text of cfn-pipeline.yml.
        templates: the templates beside it, by name.
        parts: the applications.
        rows: what has no counterpart.

    """

    config: str
    templates: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[Part] = ()
    rows: Sequence[Row] = ()


def convert(application: CopilotApplication) -> Converted:
    """Return the configuration that delivers an application of Copilot.

    Raises:
        ModelError: manifests have mistakes, or say what AWS would refuse, with every mistake.

    """
    converter = _Converter(application)
    entries = converter.applications()
    ModelError.raise_for(dict.fromkeys(converter.problems))
    config = emit(
        {"applications": entries},
        header="yaml-language-server: $schema=cfn-pipeline.schema.json\n"
        f"The application {_line(application.name)}, as AWS Copilot delivered it. After each "
        "change:\ncfn-pipeline render --config cfn-pipeline.yml",
    )
    read_config(config)
    return Converted(
        config=config,
        templates=converter.templates,
        parts=converter.parts,
        rows=list(dict.fromkeys(converter.rows)),
    )


class _Converter:
    def __init__(self, application: CopilotApplication) -> None:
        self._application = application
        self.problems: list[str] = []
        self.rows: list[Row] = []
        self.templates: dict[str, str] = {}
        self.parts: list[Part] = []
        self._names: set[str] = set()
        self._delivery: Delivery = delivery(application, self.rows, self.problems)
        self._environments = {
            stage.name: environment_keys(
                application.environments.get(stage.name, {}), stage.name, self.problems
            )
            for stage in self._delivery.stages
        }
        self.rows += rows_of(application.addons)
        for name, (_, _, section) in self._environments.items():
            self.rows += [row(f"environment {name}", key) for key, _ in section.unused()]

    def applications(self) -> list[dict[str, Any]]:
        places = self._places()
        return [
            self._application_of(part, manifests, places.get(part.workload.name))
            # Those with a rule of another one's listener come after it.
            for workload in sorted(
                self._application.workloads, key=lambda each: places.get(each.name, 0)
            )
            for part, manifests in self._parts(workload)
        ]

    def _places(self) -> dict[str, int]:
        """Return the places of those services that have a rule of another one's listener."""
        services = [w for w in self._application.workloads if w.type == LOAD_BALANCED]
        owner = next((w for w in services if _path(w) == "/"), next(iter(services), None))
        others = [service for service in services if service is not owner]
        if others and owner is not None:
            names = ", ".join(service.name for service in others)
            instead = (
                f"{owner.name} has the load balancer; fill in ListenerArn and "
                f"LoadBalancerSecurityGroup of {names} when it is deployed"
            )
            self.rows.append(Row(where=names, what="http.path", instead=instead))
        return {service.name: number for number, service in enumerate(others, start=1)}

    def _parts(self, workload: Workload) -> Iterator[tuple[Part, list[dict[str, Any]]]]:
        """Yield the environments in which a workload is the same, but for the number of tasks."""
        versions = [
            (stage, self._manifest(workload, stage.name)) for stage in self._delivery.stages
        ]
        groups = [
            list(group) for _, group in itertools.groupby(versions, lambda each: _same(each[1]))
        ]
        self._tell_other_environments(workload)
        for number, group in enumerate(groups):
            stages = [stage for stage, _ in group]
            if number:
                stages = [Stage(name=s.name, approval=True, tests=s.tests) for s in stages]
                names = ", ".join(stage.name for stage in stages)
                before = ", ".join(stage.name for stage, _ in groups[number - 1])
                instead = (
                    f"{names} has values of its own, so that it is an application of its own, with "
                    f"an approval: approve when {before} is deployed"
                )
                self.rows.append(Row(where=workload.name, what="environments", instead=instead))
            name = self._name(workload.name, stages[0].name if number else None)
            part = Part(workload=workload, stages=stages, name=name, hosts=_hosts(group[0][1]))
            self.parts.append(part)
            yield part, [manifest for _, manifest in group]

    def _tell_other_environments(self, workload: Workload) -> None:
        overrides = workload.manifest.get("environments")
        if not isinstance(overrides, dict):
            if overrides is not None:
                Section(overrides, f"{workload.file}.environments", self.problems)
            return
        known = [stage.name for stage in self._delivery.stages]
        for name, own in overrides.items():
            if own is not None and not isinstance(own, dict):
                Section(own, f"{workload.file}.environments.{name}", self.problems)
            if name not in known:
                instead = "no environment and no pipeline has this name; add the environment"
                what = f"environments.{name}"
                self.rows.append(Row(where=workload.name, what=what, instead=instead))

    def _manifest(self, workload: Workload, environment: str) -> dict[str, Any]:
        variables = {
            "COPILOT_APPLICATION_NAME": self._application.name,
            "COPILOT_ENVIRONMENT_NAME": environment,
        }
        manifest: dict[str, Any] = filled(workload.in_environment(environment), variables)
        return manifest

    def _application_of(
        self, part: Part, manifests: Sequence[dict[str, Any]], place: int | None
    ) -> dict[str, Any]:
        workload = part.workload
        if workload.has_overrides:
            instead = "what the folder overrides changes is left out"
            self.rows.append(Row(where=workload.name, what="overrides", instead=instead))
        section = Section(manifests[0], workload.file, self.problems)
        section.take("name")
        section.take("type")
        if workload.type == STATIC_SITE:
            entry = self._site(part, section)
        else:
            entry = self._service(part, section, manifests, place)
        self.rows += [row(workload.name, key) for key, _ in section.unused()]
        return entry

    def _service(
        self,
        part: Part,
        section: Section,
        manifests: Sequence[dict[str, Any]],
        place: int | None,
    ) -> dict[str, Any]:
        workload = part.workload
        variables = {
            "COPILOT_APPLICATION_NAME": self._application.name,
            "COPILOT_SERVICE_NAME": workload.name,
        }
        if len(part.stages) == 1:
            variables["COPILOT_ENVIRONMENT_NAME"] = part.stages[0].name
        architecture = architecture_of(section.take("platform"), workload.name, self.rows)
        build, folder = build_keys(section, architecture, workload.name, self.rows)
        counts, scaling = self._counts(section, manifests, workload)
        keys = service_keys(
            workload.type,
            workload.name,
            section,
            variables=variables,
            place=place,
            rows=self.rows,
        )
        if architecture != X86_64:
            keys["compute"]["architecture"] = architecture
        is_service = workload.type != SCHEDULED_JOB
        if is_service:
            spot = counts[0].spot_percent
            if spot:
                keys["compute"]["spot_percent"] = spot
            keys["minimum_tasks"] = min(each.least for each in counts)
            keys["maximum_tasks"] = max(each.most for each in counts)
            if scaling:
                keys["scaling"] = scaling
        stacks = [f"{self._application.name}-{stage.name}-{workload.name}" for stage in part.stages]
        permissions = list(permissions_of(workload, section, stacks, self.rows))
        if permissions and is_service:
            keys["container"]["permissions"] = permissions
        artifact = _FILES if build == {"build": None} else _CODE
        has_counts = is_service and len({each.least for each in counts}) > 1
        own_load_balancer = bool(keys.get("load_balancer")) and place is None
        return {
            "name": part.name,
            "source": self._source(folder),
            "deployment_source": self._source(f"deploy/{part.name}"),
            **build,
            **keys,
            **database_of(workload, self._application.addons, self.rows),
            "environments": [
                self._environment(
                    stage,
                    artifact=artifact,
                    desired=each.least if has_counts or (is_service and stage.approval) else None,
                    is_public=own_load_balancer and not keys["load_balancer"].get("internal"),
                )
                for stage, each in zip(part.stages, counts, strict=True)
            ],
        }

    def _counts(
        self, section: Section, manifests: Sequence[dict[str, Any]], workload: Workload
    ) -> tuple[list[Count], dict[str, Any]]:
        counts: list[Count] = []
        scaling: dict[str, Any] = {}
        for manifest in manifests:
            only = {"count": manifest.get("count")}
            each, scaling = count(
                Section(only, workload.file, self.problems), workload.name, self.rows
            )
            counts.append(each)
        section.take("count")
        if len({(each.most, each.spot_percent) for each in counts}) > 1:
            instead = "minimum_tasks and maximum_tasks are those of all environments together"
            self.rows.append(Row(where=workload.name, what="count", instead=instead))
        return counts, scaling

    def _site(self, part: Part, section: Section) -> dict[str, Any]:
        file = f"{part.name}.yml"
        self.templates[file] = site_template(part.workload.name)
        http = section.section("http")
        for key in http.names():
            http.take(key)
            instead = "add Aliases and a certificate to the distribution in the template"
            self.rows.append(Row(where=part.workload.name, what=f"http.{key}", instead=instead))
        self.rows.append(
            Row(
                where=part.workload.name,
                what="files",
                instead="copied from the repository; where they are built first, list them in the "
                "artifacts of buildspec.yml, and let Upload read ApplicationVersion",
            )
        )
        files = section.take("files")
        environments = []
        for stage in part.stages:
            keys = self._environment(stage, artifact=_CODE, desired=None, is_public=False)
            for key in ("vpc_id", "subnets", "private_subnets"):
                keys.pop(key, None)
            copies = Section({"files": files}, part.workload.file, self.problems)
            action = upload(copies, f"{part.name}-{stage.name}", _CODE)
            environments.append({**keys, "after": [action, *keys.pop("after", [])]})
        return {
            "name": part.name,
            "source": self._source(None),
            "deployment_source": self._source(f"deploy/{part.name}"),
            "build": {"image": _SITE_IMAGE, "docker": False, "images": False},
            "stack": {"path": file},
            "environments": environments,
        }

    def _environment(
        self, stage: Stage, *, artifact: str, desired: int | None, is_public: bool
    ) -> dict[str, Any]:
        network, certificate, _ = self._environments[stage.name]
        keys: dict[str, Any] = {"name": stage.name}
        if stage.approval:
            keys["approval"] = True
        keys |= network
        if desired is not None:
            keys["desired_count"] = desired
        if certificate is not None and is_public:
            keys["parameters"] = {"CertificateArn": certificate}
        commands = [line for text in stage.tests for line in text.splitlines() if line.strip()]
        if commands:
            keys["after"] = [
                {"type": "commands", "name": "Test", "input": artifact, "commands": commands}
            ]
        return keys

    def _source(self, folder: str | None) -> dict[str, str]:
        keys = dict(self._delivery.source)
        if keys.get("branch") == "main":
            del keys["branch"]
        if keys.get("provider") == "github":
            del keys["provider"]
        return keys if folder is None else {**keys, "folder": folder}

    def _name(self, workload: str, environment: str | None) -> str:
        """Return a name for an application that no other one has."""
        suffix = "" if environment is None else f"-{environment}"
        longest = name_forms.APPLICATION.longest - len(suffix)
        words = re.sub("[^a-z0-9]+", "-", f"{self._application.name}-{workload}".lower())
        if len(words) > longest:
            words = re.sub("[^a-z0-9]+", "-", workload.lower())
        words = words.strip("-")[: max(longest, 2)].strip("-")
        words = words if words[:1].isalpha() else f"a{words}"
        name, number = f"{words}{suffix}", 1
        while name in self._names:
            number += 1
            end = f"{number}{suffix}"
            name = f"{words[: name_forms.APPLICATION.longest - len(end)]}{end}"
        self._names.add(name)
        return name


def _same(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if key != "count"}


def _path(workload: Workload) -> Any:
    http = workload.manifest.get("http")
    return (http.get("path") or "/") if isinstance(http, dict) else "/"


def _hosts(manifest: Mapping[str, Any]) -> list[str]:
    http = manifest.get("http")
    alias = http.get("alias") if isinstance(http, dict) else None
    listed = alias if isinstance(alias, list) else [alias]
    names = [each.get("name") if isinstance(each, dict) else each for each in listed]
    return [name for name in names if isinstance(name, str)]


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
