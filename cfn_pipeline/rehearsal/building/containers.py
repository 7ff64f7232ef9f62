"""Builds in containers, where a Docker engine is."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Container", "container_of"]

_ANSWER = 20.0
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

    def launcher(
        self, folder: Path, work: Path, tools: Path, environment: Mapping[str, str]
    ) -> list[str]:
        """Return the words that start a shell in it.

        Args:
            folder: what it sees of this machine.
            work: the folder in which it begins.
            tools: the folder that stands first on its PATH.
            environment: its variables.

        """
        words = ["docker", "run", "--rm", "--interactive", "--init", "--name", self.name]
        # The local AWS answers on this machine's loopback.
        words += ["--network", "host", "--volume", f"{folder}:{folder}", "--workdir", str(work)]
        words += ["--privileged"] if self.privileged else []
        for name, value in environment.items():
            words += ["--env", f"{name}={value}"]
        before = 'PATH="$0:$PATH"; export PATH; exec "$@"'
        return [*words, "--entrypoint", "sh", self.image, "-c", before, str(tools)]

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
