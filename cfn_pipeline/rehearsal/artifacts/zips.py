"""Zips of artifacts: the same files give the same bytes."""

import os
import shutil
import stat
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from cfn_pipeline.atomic import replace_file
from cfn_pipeline.rehearsal.artifacts.trees import leads_inside
from cfn_pipeline.rehearsal.outcome import raise_if_stopped

_DATE = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
#: Bytes of all files of a zip; more are refused. CodePipeline accepts sources of 1 GB.
_MOST = 8 << 30
#: Bytes of a link's target.
_LONGEST_TARGET = 4096


def zip_of(files: Mapping[str, Path], target: Path, stop: threading.Event | None = None) -> Path:
    """Write a zip of files and return its path; after an error none is left.

    Args:
        files: the path of each file, by its path in the zip; links are kept as links.
        target: the zip; an existing one is replaced.
        stop: set when the run is to stop.

    Raises:
        Stopped: the run is to stop.

    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with replace_file(target, mode=0o600) as file, zipfile.ZipFile(file, "w") as archive:
        for path, source in sorted(files.items()):
            raise_if_stopped(stop)
            entry = zipfile.ZipInfo(path, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if source.is_symlink():
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(entry, os.fsencode(source.readlink()))
                continue
            status = source.stat()
            entry.external_attr = (stat.S_IFREG | (status.st_mode & 0o777)) << 16
            entry.file_size = status.st_size
            with source.open("rb") as content, archive.open(entry, "w") as packed:
                while chunk := content.read(_CHUNK):
                    raise_if_stopped(stop)
                    packed.write(chunk)
    return target


def unzip(archive: Path, folder: Path, stop: threading.Event | None = None) -> list[str]:
    """Extract a zip to a folder, which is replaced; permissions of files are kept.

    Returns:
        The links that are left out, because they lead out of the folder.

    Raises:
        zipfile.BadZipFile: the file is not a zip, or cannot be extracted.
        Stopped: the run is to stop.

    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive) as opened:
        entries = opened.infolist()
        if sum(entry.file_size for entry in entries) > _MOST:
            raise zipfile.BadZipFile(f"its files have more than {_MOST >> 30} GB")
        links = [entry for entry in entries if _is_link(entry)]
        for entry in entries:
            raise_if_stopped(stop)
            if not _is_link(entry):
                _extract(opened, entry, folder)
        return _extract_links(opened, links, folder)


def link_target(archive: zipfile.ZipFile, path: str) -> str | None:
    """Return the path in a zip to which the link at a path leads; None: it is not a link."""
    entry = archive.getinfo(path)
    if not _is_link(entry):
        return None
    target = _target(archive, entry)
    return os.path.normpath(PurePosixPath(path).parent / target)


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)


def _target(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    with archive.open(entry) as file:
        return os.fsdecode(file.read(_LONGEST_TARGET))


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    try:
        path = Path(archive.extract(entry, folder))
    except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise zipfile.BadZipFile(
            f"it has a file and a folder with one name: {entry.filename!a}"
        ) from error
    mode = (entry.external_attr >> 16) & 0o777
    if mode and path.is_file():
        path.chmod(mode | stat.S_IRUSR | stat.S_IWUSR)


def _extract_links(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path
) -> list[str]:
    """Create links when all files are there, so that no file is written through one."""
    created: dict[str, Path] = {}
    left_out = []
    root = os.path.realpath(folder)
    for entry in entries:
        name, target = PurePosixPath(entry.filename), _target(archive, entry)
        path = folder / name
        safe = not name.is_absolute() and ".." not in name.parts and "\0" not in target
        # No folder of its path is a link: it would be created where that leads.
        safe = safe and os.path.realpath(path.parent) == str(Path(root, name.parent))
        if not safe or Path(target).is_absolute() or os.path.lexists(path):
            left_out.append(entry.filename)
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
        except OSError:
            left_out.append(entry.filename)
        else:
            created[entry.filename] = path
    for filename, path in created.items():  # with all links there: they may lead to each other
        if not leads_inside(path, root):
            left_out.append(filename)
    for filename in left_out:
        if filename in created:
            created[filename].unlink()
    return left_out
