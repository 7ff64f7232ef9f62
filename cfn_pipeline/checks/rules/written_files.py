"""Files of artifacts: builds write them where the artifact takes them from.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.artifacts.files
"""

import posixpath
import re
from collections.abc import Iterator

from cfn_pipeline.analysis.builds import builds
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.aws.guides import CODEBUILD
from cfn_pipeline.buildspec.reading import Buildspec, Files
from cfn_pipeline.buildspec.writing import path_in_sources, written_paths
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.template.positions import Path

_VARIABLE = re.compile(r"[$*?\[]")


def _elsewhere(pipeline: Pipeline) -> Iterator[Problem]:
    for build in builds(pipeline):
        placed = build.buildspec
        if placed is None or placed.content is None or placed.mistake[1]:
            continue
        for path, files in _artifacts(placed.content):
            for taken, written in _mismatches(placed.content, files):
                yield problem(
                    build.action,
                    placed.at((*path, "files")),
                    f"the buildspec writes {written}, but the artifact takes {taken}; write it "
                    "there, or set base-directory",
                    resource=build.project or pipeline.resource,
                )


def _artifacts(buildspec: Buildspec) -> Iterator[tuple[Path, Files]]:
    if buildspec.artifact is not None:
        yield ("artifacts",), buildspec.artifact
    for name, files in buildspec.secondary.items():
        yield ("artifacts", "secondary-artifacts", name), files


def _mismatches(buildspec: Buildspec, files: Files) -> Iterator[tuple[str, str]]:
    """Yield the path from which a file is taken, and another at which it is written."""
    if any(_VARIABLE.search(pattern) for pattern in files.patterns):
        return  # another pattern may take it
    for pattern in files.patterns:
        taken = path_in_sources(posixpath.join(files.base, pattern.removeprefix("/")))
        if taken is not None:
            written = written_paths(buildspec, posixpath.basename(taken))
            if written and taken not in written:
                yield taken, sorted(written)[0]


RULES = (
    CheckRule(
        id="W9821",
        severity="warning",
        title="Builds write the files of artifacts where these are taken from",
        impact="The build fails after its last phase, or the artifact has an old file.",
        aws_message="UPLOAD_ARTIFACTS: no matching artifact paths found",
        fix="Write the file into the folder from which artifacts takes it, or set base-directory.",
        source=f"{CODEBUILD}/build-spec-ref.html",
        certainty="inferred",
        find_in_pipeline=_elsewhere,
    ),
)
