"""Files that were rendered, and that no application has any more."""

from collections.abc import Container, Sequence
from pathlib import Path

from cfn_pipeline.manifest import Manifest, digest_of


def remove_files(folder: Path, names: Sequence[str]) -> None:
    """Remove files of a folder, and the folder if it has no other.

    Raises:
        OSError: a file cannot be removed.

    """
    for name in names:
        (folder / name).unlink(missing_ok=True)
    if names and not any(folder.iterdir()):
        folder.rmdir()


def obsolete_files(
    folder: Path, manifest: Manifest, needed: Container[str] = ()
) -> tuple[list[str], list[str]]:
    """Return the files of a manifest that are no longer needed: as they were rendered, and others.

    Configuration files with values of a person are among the others.
    """
    hashes = {name: digest_of(folder / name) for name in manifest.hashes if name not in needed}
    existing = {name: hash_ for name, hash_ in hashes.items() if hash_ is not None}
    ours = [name for name, hash_ in existing.items() if manifest.files.get(name) == hash_]
    return ours, [name for name in existing if name not in ours]
