"""Builds in containers, where a Docker engine is."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.rehearsal.outcome import ActionFailed

__all__ = ["Container", "container_of"]

_ANSWER = 20.0

#: Folders and files that are not in a container.
_OF_THIS_MACHINE = ("PATH", "TMPDIR", "SSL_CERT_DIR", "SSL_CERT_FILE")
_PULL = 900.0
_START = 60.0


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container to start.

    Args:
        image: an image that is here.
        name: what the container will be called.
        privileged: whether Docker may run in it.

    """

    image: str
    name: str
    privileged: bool

    def begin(self, folder: Path, work: Path, environment: Mapping[str, str]) -> None:
        """Start it; it ends when it is told to.

        Args:
            folder: what it sees of this machine.
            work: the folder in which its commands begin.
            environment: its variables.

        Raises:
            ActionFailed: it does not start.

        """
        words = ["docker", "run", "--detach", "--interactive", "--rm", "--init"]
        # The local AWS answers on this machine's loopback.
        words += ["--name", self.name, "--network", "host"]
        words += ["--volume", f"{folder}:{folder}", "--workdir", str(work)]
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            if Path(environment.get(name, "/none")).is_file():
                words += ["--volume", f"{environment[name]}:{environment[name]}:ro"]
        words += ["--privileged"] if self.privileged else []
        for name, value in environment.items():
            if name not in _OF_THIS_MACHINE:
                words += ["--env", f"{name}={value}"]
        # It reads what nobody writes, and so waits.
        words += ["--entrypoint", "sh", self.image, "-c", "read nothing"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ActionFailed(f"no container for the build: {done.stderr.strip()}")

    def launcher(self, tools: Path) -> list[str]:
        """Return the words that start a shell in it.

        Args:
            tools: the folder that stands first on its PATH.

        """
        before = 'PATH="$0:$PATH"; export PATH; exec "$@"'
        return ["docker", "exec", "--interactive", self.name, "sh", "-c", before, str(tools)]

    def give_back(self, folder: Path) -> None:
        """Let what was written belong to whoever runs the rehearsal."""
        if os.getuid() != 0:
            owner = f"{os.getuid()}:{os.getgid()}"
            _does(["docker", "exec", self.name, "chown", "-R", owner, str(folder)], _ANSWER)

    @property
    def cleanup(self) -> list[str]:
        """The command that ends it."""
        return ["docker", "kill", self.name]


def container_of(
    image: str, name: str, *, privileged: bool, number: str
) -> tuple[Container | None, str]:
    """Return a container with an image, or nothing and the reason.

    Args:
        image: the project's image, or one that was chosen in its place.
        name: what the container will be called.
        privileged: whether Docker may run in it.
        number: of the account; images of its own registry are nowhere to be fetched.

    """
    if shutil.which("docker") is None:
        return None, "Docker is not installed"
    if not _does(["docker", "info"], _ANSWER):
        return None, "no Docker engine answers"
    for candidate in _names(image):
        here = _does(["docker", "image", "inspect", candidate], _ANSWER)
        ours = candidate.startswith(f"{number}.dkr.ecr.")
        if here or (not ours and _does(["docker", "pull", "--quiet", candidate], _PULL)):
            if not _starts(candidate, privileged=privileged):
                kind = "privileged container" if privileged else "container"
                return None, f"no {kind} of {candidate} can be started"
            return Container(image=candidate, name=name, privileged=privileged), ""
    return None, f"the image {image} is not here and cannot be pulled"


def _names(image: str) -> Iterable[str]:
    """Return the names under which an image may be had."""
    if managed := re.fullmatch(r"aws/codebuild/([\w.-]+:[\w.-]+)", image):
        return (image, f"public.ecr.aws/codebuild/{managed[1]}")
    return (image,)


def _starts(image: str, *, privileged: bool) -> bool:
    words = ["docker", "run", "--rm", "--network", "host", "--entrypoint", "sh"]
    words += ["--privileged"] if privileged else []
    return _does([*words, image, "-c", ":"], _START)


def _does(words: list[str], seconds: float) -> bool:
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
