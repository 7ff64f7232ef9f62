"""A buildspec, read.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from typing import Any, NamedTuple

from cfn_pipeline.buildspec.form import Mistake, mistakes_in
from cfn_pipeline.errors import BuildspecError, TemplateError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.template import load
from cfn_pipeline.template.positions import Path, doubled_keys, tags

PHASES = ("install", "pre_build", "build", "post_build")

#: How often a phase with RETRY is tried again, where it does not say so.
_RETRIES = 3

_LONGEST_LINE = 2_000


class Command(NamedTuple):
    """A command of a buildspec: its phase, the path to it, and its text."""

    phase: str
    path: Path
    text: str


class Phase(NamedTuple):
    """A phase.

    Args:
        name: install, pre_build, build or post_build.
        commands: in their order.
        finally_: what runs afterwards in any case.
        on_failure: ABORT, CONTINUE or RETRY.
        retries: how often it is tried again.
        retry_when: what a failure must have said; empty: anything.
        run_as: the user that runs the commands; empty: the buildspec's.

    """

    name: str
    commands: Sequence[str] = ()
    finally_: Sequence[str] = ()
    on_failure: str = ""
    retries: int = 0
    retry_when: str = ""
    run_as: str = ""


class Files(NamedTuple):
    """The files of an artifact.

    Args:
        patterns: paths and globs.
        base: the folder from which they count.
        excluded: globs of files that stay out.
        flat: whether the artifact has no folders.
        links: whether links are kept as links.

    """

    patterns: Sequence[str]
    base: str = "."
    excluded: Sequence[str] = ()
    flat: bool = False
    links: bool = False


@frozen
class Buildspec(Frozen):
    """What a build does.

    Args:
        shell: bash, sh or one of Windows', perhaps with its folder.
        isolated: whether each command has a shell of its own, as in version 0.1.
        variables: of the environment.
        parameter_store: names of parameters, by variable.
        secrets_manager: references to secrets, by variable.
        exported: the variables that the action exports.
        phases: by name; those that do nothing are lacking.
        artifact: the files of the primary artifact; None: there are none.
        secondary: the files of the others, by name.
        sections: the keys of the buildspec.
        mistake: the path to the first mistake for which CodeBuild refuses it, and what it is;
            empty: it has none.
        ignored: what CodeBuild reads otherwise than it is written, or not at all: unknown keys,
            doubled keys, and short forms of CloudFormation.

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
    sections: Sequence[str] = ()
    mistake: tuple[Path, str] = ((), "")
    ignored: Sequence[Mistake] = ()

    def commands(self) -> Iterator[Command]:
        """Yield the commands in the order in which they run; very long lines are cut."""
        for name in PHASES:
            phase = self.phases.get(name)
            if phase is None:
                continue
            for key, texts in (("commands", phase.commands), ("finally", phase.finally_)):
                for number, text in enumerate(texts):
                    path: Path = ("phases", name, key, number)
                    yield Command(phase=name, path=path, text=_shortened(text))


def read_buildspec(text: str, shown: str) -> Buildspec:
    """Read a buildspec as CodeBuild does.

    Args:
        text: what it says.
        shown: how messages call it.

    Raises:
        BuildspecError: CodeBuild could not read it.

    """
    try:
        buildspec = parse_buildspec(text, shown)
    except BuildspecError as error:
        raise BuildspecError(f"YAML_FILE_ERROR: {error}") from error
    _, mistake = buildspec.mistake
    if mistake:
        raise BuildspecError(f"YAML_FILE_ERROR: {shown}: {mistake}")
    return buildspec


