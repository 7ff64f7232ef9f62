"""Containers of a task: that of a workload, and its sidecars."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from cfn_pipeline.adopt.copilot.rows import Row, row
from cfn_pipeline.adopt.copilot.sections import Section
from cfn_pipeline.adopt.copilot.values import seconds, secret
from cfn_pipeline.model.compute import X86_64

#: What of a task's size a sidecar gets, since Copilot does not divide it: one part of these.
_PARTS = 8
_LEAST_CPU, _LEAST_MEMORY = 32, 64
_EXISTING_EFS = "existing_efs"


class Task:
    """The containers of a workload.

    Args:
        section: its manifest.
        where: the workload, for rows.
        rows: to which is added what has no counterpart.
        default_size: CPU units and MiB where the manifest has none.

    """

    def __init__(
        self, section: Section, where: str, rows: list[Row], default_size: tuple[int, int]
    ) -> None:
        self._section = section
        #: The workload, for rows.
        self.where = where
        #: The mistakes of the manifest.
        self.problems = section.problems
        self._rows = rows
        self.cpu = section.number("cpu") or default_size[0]
        self.memory = section.number("memory") or default_size[1]
        self.volumes: dict[str, dict[str, Any]] = {}

    def row(self, what: str, instead: str) -> None:
        """Add a row."""
        self._rows.append(Row(where=self.where, what=what, instead=instead))

    def unused(self, key: str) -> None:
        """Add the row of a key that is not carried over."""
        self._rows.append(row(self.where, key))

    def containers(
        self, name: str, variables: Mapping[str, str]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the container of the workload and its sidecars.

        Args:
            name: of the container.
            variables: those that Copilot gives to containers.

        """
        mounts = self._read_volumes()
        sidecars = list(self._sidecars())
        used = [(each["cpu"], each["memory"]) for each in sidecars]
        section, image = self._section, self._section.section("image")
        container = {
            "name": name,
            "image": image.text("location"),
            "command": _command(section.take("command")),
            "cpu": max(self.cpu - sum(cpu for cpu, _ in used), 1),
            "memory": max(self.memory - sum(memory for _, memory in used), 6),
            "port": image.number("port"),
            **self._variables(section, dict(variables)),
            "health_check": self._health_check(image),
            "depends_on": self._depends_on(image),
            "mounts": mounts,
            "user": None,
            "read_only": section.section("storage").flag("readonly_fs") or False,
        }
        return _present(container) | {"user": None}, sidecars

    def _sidecars(self) -> Iterator[dict[str, Any]]:
        listed = self._section.section("sidecars")
        names = listed.names()
        for name in names:
            section = listed.section(name)
            image = section.take("image")
            if isinstance(image, dict):
                inner = Section(image, f"{self.where}.sidecars.{name}.image", self.problems)
                image = inner.text("location")
                for key, _ in inner.unused(f"sidecars.{name}.image."):
                    self.unused(key)
            if not isinstance(image, str):
                section.rest()
                self.row(f"sidecars.{name}", "build its image elsewhere, then add it to sidecars:")
                continue
            share = max(len(names) + 1, _PARTS)
            port = section.text("port")
            essential = section.flag("essential")
            sidecar = {
                "name": name,
                "image": image,
                "command": _command(section.take("command")),
                "cpu": max(self.cpu // share, _LEAST_CPU),
                "memory": max(self.memory // share, _LEAST_MEMORY),
                "port": _port(port),
                "essential": None if essential is not False else False,
                **self._variables(section, {}),
                "health_check": self._health_check(section),
                "depends_on": self._depends_on(section),
                "mounts": self._mounts(section),
                "read_only": False,
            }
            yield _present(sidecar) | {"user": None}

    def _mounts(self, section: Section) -> dict[str, str]:
        mounts = {}
        for mount in section.items("mount_points"):
            source, path = mount.text("source_volume"), mount.text("path")
            mount.flag("read_only")
            if source in self.volumes and path is not None:
                mounts[source] = path
        return mounts

    def _variables(self, section: Section, given: dict[str, str]) -> dict[str, Any]:
        """Return variables and secrets; tell those that import from other stacks."""
        environment, secrets = dict(given), {}
        listed = section.section("variables")
        for name in listed.names():
            value = listed.take(name)
            if isinstance(value, (dict, list)):
                self.row(f"variables.{name}", "write the value of the stack's export instead")
            else:
                environment[name] = text_of(value)
        listed = section.section("secrets")
        for name in listed.names():
            source = secret(listed.take(name))
            if source is None:
                self.row(f"secrets.{name}", "give the name or the ARN of the secret in secrets:")
            else:
                secrets[name] = source
                environment.pop(name, None)
        return {"environment": environment or None, "secrets": secrets or None}

    def _health_check(self, holder: Section) -> dict[str, Any] | None:
        if "healthcheck" not in holder:
            return None
        section = holder.section("healthcheck")
        words = section.texts("command")
        if not words:
            section.rest()
            return None
        kind, *rest = words
        command = " ".join(rest) if kind == "CMD-SHELL" else shlex.join(rest)
        retries = section.number("retries")
        return _present(
            {
                "command": command if kind in ("CMD", "CMD-SHELL") else shlex.join(words),
                "interval": self._seconds(section, "interval", 5, 300) or 10,
                "timeout": self._seconds(section, "timeout", 2, 60),
                "retries": min(retries, 10) if retries else 2,
                "start_period": self._seconds(section, "start_period", 0, 300) or None,
            }
        )

    def _seconds(self, section: Section, key: str, least: int, most: int) -> int | None:
        duration = section.take(key)
        if duration is None:
            return None
        length = seconds(duration)
        if length is None or not least <= length <= most:
            self.row(
                f"healthcheck.{key}", f"use {least} to {most} seconds (it is {duration!r:.20})"
            )
            return None
        return int(length)

    def _depends_on(self, section: Section) -> dict[str, str] | None:
        listed = section.section("depends_on")
        names = {name: listed.text(name) for name in listed.names()}
        return {name: text.upper() for name, text in names.items() if text} or None

    def _read_volumes(self) -> dict[str, str]:
        """Read the volumes of the task; return where its container mounts them."""
        mounts: dict[str, str] = {}
        listed = self._section.section("storage").section("volumes")
        for name in listed.names():
            volume = listed.section(name)
            path, read_only = volume.text("path"), volume.flag("read_only")
            efs = volume.take("efs")
            if path is None or not efs:
                volume.rest()
                self.row(f"storage.volumes.{name}", "write to /tmp; tasks share no other folder")
                continue
            volume_ = {"type": _EXISTING_EFS, "read_only": None if read_only is False else True}
            if isinstance(efs, dict):
                inner = Section(efs, f"{self.where}.volumes.{name}.efs", self.problems)
                volume_["file_system"] = inner.text("id")
                access_point = inner.section("auth").text("access_point_id")
                volume_["access_point"] = access_point
                inner.section("auth").flag("iam")
                for key, _ in inner.unused(f"storage.volumes.{name}.efs."):
                    self.row(key, "make an access point of the file system that has it")
            self.volumes[name] = _present(volume_)
            mounts[name] = path
        return mounts


def architecture_of(platform: Any, where: str, rows: list[Row]) -> str:
    """Return the architecture of a manifest's ``platform``."""
    if isinstance(platform, dict):
        platform = f"{platform.get('osfamily')}/{platform.get('architecture')}"
    text = str(platform or "linux/x86_64").lower()
    if "windows" in text:
        rows.append(Row(where=where, what="platform", instead="build an image for Linux"))
    return "ARM64" if "arm" in text else X86_64


def _command(value: Any) -> list[str] | None:
    if isinstance(value, str):
        try:
            return shlex.split(value) or None
        except ValueError:
            return [value]
    if isinstance(value, list):
        return [str(each) for each in value] or None
    return None


def text_of(value: Any) -> str:
    """Return a value of YAML as a variable has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _port(text: str | None) -> int | None:
    match = re.fullmatch(r"([0-9]{1,5})(/tcp)?", text or "", re.ASCII)
    return None if match is None else int(match[1])


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, {}, [])}
