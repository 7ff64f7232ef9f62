"""How an application is delivered: environments, pipeline, source, build."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from cfn_pipeline.adopt.copilot.reading import CopilotApplication
from cfn_pipeline.adopt.copilot.rows import Row, row
from cfn_pipeline.adopt.copilot.sections import Section
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.compute import X86_64

_PROVIDERS = {"GitHub": "github", "GitHubV1": "github", "Bitbucket": "bitbucket"}
_CODECOMMIT = "codecommit"
_URL = re.compile(
    r"https?://[^/]+/(?:v1/repos/|codesuite/codecommit/repositories/)?(?P<name>[^?#]+)"
)
_DEFAULT_ENVIRONMENT = "test"


@frozen
class Stage(Frozen):
    """An environment in the order of delivery.

    Args:
        name: the environment's.
        approval: whether a person approves.
        tests: commands that run after it.

    """

    name: str
    approval: bool = False
    tests: Sequence[str] = ()


@frozen
class Delivery(Frozen):
    """How an application of Copilot is delivered.

    Args:
        source: the keys of its repository.
        stages: its environments, in order.

    """

    source: Mapping[str, str]
    stages: Sequence[Stage]


def delivery(application: CopilotApplication, rows: list[Row], problems: list[str]) -> Delivery:
    """Return how an application is delivered: as its longest pipeline says, or its environments."""
    sections = {
        name: Section(manifest, f"pipelines/{name}", problems)
        for name, manifest in application.pipelines.items()
    }
    read = {name: _stages(section) for name, section in sections.items()}
    main = max(read, key=lambda name: len(read[name]), default=None)
    for name in read:
        if name != main:
            names = ", ".join(stage.name for stage in read[name])
            rows.append(
                Row(
                    where=f"pipeline {name}",
                    what="stages",
                    instead=f"it deploys to {names}: add applications with its branch for it",
                )
            )
    stages = list(read[main]) if main is not None else []
    source: Mapping[str, str] = {"name": application.name}
    if main is None:
        rows.append(
            Row(where="pipelines", what="source", instead="no pipeline says it: set source")
        )
    else:
        source = _source(sections[main], application.name, main, rows)
        for key, _ in sections[main].unused():
            rows.append(row(f"pipeline {main}", key))
    known = [stage.name for stage in stages]
    others = [name for name in _environments(application) if name not in known]
    for name in others if stages else []:
        instead = "it was deployed by hand; the pipeline deploys to it first"
        rows.append(Row(where=f"environment {name}", what="pipeline", instead=instead))
    return Delivery(source=source, stages=[*(Stage(name=name) for name in others), *stages])


def _environments(application: CopilotApplication) -> list[str]:
    names = dict.fromkeys(application.environments)
    if not names:
        for workload in application.workloads:
            overrides = workload.manifest.get("environments")
            if isinstance(overrides, dict):
                names |= dict.fromkeys(map(str, overrides))
    # Production is the last that changes.
    listed = sorted(names, key=lambda name: "prod" in name)
    return listed or [_DEFAULT_ENVIRONMENT]


def _stages(section: Section) -> list[Stage]:
    section.take("name")
    section.take("version")
    stages = []
    for each in section.items("stages"):
        name = each.text("name")
        approval, tests = each.flag("requires_approval"), each.texts("test_commands")
        if name:
            stages.append(Stage(name=name, approval=bool(approval), tests=tests))
    return stages


def _source(section: Section, name: str, pipeline: str, rows: list[Row]) -> dict[str, str]:
    source = section.section("source")
    provider = source.text("provider") or "GitHub"
    properties = source.section("properties")
    url = properties.text("repository") or ""
    match = _URL.match(url)
    repository = (match["name"] if match else url or name).removesuffix(".git").strip("/")
    keys = {"name": repository, "branch": properties.text("branch") or "main"}
    where = f"pipeline {pipeline}"
    properties.text("output_artifact_format")
    for key in ("connection_name", "access_token_secret"):
        if properties.take(key) is not None:
            instead = "give the ARN of a connection as the parameter ConnectionArn"
            rows.append(Row(where=where, what=f"source.properties.{key}", instead=instead))
    if provider == "CodeCommit":
        keys["name"] = repository.split("/")[0]
        keys["provider"] = _CODECOMMIT
    elif provider in _PROVIDERS:
        keys["provider"] = _PROVIDERS[provider]
    else:
        rows.append(Row(where=where, what="source.provider", instead="set provider in source"))
    if section.section("build").take("image") is not None:
        rows.append(Row(where=where, what="build.image", instead="set image in build"))
    return keys


def environment_keys(
    manifest: Mapping[str, Any], name: str, problems: list[str]
) -> tuple[dict[str, Any], str | None, Section]:
    """Return the network of an environment, its certificate, and its manifest for what is left."""
    section = Section(manifest, f"environments/{name}", problems)
    section.take("name")
    section.take("type")
    vpc = section.section("network").section("vpc")
    subnets = vpc.section("subnets")
    keys: dict[str, Any] = {}
    vpc_id = vpc.text("id")
    if vpc_id is not None:
        keys["vpc_id"] = vpc_id
    for kind, key in (("public", "subnets"), ("private", "private_subnets")):
        ids = [each.text("id") for each in subnets.items(kind)]
        if vpc_id is not None and len(ids) > 1 and all(ids):
            keys[key] = ids
    section.section("observability").flag("container_insights")  # it is always on
    certificates = section.section("http").section("public").texts("certificates")
    certificate = next((each for each in certificates if "${" not in each), None)
    return keys, certificate, section


def build_keys(
    section: Section, architecture: str, where: str, rows: list[Row]
) -> tuple[dict[str, Any], str | None]:
    """Return how the image of a workload is built, and the folder of its code.

    CodePipeline builds it where Copilot's settings allow; otherwise a project of CodeBuild.
    """
    image = section.section("image")
    value = image.take("build")
    if value is None:
        return {"build": None}, None
    build = Section(
        value if isinstance(value, dict) else {}, f"{where}.image.build", section.problems
    )
    dockerfile = value if isinstance(value, str) else build.text("dockerfile")
    context = build.text("context")
    if context is None:
        context = str(PurePosixPath(dockerfile or "Dockerfile").parent)
    path = PurePosixPath(dockerfile or f"{context}/Dockerfile")
    if isinstance(value, str) and "Dockerfile" not in path.name:
        path, context = PurePosixPath(value) / "Dockerfile", value
    folder = str(PurePosixPath(context)).removeprefix("./").strip("/")
    folder = "" if folder == "." or ".." in folder.split("/") else folder
    left = [key for key, _ in build.unused()]
    is_plain = path.name == "Dockerfile" and PurePosixPath(context) == path.parent
    if is_plain and not left and architecture == X86_64:
        return {"build": {"type": "ecr_build_and_publish"}}, folder or None
    for key in left or ["dockerfile" if not is_plain else "platform"]:
        rows.append(
            Row(
                where=where,
                what=f"image.build.{key}",
                instead="CodeBuild builds the image: say it in buildspec.yml and the Makefile",
            )
        )
    return {}, folder or None
