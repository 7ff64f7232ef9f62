"""The files of a build's artifact.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.artifacts
"""

import glob
import re
from collections.abc import Mapping
from pathlib import Path

from cfn_pipeline.buildspec.reading import Files
from cfn_pipeline.rehearsal.outcome import ActionFailed


def collect(files: Files, source: Path, variables: Mapping[str, str]) -> dict[str, Path]:
    """Return the files of an artifact, by their path in it.

    Args:
        files: which files, as the buildspec describes them.
        source: the folder of the primary source.
        variables: of the environment, which patterns may contain.

    Raises:
        ActionFailed: no file matches.

    """
    collected: dict[str, Path] = {}
    for base in _bases(_expanded(files.base, variables), source):
        excluded = {name for pattern in files.excluded for name in _matching(pattern, base)}
        for pattern in files.patterns:
            for name in _matching(_expanded(pattern, variables), base):
                path = base / name
                if path.is_file() and name not in excluded:
                    inside = path.name if files.flat else name.removeprefix("./").lstrip("/")
                    collected.setdefault(inside, path)
    if not collected:
        raise ActionFailed(
            "UPLOAD_ARTIFACTS: no matching artifact paths found for "
            f"{', '.join(files.patterns)} in {files.base}"
        )
    return collected


def _bases(base: str, source: Path) -> list[Path]:
    if Path(base).is_absolute():
        return [Path(base)]
    return [source / name for name in _matching(base, source)]


def _matching(pattern: str, base: Path) -> list[str]:
    pattern = pattern.removeprefix("./")
    # Path.glob has no include_hidden, and refuses absolute patterns.
    names = glob.glob(pattern, root_dir=base, recursive=True, include_hidden=True)  # noqa: PTH207
    return sorted(names)


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda m: variables.get(m[1] or m[2], m[0]), text)
