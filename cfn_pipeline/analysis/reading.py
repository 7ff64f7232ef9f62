"""Read templates and artifacts from files, folders or texts."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cfn_pipeline import details
from cfn_pipeline.analysis.deployments import deployments, open_parameters
from cfn_pipeline.analysis.pipelines import pipelines
from cfn_pipeline.analysis.sources import used_sources
from cfn_pipeline.analysis.system import Artifact, Place, System, Template, Unreadable
from cfn_pipeline.aws.cloudformation import CONFIGURATION_SECTIONS
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.template import header
from cfn_pipeline.template.files import read_text
from cfn_pipeline.template.positions import Position

#: Signs that a text is meant as a template.
_OF_TEMPLATES = re.compile(r"AWS::\w+::\w+|AWSTemplateFormatVersion")

#: The key with which AppSpecs and buildspecs begin, and templates do not.
_OF_OTHERS = re.compile(r"^[\"']?version[\"']?:", re.MULTILINE)

_NO_TEMPLATE = (
    "not a CloudFormation template, because it has no Resources; give templates as arguments, and "
    "artifacts with --artifact NAME=FOLDER"
)

_ENDINGS = (".yml", ".yaml", ".json", ".template")

#: The templates that every edition renders for every application.
_ALWAYS_RENDERED = ("iam.yml", "pipeline.yml")


class Folder(Mapping[str, str]):
    """The texts of a folder's files, by path; each is read on access."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __contains__(self, path: object) -> bool:
        file = self.root / str(path)
        try:
            return file.is_file() and file.resolve().is_relative_to(self.root.resolve())
        except (OSError, ValueError):  # an invalid file name
            return False

    def __getitem__(self, path: str) -> str:
        if path not in self:
            raise KeyError(path)
        return read_text(self.root / path, errors="replace")

    def __iter__(self) -> Iterator[str]:
        for file in sorted(self.root.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(self.root).parts)
            if file.is_file() and not hidden:
                yield file.relative_to(self.root).as_posix()

    def __len__(self) -> int:
        return sum(1 for _ in self)


def read_files(
    paths: Sequence[Path],
    artifacts: Mapping[str, Path],
    *,
    strict: bool = True,
    read: Callable[[Path], str] | None = None,
) -> System:
    """Read templates that are deployed together.

    Args:
        paths: the templates' files.
        artifacts: folders with the files of artifacts, by name of the artifact.
        strict: whether a file that cannot be read is an error; otherwise it is among the system's
            ``unreadable`` files, and the last of doubled keys counts.
        read: returns the text of a file, or raises TemplateError; default: reads the file.

    Raises:
        TemplateError: a file cannot be read, or is not a template.

    """
    templates: list[Template] = []
    unreadable: list[Unreadable] = []
    for path in dict.fromkeys(paths):
        file = str(path)
        try:
            template = Template.read(file, (read or read_text)(path), strict=strict)
            if not isinstance(template.content.get("Resources"), dict):
                raise TemplateError(f"{file}: {_NO_TEMPLATE}")
            templates.append(template)
        except TemplateError as error:
            if strict:
                raise
            unreadable.append(_unreadable(file, error))
    return System(templates=templates, artifacts=list(_artifacts(artifacts)), unreadable=unreadable)


def read_folder(folder: Path, artifacts: Mapping[str, Path]) -> System:
    """Read the templates of a folder, which are deployed together.

    A rendered folder also contains the files of its pipeline's source artifact.

    Files that seem to be templates, but cannot be read, are among the system's ``unreadable``
    files; other files that are not templates are among those that it ``skipped``, but for
    configuration files of CodePipeline: what deploys them reads them in an artifact.

    Raises:
        TemplateError: the folder has no template.

    """
    templates: list[Template] = []
    unreadable: list[Unreadable] = []
    skipped: list[str] = []
    for path in template_files(folder):
        file = str(path)
        text = ""
        try:
            text = read_text(path)
            match = _template_or_not(file, text)
        except TemplateError as error:
            match = _unreadable(file, error)
        if isinstance(match, Template):
            templates.append(match)
        elif match is not None:
            unreadable.append(match)
        elif not _is_configuration(text):
            skipped.append(file)
            details.tell(f"left out {file}: not a template")
    if not templates and not unreadable:
        raise TemplateError(
            f"{folder}: the folder contains no CloudFormation template; give a folder with "
            f"templates ({', '.join(_ENDINGS)})"
        )
    system = System(
        templates=templates,
        artifacts=list(_artifacts(artifacts)),
        unreadable=unreadable,
        skipped=skipped,
    )
    contents = {Path(template.file).name: template.content for template in templates}
    shown = str(folder / "x").removesuffix("x")
    return _with_layout(system, Folder(folder), shown, contents)


