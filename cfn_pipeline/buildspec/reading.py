"""A buildspec, read.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cfn_pipeline.buildspec.form import mistake_in
from cfn_pipeline.errors import BuildspecError, TemplateError
from cfn_pipeline.template import load

__all__ = ["PHASES", "Buildspec", "Files", "Phase", "read_buildspec"]

PHASES = ("install", "pre_build", "build", "post_build")

#: How often a phase with RETRY is tried again, where it does not say so.
_RETRIES = 3


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A phase.

    Args:
        name: install, pre_build, build or post_build.
        commands: in their order.
        finally_: what runs afterwards in any case.
        on_failure: ABORT, CONTINUE or RETRY.
        retries: how often it is tried again.
        retry_when: what a failure must have said; empty: anything.

    """

    name: str
    commands: Sequence[str] = ()
    finally_: Sequence[str] = ()
    on_failure: str = ""
    retries: int = 0
    retry_when: str = ""


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files of an artifact.

    Args:
        patterns: paths and globs.
        base: the folder from which they count.
        excluded: globs of files that stay out.
        flat: whether the artifact has no folders.

    """

    patterns: Sequence[str]
    base: str = "."
    excluded: Sequence[str] = ()
    flat: bool = False


@dataclass(frozen=True, kw_only=True)
class Buildspec:
    """What a build does.

    Args:
        shell: bash or sh.
        isolated: whether each command has a shell of its own, as in version 0.1.
        variables: of the environment.
        parameter_store: names of parameters, by variable.
        secrets_manager: references to secrets, by variable.
        exported: the variables that the action hands on.
        phases: by name; those that do nothing are lacking.
        artifact: the files of the primary artifact; None: there are none.
        secondary: the files of the others, by name.
        unrehearsed: what else it says, which a rehearsal does not do.

    """

    shell: str = "sh"
    isolated: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    parameter_store: Mapping[str, str] = field(default_factory=dict)
    secrets_manager: Mapping[str, str] = field(default_factory=dict)
    exported: Sequence[str] = ()
    phases: Mapping[str, Phase] = field(default_factory=dict)
    artifact: Files | None = None
    secondary: Mapping[str, Files] = field(default_factory=dict)
    unrehearsed: Sequence[str] = ()


def read_buildspec(text: str, shown: str) -> Buildspec:
    """Read a buildspec.

    Args:
        text: what it says.
        shown: how messages call it.

    Raises:
        BuildspecError: CodeBuild could not read it.

    """
    try:
        content = load(text, source=shown)
    except TemplateError as error:
        said = str(error).replace("a template", "a buildspec")
        said = said.replace(" with Resources", " with version and phases")
        raise BuildspecError(f"YAML_FILE_ERROR: {said}") from error
    _, mistake = mistake_in(content)
    if mistake:
        raise BuildspecError(f"YAML_FILE_ERROR: {shown}: {mistake}")
    if "batch" in content and "phases" not in content:
        raise BuildspecError(f"{shown} describes batch builds, which a rehearsal does not run")
    env = content.get("env") or {}
    artifacts = content.get("artifacts") or {}
    return Buildspec(
        shell=_shell(env.get("shell", "sh"), shown),
        isolated=str(content["version"]) == "0.1",
        variables=_texts(env.get("variables")),
        parameter_store=_texts(env.get("parameter-store")),
        secrets_manager=_texts(env.get("secrets-manager")),
        exported=_list(env.get("exported-variables")),
        phases={
            name: _phase(name, phase)
            for name, phase in (content.get("phases") or {}).items()
            if phase
        },
        artifact=_files(artifacts) if "files" in artifacts else None,
        secondary={
            name: _files(said) for name, said in artifacts.get("secondary-artifacts", {}).items()
        },
        unrehearsed=[key for key in ("batch", "cache", "proxy", "reports") if key in content],
    )


def _shell(said: str, shown: str) -> str:
    name = said.rpartition("/")[-1]
    if name not in ("bash", "sh"):
        raise BuildspecError(
            f"{shown}: env.shell is {said}, which is Windows'; a rehearsal has none"
        )
    return name


def _phase(name: str, said: Mapping[str, Any]) -> Phase:
    on_failure, _, rest = str(said.get("on-failure", "")).partition("-")
    count, _, when = rest.partition("-") if re.match(r"\d+(-|$)", rest) else ("", "", rest)
    return Phase(
        name=name,
        commands=_list(said.get("commands")),
        finally_=_list(said.get("finally")),
        on_failure=on_failure,
        retries=int(count or _RETRIES) if on_failure == "RETRY" else 0,
        retry_when=when,
    )


def _files(said: Mapping[str, Any]) -> Files:
    return Files(
        patterns=_list(said.get("files")),
        base=str(said.get("base-directory", ".")),
        excluded=_list(said.get("exclude-paths")),
        flat=said.get("discard-paths") in ("yes", "true", True),
    )


def _list(said: Any) -> list[str]:
    if said is None:
        return []
    return [said] if isinstance(said, str) else [str(item) for item in said]


def _texts(said: Mapping[str, Any] | None) -> dict[str, str]:
    return {str(name): _text(value) for name, value in (said or {}).items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
