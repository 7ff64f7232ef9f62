"""Read what is compared: files, folders, and what a revision of git has of them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cfn_pipeline import details
from cfn_pipeline.diff.comparing import State
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.template.composing import LARGEST
from cfn_pipeline.template.files import read_text

_GIT = "git:"
_ENDINGS = (".yml", ".yaml", ".json", ".template")

#: More files than any repository of templates has.
_MOST_FILES = 5_000

#: Nothing is fetched for a repository that lacks something, and git asks nothing.
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
}


def read_state(place: str) -> State:
    """Return what is at a place.

    Args:
        place: the path of a file or of a folder, whose folders are read, too; or
            ``git:REVISION:PATH``, with the path from the current folder.

    Raises:
        TemplateError: the place does not exist, or cannot be read.

    """
    if place.startswith(_GIT):
        return State(name=place, files=_of_revision(place))
    path = Path(place)
    if path.is_dir():
        files = {}
        for file in _files(path):
            files[file.relative_to(path).as_posix()] = read_text(file, errors="replace")
            _require_few(place, len(files))
        return State(name=place, files=files)
    if not path.exists() and not path.suffix and ":" not in place:
        raise TemplateError(
            f"{place}: no such file or folder; for a revision of git use git:{place}:PATH"
        )
    return State(name=place, files={path.name: read_text(path)})


def _files(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n != "node_modules")
        for name in sorted(names):
            file = Path(path, name)
            is_template = name.endswith(_ENDINGS) and not name.startswith(".") and file.is_file()
            # A link out of the folder is not one of its files.
            if is_template and file.resolve().is_relative_to(root):
                yield file


def _require_few(place: str, number: int) -> None:
    if number > _MOST_FILES:
        raise TemplateError(
            f"{place}: has more than {_MOST_FILES:,} files that may be templates; give a folder "
            "with fewer"
        )


def _of_revision(place: str) -> dict[str, str]:
    revision, colon, path = place.removeprefix(_GIT).partition(":")
    if not revision or not colon:
        raise TemplateError(f"{place}: use git:REVISION:PATH, such as git:HEAD~1:templates")
    named = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    commit = _git(place, f"has no revision {revision!r}", *named).strip()
    inside = f"./{path.removeprefix('./')}".rstrip("/") if path else "."
    at = f"{commit}:{inside}" if inside != "." else f"{commit}:./"
    missing = f"revision {revision!r} has no {path or 'such folder'}"
    kind = _git(place, missing, "cat-file", "-t", at).strip()
    if kind == "blob":
        details.tell(f"read {place}")
        return {Path(path).name: _blob(place, at)}
    files = {}
    for entry in _git(place, missing, "ls-tree", "-r", "-z", "--full-tree", at).split("\0"):
        head, _, name = entry.partition("\t")
        words = head.split(" ")
        hidden = any(part.startswith(".") or part == "node_modules" for part in name.split("/"))
        is_file = len(words) == 3 and words[0].startswith("100")
        if is_file and name.endswith(_ENDINGS) and not hidden:
            files[name] = _blob(place, words[2])
            details.tell(f"read {name} of {place} ({len(files[name]):,} characters)")
            _require_few(place, len(files))
    return files


def _blob(place: str, name: str) -> str:
    size = int(_git(place, "cannot be read", "cat-file", "-s", name))
    if size > LARGEST:
        raise TemplateError(
            f"{place}: has more than {LARGEST:,} bytes; CloudFormation takes templates of 1 MB"
        )
    return _git(place, "cannot be read", "cat-file", "blob", name)


def _git(place: str, failure: str, *arguments: str) -> str:
    """Return what git answers; it reads objects only, and runs no program of the repository."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            capture_output=True,
            check=False,
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
        )
    except (FileNotFoundError, ValueError) as error:
        raise TemplateError(f"{place}: git cannot be run: {error}") from error
    if done.returncode:
        raise TemplateError(f"{place}: {failure}")
    return done.stdout.decode(errors="replace")
