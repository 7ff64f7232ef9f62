"""Builds in containers, if there is a Docker engine."""

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.rehearsal import processes
from cfn_pipeline.rehearsal.folder import private
from cfn_pipeline.rehearsal.outcome import ActionFailed

#: Variables that name folders and files of this machine.
_OF_THIS_MACHINE = ("PATH", "TMPDIR", "SSL_CERT_DIR", "SSL_CERT_FILE")
#: The beginning of variables whose value is encoded as printf decodes it.
_ENCODED = "REHEARSAL_"
#: Timeouts in seconds: of an answer, of pulling an image, of starting a container.
_ANSWER = 20.0
_PULL = 900.0
_START = 60.0


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container of a build.

    Args:
        image: an image on this machine.
        name: the container's name.
        privileged: whether Docker may run in it.

    """

    image: str
    name: str
    privileged: bool

    def start(self, folder: Path, work: Path, environment: Mapping[str, str]) -> None:
        """Start the container; it runs until ``cleanup``.

        Args:
            folder: the only folder of this machine in it.
            work: the working directory.
            environment: its variables.

        Raises:
            ActionFailed: it does not start.

        """
        command = ["docker", "run", "--detach", "--interactive", "--rm", "--init"]
        # The local AWS listens on this machine's loopback interface.
        command += ["--name", self.name, "--network", "host"]
        command += ["--volume", f"{folder}:{folder}", "--workdir", str(work)]
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            if Path(environment.get(name, "/none")).is_file():
                command += ["--volume", f"{environment[name]}:{environment[name]}:ro"]
        command += ["--privileged"] if self.privileged else []
        # In a file: every user of this machine sees arguments.
        variables = folder / "variables"
        with open(variables, "w", opener=private, encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in _lines(environment))
        command += ["--env-file", str(variables)]
        # It waits for input that never comes.
        command += ["--entrypoint", "sh", self.image, "-c", "read nothing"]
        try:
            done = processes.run(command)
        finally:
            variables.unlink()
        if done.returncode != 0:
            raise ActionFailed(f"the container of the build does not start: {done.stderr.strip()}")

    def launcher(self, tools: Path, environment: Mapping[str, str]) -> list[str]:
        """Return the command, before the shell's own, that starts a shell in the container.

        Args:
            tools: the first folder on its PATH.
            environment: the variables with which the container was started.

        """
        script = "".join(
            f'{name}=$(printf "%b." "${_ENCODED}{name}"); {name}=${{{name}%.}}; export {name}; '
            f"unset {_ENCODED}{name}; "
            for name, value in environment.items()
            if _is_encoded(name, value)
        )
        script += 'PATH="$0:$PATH"; export PATH; exec "$@"'
        return ["docker", "exec", "--interactive", self.name, "sh", "-c", script, str(tools)]

    def restore_owner(self, folder: Path) -> None:
        """Make the user of this process the owner of the files that were written."""
        if os.getuid() != 0:
            owner = f"{os.getuid()}:{os.getgid()}"
            chown = ["docker", "exec", self.name, "chown", "-R", owner, str(folder)]
            processes.succeeds(chown, _ANSWER)

    @property
    def cleanup(self) -> list[str]:
        """The command that ends the container."""
        return ["docker", "kill", self.name]


def _is_encoded(name: str, value: str) -> bool:
    """Return whether a variable has several lines, which Docker's files do not have."""
    return ("\n" in value or "\r" in value) and name.isidentifier() and name.isascii()


def _lines(environment: Mapping[str, str]) -> Iterable[str]:
    """Yield variables as lines of Docker's files; those with several lines are encoded."""
    for name, value in environment.items():
        if _is_encoded(name, value):
            escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
            yield f"{_ENCODED}{name}={escaped}"
        elif name not in _OF_THIS_MACHINE and "\n" not in name + value:
            yield f"{name}={value}"


def find_container(
    image: str, name: str, *, privileged: bool, number: str
) -> tuple[Container | None, str]:
    """Return a container of an image; or None and the reason.

    Args:
        image: the image.
        name: the container's name.
        privileged: whether Docker may run in it.
        number: of the account; images of its own registry cannot be pulled.

    """
    if shutil.which("docker") is None:
        return None, "Docker is not installed"
    if not processes.succeeds(["docker", "info"], _ANSWER):
        return None, "no Docker engine answers"
    for candidate in _names(image):
        local = processes.succeeds(["docker", "image", "inspect", candidate], _ANSWER)
        own = candidate.startswith(f"{number}.dkr.ecr.")
        if local or (
            not own and processes.succeeds(["docker", "pull", "--quiet", candidate], _PULL)
        ):
            if not _starts(candidate, privileged=privileged):
                kind = "privileged container" if privileged else "container"
                return None, f"no {kind} of {candidate} can be started"
            return Container(image=candidate, name=name, privileged=privileged), ""
    return None, f"the image {image} is not on this machine and cannot be pulled"


def _names(image: str) -> Iterable[str]:
    """Return the names by which an image can be pulled."""
    if managed := re.fullmatch(r"aws/codebuild/([\w.-]+:[\w.-]+)", image):
        return (image, f"public.ecr.aws/codebuild/{managed[1]}")
    return (image,)


def _starts(image: str, *, privileged: bool) -> bool:
    command = ["docker", "run", "--rm", "--network", "host", "--entrypoint", "sh"]
    command += ["--privileged"] if privileged else []
    return processes.succeeds([*command, image, "-c", ":"], _START)