def read_texts(
    files: Mapping[str, str],
    artifacts: Sequence[Artifact] = (),
    *,
    parsed: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    is_rendered: bool = False,
) -> System:
    """Read templates and the files beside them from texts, by file name.

    Args:
        files: the texts.
        artifacts: the artifacts whose files are known.
        parsed: the content, in long form, of files that were read before; default: none.
        is_rendered: whether it is known that we rendered all of them; otherwise their first lines
            tell.

    """
    templates: list[Template] = []
    unreadable: list[Unreadable] = []
    for name, text in files.items():
        content = parsed.get(name)
        if content is not None:
            templates.append(Template(name, content, text))
        elif name.endswith(_ENDINGS):
            match = _template_or_not(name, text)
            if isinstance(match, Template):
                templates.append(match)
            elif match is not None:
                unreadable.append(match)
    system = System(templates=templates, artifacts=artifacts, unreadable=unreadable)
    contents = {template.file: template.content for template in templates}
    return _with_layout(system, files, "", contents, is_rendered=is_rendered)


def artifact_names(system: System) -> set[str]:
    """Return the names of the pipelines' artifacts."""
    return {
        artifact.name
        for pipeline in pipelines(system)
        for action in pipeline.actions
        for artifact in (*action.inputs, *action.outputs)
    }


def open_parameters_by_file(system: System) -> dict[str, list[str]]:
    """Return the parameters that users still have to set in rendered configurations, by file."""
    parameters: dict[str, list[str]] = {}
    for pipeline in pipelines(system):
        for deployment in deployments(pipeline):
            file = deployment.files.get("TemplateConfiguration")
            if file is not None and (names := open_parameters(deployment)):
                parameters[file.shown] = names
    return parameters


def _with_layout(
    system: System,
    files: Mapping[str, str],
    shown: str,
    parsed: Mapping[str, Mapping[str, Any]],
    *,
    is_rendered: bool = False,
) -> System:
    """Add the artifacts of the files beside the templates, if we rendered these."""
    if not is_rendered and not _is_ours(system, files):
        return system
    names = {artifact.name for artifact in system.artifacts}
    additional = [
        Artifact(
            name=name,
            files=files,
            shown=shown,
            parsed=parsed,
            assumed=True,
            folder=_folder(paths, files),
        )
        for name, paths in sorted(used_sources(system).items())
        if name not in names
    ]
    return replace(system, artifacts=[*system.artifacts, *additional], skipped=(), is_rendered=True)


def _is_ours(system: System, files: Mapping[str, str]) -> bool:
    """Whether templates have the names and the first line of those that we render."""
    return all(name in files for name in _ALWAYS_RENDERED) and any(
        header.is_rendered(template.text or "") for template in system.templates
    )


def _folder(paths: Iterable[str], files: Mapping[str, str]) -> str:
    """Return the folder below which most of the paths are files; the shortest of several."""
    folders = Counter({"": 0})
    for path in paths:
        parts = path.split("/")
        for count in range(len(parts)):
            if "/".join(parts[count:]) in files:
                folders["".join(f"{part}/" for part in parts[:count])] += 1
    return max(folders, key=lambda folder: (folders[folder], -len(folder)))


def with_artifacts(system: System, folders: Mapping[str, Path]) -> System:
    """Return a system with the files of more artifacts.

    Raises:
        TemplateError: a folder does not exist.

    """
    return replace(system, artifacts=[*system.artifacts, *_artifacts(folders)])


def with_accounts(system: System, accounts: Mapping[str, str]) -> System:
    """Return a system of which it is known to which accounts templates are deployed.

    Templates that are not named are deployed with the pipeline, or where its roles lead.

    Args:
        system: the templates.
        accounts: the accounts, by file.

    """
    region = system.unknowns.open("AWS::Region")
    named = {t.file: accounts[t.file] for t in system.templates if t.file in accounts}
    homes = {named[t.file] for t in system.templates if t.has_pipeline and t.file in named}
    home = homes.pop() if len(homes) == 1 else None
    placed = []
    for template in system.templates:
        account = named.get(template.file)
        number = account or home
        place = None if number is None else Place(number, region)
        placed.append(replace(template, place=place, account=account))
    return replace(system, templates=placed)


def _artifacts(folders: Mapping[str, Path]) -> Iterator[Artifact]:
    for name, folder in folders.items():
        if not folder.is_dir():
            raise TemplateError(
                f"{folder}: not a folder; give a folder with the files of artifact {name}"
            )
        yield Artifact(name=name, files=Folder(folder), shown=str(folder / "x").removesuffix("x"))


def template_files(folder: Path) -> list[Path]:
    """Return the files of a folder that may be templates, by their suffix."""
    return sorted(p for p in folder.iterdir() if p.suffix in _ENDINGS and p.is_file())


def _template_or_not(file: str, text: str) -> Template | Unreadable | None:
    """Return the template in a file of a folder; None if the file is not meant as a template."""
    if "Resources" not in text:
        return None
    try:
        template = Template.read(file, text)
    except TemplateError as error:
        meant = _OF_TEMPLATES.search(text) and not _OF_OTHERS.search(text)
        return _unreadable(file, error) if meant else None
    return template if isinstance(template.content.get("Resources"), dict) else None


def _is_configuration(text: str) -> bool:
    """Whether a text is the configuration file of a deployment, such as prod.json."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and bool(content) and {*content} <= {*CONFIGURATION_SECTIONS}


def _unreadable(file: str, error: TemplateError) -> Unreadable:
    why = re.sub(r"^(?:, line \d+)?: ", "", str(error).removeprefix(file))
    position = Position(error.line or 1, error.column or 1)
    return Unreadable(file, why, position)
