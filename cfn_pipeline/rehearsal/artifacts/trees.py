"""The files of a folder: walked without following links, within bounds, until the run stops."""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.outcome import raise_if_stopped

#: Files and folders; more are refused.
_MOST = 1_000_000
#: Names in a message.
_SHOWN = 5
_OUT = "a link that leads out of the folder"


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Files and links.

    Args:
        files: by their path in the tree; links are kept as links.
        left_out: the reason for each file that is left out, by its path.

    """

    files: Mapping[str, Path] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def notice(self) -> str:
        """What is left out, for people; empty: nothing."""
        if not self.left_out:
            return ""
        shown = [f"{name!a} ({reason})" for name, reason in self.left_out.items()]
        more = len(shown) - _SHOWN
        return f"left out: {', '.join(shown[:_SHOWN])}{f', and {more} more' if more > 0 else ''}"


def walk(
    folder: Path, stop: threading.Event | None = None, *, skip: str = ""
) -> Iterator[tuple[str, bool]]:
    """Yield the path of everything in a folder, and whether it is a folder; links are not followed.

    Args:
        folder: the folder.
        stop: set when the run is to stop.
        skip: the name of what is not walked; empty: everything is.

    Raises:
        RehearsalError: there is too much in it.
        Stopped: the run is to stop.

    """
    pending, count = [""], 0
    while pending:
        inside = pending.pop()
        try:
            entries = sorted(os.scandir(folder / inside), key=lambda entry: entry.name)
        except FileNotFoundError:  # it was deleted meanwhile
            continue
        for entry in entries:
            raise_if_stopped(stop)
            count += 1
            if count > _MOST:
                raise RehearsalError(f"{folder} has more than {_MOST:,} files and folders")
            if entry.name == skip:
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            yield f"{inside}{entry.name}", is_folder
            if is_folder:
                pending.append(f"{inside}{entry.name}/")


def tree(folder: Path, names: Iterable[str], stop: threading.Event | None = None) -> Tree:
    """Return the files and links with the given paths in a folder."""
    files, left_out = {}, {}
    root = os.path.realpath(folder)
    for name in names:
        raise_if_stopped(stop)
        path = folder / name
        if path.is_symlink():
            reason = _reason_against(path, root)
        elif path.is_file():  # perhaps of a folder that is a link
            reason = "" if leads_inside(path, root) else _OUT
        else:
            continue
        reason = reason or ("" if is_utf8(name) else "its name is not UTF-8")
        if reason:
            left_out[name] = reason
        else:
            files[name] = path
    return Tree(files=files, left_out=left_out)


def tree_of(folder: Path, stop: threading.Event | None = None, *, git: bool = False) -> Tree:
    """Return all files and links of a folder.

    Args:
        folder: the folder.
        stop: set when the run is to stop.
        git: whether the tree includes ``.git``.

    """
    return tree(folder, file_names(folder, stop, git=git), stop)


def file_names(
    folder: Path, stop: threading.Event | None = None, *, git: bool = False
) -> Iterator[str]:
    """Yield the paths of all files and links of a folder, those of ``.git`` only if that is so."""
    for name, is_folder in walk(folder, stop, skip="" if git else ".git"):
        if not is_folder:
            yield name


def is_utf8(name: str) -> bool:
    """Return whether the name of a file is text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def leads_inside(path: Path, root: str) -> bool:
    """Return whether a path, links included, is in a folder whose real path is given."""
    real = os.path.realpath(path)
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def _reason_against(link: Path, root: str) -> str:
    """Return why a link is left out; empty: it leads to something in the tree."""
    if link.readlink().is_absolute() or not leads_inside(link, root):
        return _OUT
    return ""
