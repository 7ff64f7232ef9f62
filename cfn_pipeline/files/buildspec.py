"""The build specification: how CodeBuild tests, builds and publishes the application's image.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import json
import re
from collections.abc import Mapping, Sequence

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.build import Build
from cfn_pipeline.model.repositories import S3Object

_PLAIN = re.compile(r"[A-Za-z][\w./-]*", re.ASCII)

_TEMPLATE = """\
version: 0.2
{variables}
phases:
  pre_build:
    commands:
{cd}{docker}      # CODEBUILD_BUILD_ID is <project>:<id>, and a Docker tag takes no colon.
      - export BUILD_ID=$(echo $CODEBUILD_BUILD_ID | sed 's/^[^:]*://g')
{version}      - make login
  build:
    commands:
{cd}      - make test
      - make release
      - make publish
      - make version > version.json
  post_build:
    # Runs also when build has failed: nothing may be published here.
    commands:
{cd}      - make clean
      - make logout

artifacts:
{base}  files:
    - version.json
{reports}{cache}"""


_COMMIT = """\
      # CodePipeline hands over the sources without git, so the commit comes from CodeBuild.
      - export APP_VERSION=$CODEBUILD_RESOLVED_SOURCE_VERSION.$BUILD_ID
"""
_OBJECT = """\
      # The version of an object in S3 may have characters that a Docker tag cannot have.
      - export APP_VERSION=$BUILD_ID
"""


def buildspec(
    application: Application,
    *,
    docker: Sequence[str],
    variables: Mapping[str, str] | None = None,
) -> str | None:
    """Return the buildspec.yml for the application's repository; None: it is one's own, or none.

    Args:
        application: what is built; its Makefile does the work.
        docker: commands that start the Docker daemon and wait for it.
        variables: of the build's environment; absent: none.

    """
    build = application.project
    if build is None or not build.images or build.buildspec is not None:
        return None
    # CodeBuild's own images start the daemon themselves.
    docker = docker if application.has_build_image else ()
    lines = [f"    {name}: '{value}'\n" for name, value in (variables or {}).items()]
    folder = application.source_folder
    return _TEMPLATE.format(
        cd="" if folder is None else f"      - cd $CODEBUILD_SRC_DIR/{folder}\n",
        base="" if folder is None else f"  base-directory: {folder}\n",
        version=_OBJECT if isinstance(application.source, S3Object) else _COMMIT,
        docker="".join(f"      - {command}\n" for command in docker),
        variables="".join(["\nenv:\n  variables:\n", *lines]) if lines else "",
        reports=_reports(build, folder),
        cache=_cache(build),
    )


def _reports(build: Build, folder: str | None) -> str:
    if not build.reports:
        return ""
    lines = ["\nreports:\n"]
    for name, report in build.reports.items():
        base = "/".join(step for step in (folder, report.folder) if step)
        lines += [
            f"  {name}:\n    files:\n",
            *(f"      - {_scalar(pattern)}\n" for pattern in report.patterns),
            f"    base-directory: {_scalar(base)}\n" if base else "",
            f"    file-format: {report.format}\n",
        ]
    return "".join(lines)


def _cache(build: Build) -> str:
    if not build.cache_paths:
        return ""
    return "".join(["\ncache:\n  paths:\n", *(f"    - {_scalar(p)}\n" for p in build.cache_paths)])


def _scalar(text: str) -> str:
    """Return a text as YAML reads it, whatever is in it."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
