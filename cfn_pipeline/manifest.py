"""What was rendered into a folder, and from what: the file ``.cfn-pipeline.json`` beside it.

It tells which files were changed since, and whether what they were rendered from has changed, so
that what has not is not rendered again. ``sha256sum`` prints the same hashes.
"""

import errno
import json
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field
from pathlib import Path
from typing import Any

from cfn_pipeline.frozen import Frozen, frozen

#: Its name in the folder.
MANIFEST = ".cfn-pipeline.json"
#: A rendered file, and the manifest itself, are far smaller.
_LARGEST_BYTES = 20_000_000


@frozen
class Manifest(Frozen):
    """The content of a manifest.

    Args:
        version: of cfn-pipeline.
        configuration: the path from the folder to the configuration file, with slashes.
        application: the name of the application; empty: the files are shared by several.
        edition: in which it is rendered.
        inputs: a hash of all that the files are rendered from; empty: they have findings, and
            are rendered and checked again.
        stacks: the name of the stack of each environment, by the environment's name, as
            ``config.separation`` compares them.
        files: the hash of each file that was rendered, by name.
        filled_in: the same of the configuration files that have values of a person.
        missing: the parameters without a value, by environment.
        targets: the stacks that a fleet's pipeline deploys, as ``fleet.targets`` reads them; empty:
            the file has no fleet.

    """

    version: str
    configuration: str
    application: str
    edition: str
    inputs: str
    stacks: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    filled_in: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    targets: Sequence[Mapping[str, Any]] = ()

    def text(self) -> str:
        """Return the file."""
        content = asdict(self)
        if not self.targets:
            del content["targets"]
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    @property
    def hashes(self) -> dict[str, str]:
        """The hash of every file, by name."""
        return {**self.files, **self.filled_in}


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder; None: it has none that can be read.

    A manifest comes with the files, so it is not trusted: its names are those of files in the
    folder itself.
    """
    try:
        manifest = Manifest(**json.loads(_read(folder / MANIFEST)))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return manifest if _is_valid(manifest) else None


def digest(content: bytes) -> str:
    """Return the hash of a file's content."""
    from hashlib import sha256  # loads OpenSSL, which folders without a manifest do not need

    return sha256(content).hexdigest()


def digest_of(path: Path) -> str | None:
    """Return the hash of a file; None: there is none, or it cannot be read."""
    try:
        return digest(_read(path))
    except OSError:
        return None


def _read(path: Path) -> bytes:
    """Return the content of a file; pipes and devices may never end.

    Raises:
        OSError: it is not a file that we would write, or it cannot be read.

    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_BYTES:
        raise OSError(errno.EINVAL, "Not a file, or too large", str(path))
    with path.open("rb", buffering=0) as file:
        return file.read()


def _is_valid(manifest: Manifest) -> bool:
    texts = [manifest.version, manifest.configuration, manifest.application, manifest.edition]
    mappings = [manifest.stacks, manifest.files, manifest.filled_in]
    return (
        bool(manifest.files)
        and all(isinstance(text, str) for text in (*texts, manifest.inputs))
        and all(map(_is_of_strings, mappings))
        and all(map(_is_file_name, manifest.hashes))
        and isinstance(manifest.targets, (list, tuple))
        and all(isinstance(target, dict) for target in manifest.targets)
        and isinstance(manifest.missing, dict)
        and all(
            isinstance(names, list) and all(isinstance(name, str) for name in names)
            for names in manifest.missing.values()
        )
    )


def _is_of_strings(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _is_file_name(name: str) -> bool:
    return name not in ("", ".", "..", MANIFEST) and not {*name} & {"/", "\\", "\0", ":"}
