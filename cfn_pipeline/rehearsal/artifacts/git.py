"""Git, without the programs that a repository's own configuration names.

A source is data until a build runs: filters, hooks, a monitor of files and programs for
signatures do not run, and what the repository lacks is not fetched.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal import processes

#: Settings that win over those of the repository.
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "gpg.program": "false",
    "gpg.openpgp.program": "false",
    "gpg.ssh.program": "false",
    "gpg.x509.program": "false",
    "log.showSignature": "false",
    "submodule.recurse": "false",
}
#: Settings of a filter of file contents, without which it does nothing.
_NO_FILTER = {"clean": "", "smudge": "", "process": "", "required": "false"}


def run(path: Path, arguments: Sequence[str]) -> tuple[int, str, str]:
    """Return exit code, output and errors of git in a folder."""
    try:
        names = ["config", "--null", "--name-only", "--get-regexp", r"^filter\."]
        filters = _git(path, names, _SETTINGS)[1].split("\0")
        return _git(path, arguments, {**_SETTINGS, **dict(_without_filters(filters))})
    except FileNotFoundError:  # without git, every folder is an ordinary one
        return 127, "", "git is not installed"


def output(path: Path, *arguments: str) -> str:
    """Return what git prints; empty: it fails."""
    code, text, _ = run(path, arguments)
    return text.strip() if code == 0 else ""


def require(path: Path, source: str, *arguments: str) -> None:
    """Run git for a source.

    Raises:
        RehearsalError: git fails.

    """
    code, _, errors = run(path, arguments)
    if code != 0:
        raise RehearsalError(f"source {source}: {errors.strip()}")


def as_text(text: str) -> str:
    """Return an output of git with a mark instead of each byte that is not UTF-8."""
    return text.encode(errors="surrogateescape").decode(errors="replace")


def _git(path: Path, arguments: Sequence[str], settings: Mapping[str, str]) -> tuple[int, str, str]:
    # After what the user has set in the same way.
    first = os.environ.get("GIT_CONFIG_COUNT", "")
    number = int(first) if first.isdecimal() else 0
    environment = {
        **os.environ,
        "GIT_ALLOW_PROTOCOL": "file",  # a clone of the folder
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_CONFIG_COUNT": str(number + len(settings)),
    }
    for place, (name, value) in enumerate(settings.items(), number):
        environment |= {f"GIT_CONFIG_KEY_{place}": name, f"GIT_CONFIG_VALUE_{place}": value}
    done = processes.run(["git", "-C", str(path), *arguments], environment=environment)
    return done.returncode, done.stdout, as_text(done.stderr)


def _without_filters(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield settings with which filters, given by settings that they have, do nothing."""
    for name in dict.fromkeys(name.rpartition(".")[0] for name in names if name):
        yield from ((f"{name}.{key}", value) for key, value in _NO_FILTER.items())