@lru_cache(maxsize=64)
def parse_buildspec(text: str, shown: str) -> Buildspec:
    """Read a buildspec as far as it can be understood; ``mistake`` says what CodeBuild refuses.

    Args:
        text: what it says.
        shown: how messages call it.

    Raises:
        BuildspecError: it is not YAML, or not a mapping.

    """
    try:
        what = "a buildspec must be a mapping with version and phases"
        content = load(text, source=shown, what=what, strict=False, short_forms=False)
    except TemplateError as error:
        raise BuildspecError(str(error)) from error
    mistakes = mistakes_in(content)
    refused = _refused(mistakes)
    env = _mapping(content.get("env"))
    artifacts = _mapping(content.get("artifacts"))
    secondary = _mapping(artifacts.get("secondary-artifacts"))
    return Buildspec(
        shell=str(env.get("shell", "sh")),
        isolated=str(content.get("version")) == "0.1",
        variables=_texts(env.get("variables")),
        parameter_store=_texts(env.get("parameter-store")),
        secrets_manager=_texts(env.get("secrets-manager")),
        exported=_list(env.get("exported-variables")),
        phases={
            str(name): _phase(str(name), phase)
            for name, phase in _mapping(content.get("phases")).items()
            if phase and isinstance(phase, dict)
        },
        artifact=_files(artifacts) if "files" in artifacts else None,
        secondary={
            str(name): _files(files)
            for name, files in secondary.items()
            if files and isinstance(files, dict)
        },
        sections=[str(key) for key in content],
        mistake=((), "") if refused is None else (refused.path, refused.text),
        ignored=[*(m for m in mistakes if m.ignored), *_doubled_keys(text), *_short_forms(text)],
    )


def _refused(mistakes: Sequence[Mistake]) -> Mistake | None:
    """Return the first mistake for which CodeBuild refuses a buildspec."""
    first = next((mistake for mistake in mistakes if not mistake.ignored), None)
    if first is None:
        return None
    # A key that is lacking may be there, misspelt.
    return next((m for m in mistakes if m.ignored and m.path[:-1] == first.path), first)


def _doubled_keys(text: str) -> Iterator[Mistake]:
    for key in doubled_keys(text):
        yield Mistake(
            key.path,
            f"key '{key.path[-1]}' is already in line {key.first.line}, and only the last value "
            "counts; remove one of them",
            ignored=True,
        )


def _short_forms(text: str) -> Iterator[Mistake]:
    for path, tag in tags(text):
        yield Mistake(
            path,
            f"{tag} does nothing in a buildspec, which CloudFormation takes as a text; remove it, "
            "or put Fn::Sub before the whole text",
            ignored=True,
        )


def _shortened(text: str) -> str:
    """Cut the lines of a command, so that to search them takes no time by the square of it."""
    if len(text) <= _LONGEST_LINE:
        return text
    return "\n".join(line[:_LONGEST_LINE] for line in text.split("\n"))


def _phase(name: str, said: Mapping[str, Any]) -> Phase:
    on_failure, _, rest = str(said.get("on-failure", "")).partition("-")
    count, _, when = rest.partition("-") if re.match(r"[0-9]{1,9}(-|$)", rest) else ("", "", rest)
    return Phase(
        name=name,
        commands=_list(said.get("commands")),
        finally_=_list(said.get("finally")),
        on_failure=on_failure,
        retries=int(count or _RETRIES) if on_failure == "RETRY" else 0,
        retry_when=when,
        run_as=str(said.get("run-as", "")),
    )


def _files(said: Mapping[str, Any]) -> Files:
    return Files(
        patterns=_list(said.get("files")),
        base=str(said.get("base-directory", ".")),
        excluded=_list(said.get("exclude-paths")),
        flat=str(said.get("discard-paths")).lower() in ("yes", "true"),
        links=str(said.get("enable-symlinks")).lower() in ("yes", "true"),
    )


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[str]:
    if isinstance(value, (list, str)):
        items = [value] if isinstance(value, str) else value
        return [item if isinstance(item, str) else "" for item in items]
    return []


def _texts(value: Any) -> dict[str, str]:
    return {str(name): _text(inside) for name, inside in _mapping(value).items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
