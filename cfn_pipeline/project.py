"""Renders an application in an edition, as files."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from cfn_pipeline.aws.cloudformation import TEMPLATE_BODY
from cfn_pipeline.editions.edition import Edition
from cfn_pipeline.editions.loading import chosen
from cfn_pipeline.errors import ModelError, OutputError, TemplateError
from cfn_pipeline.files.configuration import Configuration, Merge, problem
from cfn_pipeline.files.fleet_readme import fleet_readme
from cfn_pipeline.files.makefile import Place, Target, shared_makefile, stacks_makefile
from cfn_pipeline.files.shared_readme import shared_readme
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.shared import Shared
from cfn_pipeline.output import Change, read_files, write_files
from cfn_pipeline.stacks.fleet.pipeline import FleetStack
from cfn_pipeline.stacks.fleet.templates import account_stacks, boundary_stack, own_stacks
from cfn_pipeline.template import emit, load
from cfn_pipeline.template.files import read_text
from cfn_pipeline.template.header import HEADER, is_rendered

_WAY_OUT = (
    "nothing was written: move what you want to keep, render into another folder (-o), or replace "
    "these files with --force (in Python: force=True)"
)


@frozen
class Rendering(Frozen):
    """An application in an edition.

    Args:
        files: the texts by file name: templates in the order in which their stacks are deployed,
            then the environments' configurations, then the other files.
        templates: the templates among them in long form, by file name; ``load`` reads the same
            from their texts.
        missing: the parameters without a value, by environment; fill them in before the pipeline
            deploys, which itself sets the image's tag.
        configurations: the environments' configurations, by file name: what was filled in and
            stays, and what gave way to the model.
        theirs: the files among them that are a person's, and stay as they are.

    """

    files: dict[str, str]
    templates: dict[str, dict[str, Any]]
    missing: dict[str, list[str]]
    configurations: dict[str, Merge] = field(default_factory=dict)
    theirs: frozenset[str] = frozenset()


def rendering(
    application: Application | None = None,
    *,
    edition: Edition | None = None,
    folder: Path | None = None,
    force: bool = False,
) -> Rendering:
    """Render every file of an edition; each template is built once.

    Args:
        application: absent: the edition's own example, of which a configuration file may change
            every value.
        edition: how the system is built; absent: the current edition.
        folder: where the files go: its configuration files keep what is filled in; absent: as if
            it were empty.
        force: whether files of the folder that were not rendered may be replaced.

    Raises:
        ModelError: an environment sets a parameter that the application's stack does not have, or
            a template would be too large for CloudFormation.
        OutputError: files of the folder cannot be read, or would be lost, with each of them.

    """
    edition = chosen(edition)
    is_example = application is None
    application = edition.application if application is None else application
    line = _header(application, edition)
    ModelError.raise_for(_target_problems(application, edition))
    templates = edition.templates(application)
    parameters = templates[application.stack_file].get("Parameters", {})
    ModelError.raise_for(_unknown_parameters(application, parameters))
    configurations = _configurations(application, edition, parameters)
    if is_example:
        configurations = {name: c.as_defaults() for name, c in configurations.items()}
    texts = {name: emit(template, header=line) for name, template in templates.items()}
    ModelError.raise_for(_size_problems(application, texts))
    files = {
        **texts,
        **dict.fromkeys(configurations, ""),
        **{
            name: f"# {line}\n{text}"
            for name, write_text in edition.files.items()
            if (text := write_text(application)) is not None
        },
    }
    theirs = _own_file(application, folder)
    rendered = [name for name in files if name not in theirs]
    existing = {} if folder is None else _existing(rendered, configurations, folder, force=force)
    files |= theirs
    merged = {name: c.merge(existing.get(name)) for name, c in configurations.items()}
    if any(merge.kept or merge.parameters.keys() - parameters for merge in merged.values()):
        former = _former(parameters, existing.get(application.stack_file, ""))
        before = _configurations(application, edition, former)
        merged = {
            name: c.merge(existing.get(name), before[name].defaults)
            for name, c in configurations.items()
        }
    files |= {name: merge.text for name, merge in merged.items()}
    return Rendering(
        files=files,
        templates=templates,
        missing=_missing(parameters, merged, set_by_pipeline=application.version_parameter),
        configurations=merged,
        theirs=frozenset(theirs),
    )


def shared_rendering(
    shared: Shared,
    *,
    edition: Edition | None = None,
    fleet: Fleet | None = None,
    folder: Path | None = None,
    force: bool = False,
) -> Rendering:
    """Render the stacks that applications share, with a Makefile and a README for their deployment.

    Args:
        shared: what they share.
        edition: how it is built; absent: the current edition.
        fleet: whose pipeline deploys the stacks; absent: people do.
        folder: where the files go; absent: as if it were empty.
        force: whether files of the folder that were not rendered may be replaced.

    Raises:
        EditionError: the edition has nothing that is shared.
        OutputError: files of the folder cannot be read, or would be lost, with each of them.

    """
    edition = chosen(edition)
    line = f"{HEADER} ({edition.name} edition) from {shared.where}."
    built = edition.shared_templates(shared, fleet)
    templates = {name: template.to_dict() for name, template in built.items()}
    targets = edition.shared_targets(shared, fleet)
    files = {name: emit(template, header=line) for name, template in templates.items()}
    texts = {
        **{name: write_text(shared) for name, write_text in edition.shared_files.items()},
        "Makefile": shared_makefile(shared, targets),
        "README.md": f"\n{shared_readme(shared, fleet, targets, templates)}",
    }
    files |= {name: f"# {line}\n{text}" for name, text in texts.items() if text is not None}
    if folder is not None:
        _existing(files, {}, folder, force=force)
    return Rendering(files=files, templates=templates, missing={})


def fleet_rendering(
    fleet: Fleet,
    *,
    edition: Edition,
    applications: Mapping[str, Sequence[FleetStack]],
    removed: Mapping[str, Sequence[FleetStack]],
    shared: str | None,
    configuration: str,
    folder: Path,
    force: bool = False,
) -> Rendering:
    """Render the pipeline of pipelines, with a Makefile and a README for its first deployment.

    Args:
        fleet: what it is.
        edition: how it is built.
        applications: the stacks of each application, by its name.
        removed: those of applications that are no longer in the configuration file.
        shared: which of both are what applications share; None: they share nothing.
        configuration: the path to the configuration file.
        folder: where the files go.
        force: whether files of the folder that were not rendered may be replaced.

    Raises:
        EditionError: the edition has no fleets.
        ModelError: a parameter without a value, or more than a pipeline can deploy.
        OutputError: files of the folder cannot be read, or would be lost, with each of them.

    """
    line = f"{HEADER} ({edition.name} edition) from {fleet.where}."
    templates = edition.fleet_templates(
        fleet, applications=applications, removed=removed, shared=shared, file=configuration
    )
    others = account_stacks(fleet, applications, removed)
    targets = [
        Target(
            name=stack.target,
            file=stack.file,
            stack=stack.stack,
            capabilities=stack.capabilities,
            place=Place(
                account=stack.account or fleet.account,
                region=stack.region or fleet.region,
                is_home=stack.region is None and stack.account is None,
            ),
            outputs={name: (target, output) for name, (target, output) in stack.outputs.items()},
        )
        for stack in [boundary_stack(fleet), *others, *own_stacks(fleet, applications, removed)]
    ]
    files = {name: emit(template, header=line) for name, template in templates.items()}
    large = [name for name, text in files.items() if len(text.encode()) > TEMPLATE_BODY]
    files["Makefile"] = f"# {line}\n{stacks_makefile(fleet.name, targets)}"
    text = fleet_readme(fleet, targets, large=large, has_shared=shared in applications)
    files["README.md"] = f"# {line}\n\n{text}"
    _existing(files, {}, folder, force=force)
    return Rendering(files=files, templates=templates, missing={})


def render(
    application: Application | None = None, *, edition: Edition | None = None
) -> dict[str, str]:
    """Render every file of an edition; return the texts by file name, as ``rendering`` does."""
    return rendering(application, edition=edition).files


def write(
    application: Application | None,
    folder: str | Path,
    *,
    edition: Edition | None = None,
    force: bool = False,
) -> list[Change]:
    """Render every file of an edition into a folder.

    Files that are stale are replaced as a whole: all of them, or none if one cannot be written.
    Configuration files keep what people filled in, unless the model says otherwise; a file that
    was not rendered is not replaced.

    Args:
        application: None: the edition's own example.
        folder: created if it does not exist.
        edition: how the system is built; absent: the current edition.
        force: whether files that were not rendered may be replaced, too.

    Returns:
        Each file, and whether it was written.

    Raises:
        OutputError: the folder cannot be written to, or files that were not rendered would be
            lost; the message names each of them.

    """
    folder = Path(folder)
    rendered = rendering(application, edition=edition, folder=folder, force=force)
    configurations = rendered.configurations
    return [
        replace(change, replaced=configurations[change.path.name].replaced)
        if change.path.name in configurations
        else change
        for change in write_files(rendered.files, folder)
    ]


def _configurations(
    application: Application, edition: Edition, parameters: Mapping[str, Any]
) -> dict[str, Configuration]:
    """Return the environments' configurations, by file name, for a template's parameters."""
    return {
        f"{environment.name}.json": edition.configuration(application, environment, parameters)
        for environment in application.environments
    }


def _former(parameters: Mapping[str, Any], stack: str) -> dict[str, Any]:
    """Return the parameters as they were in a text of the stack's template, but for other forms.

    Those that the template does not have any more are among them.
    """
    try:
        former = load(stack).get("Parameters")
    except TemplateError:
        return {}
    if not isinstance(former, dict):
        return {}
    return {
        name: parameter
        for name, parameter in former.items()
        if isinstance(parameter, dict)
        and (name not in parameters or _form(parameter) == _form(parameters[name]))
    }


def _form(parameter: Any) -> Any:
    """Return the keys of a parameter with the types of their values."""
    return {k: type(v) for k, v in parameter.items()} if isinstance(parameter, dict) else None


def _existing(
    files: Iterable[str], configurations: Container[str], folder: Path, *, force: bool
) -> dict[str, str]:
    """Return the files of the folder that rendering may replace, or merges.

    Raises:
        OutputError: files would be lost, and ``force`` is not set.

    """
    texts = {name: text for name, text in read_files(files, folder).items() if text.strip()}
    reasons: dict[str, str] = {}
    for name, text in texts.items():
        if name in configurations:
            if reason := problem(text):
                reasons[name] = reason
        elif not is_rendered(text):
            reasons[name] = "was not rendered by cfn-pipeline"
    if reasons and not force:
        lines = [f"{folder / name}: {reason}" for name, reason in reasons.items()]
        raise OutputError(*lines, _WAY_OUT)
    return {name: text for name, text in texts.items() if name not in reasons}


def _own_file(application: Application, folder: Path | None) -> dict[str, str]:
    """Return the text of an own template that is in the folder already, by file name, or nothing.

    It is a person's file, so it stays as it is.
    """
    own = application.stack
    if own is None or own.path is None or folder is None:
        return {}
    path = Path(own.path)
    return {own.file: read_text(path)} if path.resolve().parent == folder.resolve() else {}


def _missing(
    parameters: Mapping[str, Any], merged: Mapping[str, Merge], *, set_by_pipeline: str | None
) -> dict[str, list[str]]:
    """Return the parameters without a default that configurations lack, by environment."""
    needed = [
        name
        for name, parameter in parameters.items()
        if "Default" not in parameter and name != set_by_pipeline
    ]
    missing = {}
    for file, merge in merged.items():
        if lacking := [name for name in needed if not merge.parameters.get(name)]:
            missing[file.removesuffix(".json")] = lacking
    return missing


def _target_problems(application: Application, edition: Edition) -> Iterator[str]:
    """Yield environments with the name of a template, for ``make deploy/``."""
    targets = [stack.target for stack in edition.stacks_of(application)]
    for environment in application.environments:
        if environment.name in targets:
            yield (
                f"{application.where}: environment name {environment.name!r} is also the name of "
                f"a template ({environment.name}.yml); use another name"
            )


def _size_problems(application: Application, templates: Mapping[str, str]) -> Iterator[str]:
    """Yield templates that CloudFormation takes from a bucket only."""
    for name, text in templates.items():
        if (size := len(text.encode())) > TEMPLATE_BODY:
            way_out = "fewer environments"
            if name == application.stack_file:
                way_out = "fewer containers, or shorter commands and variables"
            yield (
                f"{application.where}: {name} would have {size:,} bytes; CloudFormation takes "
                f"{TEMPLATE_BODY:,} without a bucket; use {way_out}"
            )


def _unknown_parameters(application: Application, known: Mapping[str, Any]) -> Iterator[str]:
    for environment in application.environments:
        for name in environment.parameters:
            if name not in known:
                yield (
                    f"{application.where}, {environment.where}: unknown parameter {name!r}; the "
                    f"parameters of {application.stack_file} are {', '.join(known) or 'none'}"
                )


def _header(application: Application, edition: Edition) -> str:
    """Return the first line of every rendered file that can hold a comment."""
    return f"{HEADER} ({edition.name} edition) from the application {application.name}."
