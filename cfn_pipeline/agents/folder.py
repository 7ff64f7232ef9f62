"""The folder to which an agent's tools are bounded."""

import os
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.errors import OutputError


@dataclass(frozen=True)
class Folder:
    """A folder outside of which nothing is read or written.

    ::

        Folder(Path("deployment")).path("stack.yml")

    Args:
        root: the folder.

    """

    root: Path

    def path(self, name: str) -> str:
        """Return a path of the folder, relative to it, for an argument of a verb.

        Raises:
            OutputError: the path, or a symbolic link below it, leads out of the folder, or
                nothing is there.

        """
        root = self.root.resolve()
        place = (root / name).resolve()
        if "\0" in name or not place.is_relative_to(root):
            raise OutputError(f"path {name!r} is outside of the folder; use a path within it")
        if not place.exists():
            raise OutputError(f"path {name!r} does not exist in the folder")
        for folder, folders, files in os.walk(place):
            for entry in (Path(folder, name) for name in (*folders, *files)):
                if entry.is_symlink() and not entry.resolve().is_relative_to(root):
                    raise OutputError(
                        f"path {name!r} has the symbolic link {entry.relative_to(root)}, which "
                        "leads out of the folder; remove it, or use another path"
                    )
        return str(place.relative_to(root))

    def state(self, name: str) -> str:
        """Return a state of ``diff``: a path of the folder, or ``git:REVISION:PATH``.

        Raises:
            OutputError: the path leads out of the folder.

        """
        if not name.startswith("git:"):
            return self.path(name)
        revision, _, path = name.removeprefix("git:").partition(":")
        root = self.root.resolve()
        if not (root / path).resolve().is_relative_to(root):
            raise OutputError(f"path {path!r} is outside of the folder; use a path within it")
        return f"git:{revision}:{path or '.'}"
