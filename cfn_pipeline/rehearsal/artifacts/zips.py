"""Zips of artifacts: the same files give the same bytes."""

import shutil
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from cfn_pipeline.atomic import replace_file

_DATE = (1980, 1, 1, 0, 0, 0)


def zip_of(files: Mapping[str, Path], target: Path) -> Path:
    """Write a zip of files and return its path; after an error there is no zip.

    Args:
        files: the path of each file, by its path in the zip.
        target: the zip; an existing one is replaced.

    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with replace_file(target, mode=0o600) as file, zipfile.ZipFile(file, "w") as archive:
        for path, source in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if source.is_symlink() and not source.exists():
                continue  # CodePipeline's zips have no links
            entry.external_attr = (stat.S_IFREG | (source.stat().st_mode & 0o777)) << 16
            archive.writestr(entry, source.read_bytes())
    return target


def unzip(archive: Path, folder: Path) -> None:
    """Extract a zip to a folder, which is replaced; permissions of files are kept.

    Raises:
        zipfile.BadZipFile: the file is not a zip.

    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            path = Path(opened.extract(entry, folder))
            mode = (entry.external_attr >> 16) & 0o777
            if mode and path.is_file():
                path.chmod(mode | stat.S_IRUSR | stat.S_IWUSR)


def files_below(folder: Path) -> dict[str, Path]:
    """Return the files of a folder by their path in it, without those of ``.git``."""
    files = {}
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if ".git" not in relative.parts and path.is_file():
            files[relative.as_posix()] = path
    return files
