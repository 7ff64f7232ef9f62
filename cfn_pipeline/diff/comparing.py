"""Compare two states of templates and of the configuration files beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import PurePosixPath
from typing import Any

from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.diff.causes import changed_sections
from cfn_pipeline.diff.configurations import (
    changed_parameters,
    configuration,
    configuration_changes,
)
from cfn_pipeline.diff.dangling import with_refused_removals
from cfn_pipeline.diff.difference import Difference, TemplateDifference
from cfn_pipeline.diff.interface import interface_changes
from cfn_pipeline.diff.matching import pairs
from cfn_pipeline.diff.network import network_changes
from cfn_pipeline.diff.permissions import permission_changes
from cfn_pipeline.diff.pipelines import pipeline_changes
from cfn_pipeline.diff.resources import resource_changes
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.template import load


@frozen
class State(Frozen):
    """Templates and configuration files, as they were or are.

    Args:
        name: what the state is called.
        files: the texts, by file name.
        parameters: the values that a stack has, by name; those with NoEcho are masked. None: the
            state is of files alone.

    """

    name: str
    files: Mapping[str, str]
    parameters: Mapping[str, str] | None = None


@frozen
class _Read(Frozen):
    """A state that is read."""

    system: System
    templates: Mapping[str, Template]
    configurations: Mapping[str, Mapping[str, Any]]
    notes: list[str] = field(default_factory=list)


def compare(old: State, new: State) -> Difference:
    """Return what differs between two states.

    A state of one file is compared with a state of one file whatever their names.

    Raises:
        TemplateError: a state has no template and no configuration file.

    """
    after = _read(new, {})
    same = {name: text for name, text in old.files.items() if new.files.get(name) == text}
    before = _read(old, {n: t.content for n, t in after.templates.items() if n in same})
    if len(old.files) == len(new.files) == 1 and [*old.files] != [*new.files]:
        [name] = new.files
        before = _named(before, name)
    configured = _configured(before, after)
    templates = [
        difference
        for file in dict.fromkeys((*after.templates, *before.templates))
        if (
            difference := _template(
                file,
                before.templates.get(file),
                after.templates.get(file),
                (before.system, after.system),
                configured.get(file, {}),
            )
        )
    ]
    hidden = {
        name
        for template in (*before.templates.values(), *after.templates.values())
        for name, body in template.section("Parameters").items()
        if isinstance(body, dict) and str(body.get("NoEcho")).lower() == "true"
    }
    configurations = [
        change
        for file in dict.fromkeys((*after.configurations, *before.configurations))
        for change in configuration_changes(
            file, before.configurations.get(file), after.configurations.get(file), hidden
        )
    ]
    return Difference(
        old=old.name,
        new=new.name,
        templates=templates,
        configurations=configurations,
        notes=[
            *before.notes,
            *after.notes,
            *_macro_notes(before, after),
            *_other_files(old, new, before, after),
        ],
    )


def _configured(before: _Read, after: _Read) -> dict[str, dict[str, str]]:
    """Return, by template, the words for its parameters whose value a configuration file changes.

    A file is for the templates of its folder; where none of them has these parameters, as in a
    folder of configuration files alone, for all templates.
    """
    declared = {name: {*t.section("Parameters")} for name, t in after.templates.items()}
    configured: dict[str, dict[str, str]] = {}
    for file, content in after.configurations.items():
        changed = changed_parameters(before.configurations.get(file), content)
        having = [name for name, parameters in declared.items() if parameters & changed]
        folder = PurePosixPath(file).parent
        beside = [name for name in having if PurePosixPath(name).parent == folder]
        for name in beside or having:
            for parameter in sorted(declared[name] & changed):
                words = f"the value of parameter {parameter} changes in {file}"
                configured.setdefault(name, {})[parameter] = words
    return configured


def _macro_notes(before: _Read, after: _Read) -> Iterator[str]:
    for file, template in after.templates.items():
        earlier = before.templates.get(file, template)
        if earlier.content == template.content:
            continue
        if earlier.rewritten or template.rewritten:
            yield f"{file}: a macro changes the template, which is compared as it is written"
        elif earlier.hides_resources or template.hides_resources:
            yield f"{file}: resources that functions generate are not compared, only the functions"


def _other_files(old: State, new: State, before: _Read, after: _Read) -> Iterator[str]:
    """Yield files that differ, and are neither templates nor configurations."""
    if len(old.files) == len(new.files) == 1:
        return
    compared = {
        name
        for side in (before, after)
        for name in (
            *side.templates,
            *side.configurations,
            *(each.file for each in side.system.unreadable),
        )
    }
    names = [
        name
        for name in dict.fromkeys((*old.files, *new.files))
        if name not in compared and old.files.get(name) != new.files.get(name)
    ]
    if names:
        yield f"not compared, because they are not templates: {', '.join(names)}"


def _read(state: State, parsed: Mapping[str, Mapping[str, Any]]) -> _Read:
    if len(state.files) == 1:
        # A file that is given by its name is read, whatever its suffix.
        parsed = {**_given(*state.files.items()), **parsed}
    system = read_texts(state.files, parsed=parsed)
    configurations = {
        file: content
        for file, text in state.files.items()
        if file.endswith(".json") and (content := configuration(text)) is not None
    }
    if state.parameters is not None:
        configurations["the stack"] = {"Parameters": dict(state.parameters)}
    if not system.templates and not configurations:
        whys = [f"{unreadable.file}: {unreadable.why}" for unreadable in system.unreadable]
        raise TemplateError(
            f"{state.name}: {'; '.join(whys) or 'no CloudFormation template'}; give a template, a "
            "folder with templates, git:REVISION:PATH, or a change set as describe-change-set "
            "answers it"
        )
    return _Read(
        system=system,
        templates={template.file: template for template in system.templates},
        configurations=configurations,
        notes=[
            f"{state.name}: {unreadable.file} cannot be read: {unreadable.why}"
            for unreadable in system.unreadable
        ],
    )


def _given(entry: tuple[str, str]) -> Mapping[str, Mapping[str, Any]]:
    name, text = entry
    try:
        content = load(text, source=name, strict=False)
    except TemplateError:
        return {}
    return {name: content} if isinstance(content.get("Resources"), dict) else {}


def _named(read: _Read, name: str) -> _Read:
    """Return a state of one file under another name."""
    return _Read(
        system=read.system,
        templates=dict(zip([name], read.templates.values(), strict=False)),
        configurations=dict(zip([name], read.configurations.values(), strict=False)),
        notes=read.notes,
    )


def _template(
    file: str,
    old: Template | None,
    new: Template | None,
    systems: tuple[System, System],
    configured: Mapping[str, str],
) -> TemplateDifference:
    if old is not None and new is not None and old.content is new.content and not configured:
        return TemplateDifference(file=file, kind="changed")
    matched = pairs({} if old is None else old.resources, {} if new is None else new.resources)
    changed = changed_sections(
        {} if old is None else old.content,
        {} if new is None else new.content,
        configured,
    )
    resources = resource_changes(matched, changed)
    if new is None:
        # The stack of a template that is gone stays.
        resources = [replace(c, data="", is_destructive=False) for c in resources]
    if new is None:
        return TemplateDifference(
            file=file,
            kind="removed",
            resources=resources,
            interface=interface_changes(old, new, systems),
        )
    resources = with_refused_removals(resources, matched, new)
    before = Template(file, {}) if old is None else old
    return TemplateDifference(
        file=file,
        kind="added" if old is None else "changed",
        resources=resources,
        permissions=permission_changes(matched, before, new),
        network=network_changes(matched),
        pipelines=pipeline_changes(matched, old, new),
        interface=interface_changes(old, new, systems),
    )
