"""The files of a build's artifact.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.artifacts
"""

import fnmatch
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cfn_pipeline.buildspec.reading import Files
from cfn_pipeline.rehearsal.artifacts.trees import Tree, is_utf8, leads_inside, walk
from cfn_pipeline.rehearsal.outcome import ActionFailed

_ANY_FOLDERS = "**"


def collect(
    files: Files,
    source: Path,
    variables: Mapping[str, str],
    *,
    container: Path | None = None,
    stop: threading.Event | None = None,
) -> Tree:
    """Return the files of an artifact, by their path in it.

    Links are not followed into folders, nor out of the source.

    Args:
        files: which files, as the buildspec describes them.
        source: the folder of the primary source.
        variables: of the environment, which patterns may contain.
        container: the folder that the container of the build shares with this machine; None: the
            build ran without one.
        stop: set when the run is to stop.

    Raises:
        ActionFailed: no file matches, or a path leads out of the source.
        Stopped: the run is to stop.

    """
    collector = _Collector(files=files, source=source, container=container, stop=stop)
    for base in collector.bases(_expanded(files.base, variables)):
        for pattern in files.patterns:
            collector.add(_expanded(pattern, variables), base)
    if not collector.found:
        raise ActionFailed(
            "UPLOAD_ARTIFACTS: no matching artifact paths found for "
            f"{', '.join(files.patterns)} in {files.base}"
        )
    return Tree(files=collector.found, left_out=collector.left_out)


@dataclass(frozen=True, kw_only=True)
class _Collector:
    files: Files
    source: Path
    container: Path | None
    stop: threading.Event | None
    found: dict[str, Path] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def bases(self, base: str) -> list[Path]:
        """Return the folders of base-directory, which may be a pattern."""
        root, parts = self._rooted(base, self.source)
        if not any(_is_magic(part) for part in parts):
            return [root.joinpath(*parts)]
        return [root / name for name, is_folder in self._matching(root, parts) if is_folder]

    def add(self, pattern: str, base: Path) -> None:
        """Add the files that a pattern matches in a folder."""
        root, parts = self._rooted(pattern, base)
        if not parts:
            return
        for name, is_folder in self._matching(root, parts):
            if is_folder or (root == base and self._is_excluded(name)):
                continue
            path = root / name
            inside = path.name if self.files.flat else name
            if inside in self.found:
                continue
            if reason := self._reason_against(path, base):
                self.left_out[name] = reason
            elif path.is_symlink() and self.files.links:
                self.found[inside] = path
            elif path.is_file():
                self.found[inside] = path.resolve() if path.is_symlink() else path

    def _rooted(self, text: str, base: Path) -> tuple[Path, list[str]]:
        """Return the folder from which a path or pattern counts, and its parts.

        Raises:
            ActionFailed: it leads out of the folders that it may lead to.

        """
        if "\0" in text:
            raise ActionFailed(f"UPLOAD_ARTIFACTS: invalid path {text!r}")
        normal = os.path.normpath(text) if text else "."
        root = Path("/") if normal.startswith("/") else base
        parts = [part for part in normal.split("/") if part not in ("", ".")]
        literal = root.joinpath(*_literal(parts))
        shared = self.container or (root if root != base else self.source.parent)
        if ".." in parts or not leads_inside(literal, os.path.realpath(shared)):
            outside = "the folder of the build, which its container shares"
            where = "the source folder" if self.container is None else outside
            raise ActionFailed(f"UPLOAD_ARTIFACTS: {text} is outside of {where}; use a path in it")
        return root, parts

    def _matching(self, root: Path, parts: Sequence[str]) -> Iterator[tuple[str, bool]]:
        """Yield the paths that a pattern matches, and whether each is a folder."""
        literal = _literal(parts)
        start = root.joinpath(*literal)
        if len(literal) == len(parts):
            if os.path.lexists(start):
                yield "/".join(literal), start.is_dir()
            return
        if not start.is_dir():
            return
        rest = parts[len(literal) :]
        for name, is_folder in walk(start, self.stop):
            if _matches(name.split("/"), rest):
                yield "/".join([*literal, name]), is_folder

    def _is_excluded(self, name: str) -> bool:
        return any(
            _matches(name.split("/"), [p for p in pattern.split("/") if p not in ("", ".")])
            for pattern in self.files.excluded
        )

    def _reason_against(self, path: Path, base: Path) -> str:
        """Return why a file is left out; empty: it is not."""
        if not is_utf8(str(path)):
            return "its name is not UTF-8"
        roots = {os.path.realpath(each) for each in (base, self.source.parent)}
        if not any(leads_inside(path, root) for root in roots):
            # An absolute path is outside on purpose, if it is not a link.
            if path.is_symlink() or self.container is not None:
                return "a link that leads out of the source"
        elif path.is_symlink() and path.is_dir() and not self.files.links:
            return "a link to a folder"
        return ""


def _is_magic(part: str) -> bool:
    return any(character in part for character in "*?[")


def _literal(parts: Sequence[str]) -> list[str]:
    """Return the parts of a pattern before the first one that is not literal."""
    first = next((n for n, part in enumerate(parts) if _is_magic(part)), len(parts))
    return list(parts[:first])


def _matches(names: Sequence[str], patterns: Sequence[str]) -> bool:
    """Return whether a path matches a pattern, in time that grows with their lengths only."""
    places = _with_skips({0}, patterns)
    for name in names:
        after = set()
        for place in places:
            if place < len(patterns):
                if patterns[place] == _ANY_FOLDERS:
                    after.add(place)
                elif _compiled(patterns[place]).fullmatch(name):
                    after.add(place + 1)
        places = _with_skips(after, patterns)
    return len(patterns) in places


def _with_skips(places: set[int], patterns: Sequence[str]) -> set[int]:
    """Return places in a pattern, and those behind each ``**``, which may match no folder."""
    skipped = set(places)
    for place in range(len(patterns)):
        if place in skipped and patterns[place] == _ANY_FOLDERS:
            skipped.add(place + 1)
    return skipped


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda m: variables.get(m[1] or m[2], m[0]), text)
