"""The deployment folder of an application: what is deployed from it, and whether it is stale."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from cfn_pipeline import project
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.applications import placed_applications
from cfn_pipeline.editions.loading import edition as load_edition
from cfn_pipeline.errors import DeploymentError, OutputError
from cfn_pipeline.files.makefile import Place, Target
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.manifest import MANIFEST, Manifest, read_manifest
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.shared import SHARED, Shared
from cfn_pipeline.output import read_files
from cfn_pipeline.template.header import is_rendered


@frozen
class DeploymentFolder(Frozen):
    """A folder with the rendered files of one application, or of what applications share.

    Args:
        path: where the files are.
        application: the application; None: the edition's example, unless ``shared`` is given.
        shared: what applications share, which is deployed in place of one.
        shared_path: where its files are.
        fleet: whose pipeline deploys that, too.
        place: where it is deployed.
        edition: the name of the edition.
        config: the file from which it is rendered; None: it has the edition's example.

    """

    path: Path
    application: Application | None = None
    shared: Shared | None = None
    shared_path: Path = Path(SHARED)
    fleet: Fleet | None = None
    place: Place = Place()
    edition: str
    config: Path | None = None

    def targets(self) -> Sequence[Target]:
        """Return the stacks, in the order in which they are deployed."""
        edition = load_edition(self.edition)
        if self.shared is not None:
            return edition.shared_targets(self.shared, self.fleet, place=self.place)
        return edition.targets(self.application or edition.application)

    def shared_exports(self) -> Mapping[str, Sequence[str]]:
        """Return what the application may import of what it shares: exports by stack."""
        shared = None if self.application is None else self.application.shared
        if shared is None:
            return {}
        edition = load_edition(self.edition)
        templates = edition.shared_templates(shared)
        return {
            target.stack: [
                str(output["Export"]["Name"])
                for output in templates[target.file].to_dict().get("Outputs", {}).values()
                if "Export" in output
            ]
            for target in edition.shared_targets(shared)
        }

    def rendering(self, chosen: Sequence[Target]) -> project.Rendering:
        """Return what is rendered, which the files of targets are equal to.

        Raises:
            OutputError: the folder has no templates, or those of another application.
            SystemExit: a template or a configuration file is stale; a message names each.

        """
        edition = load_edition(self.edition)
        needed = [target.file for target in chosen]
        needed += [f"{t.environment.name}.json" for t in chosen if t.environment is not None]
        existing = read_files(dict.fromkeys(needed), self.path)
        if not existing:
            raise OutputError(
                f"{self.path}: has no rendered templates; begin with cfn-pipeline new NAME, or "
                "cfn-pipeline render"
            )
        templates = [name for name in existing if name.endswith(".yml")]
        others = [name for name in templates if not is_rendered(existing[name])]
        if self.config is None and others:
            raise OutputError(
                f"{self.path}: not rendered by cfn-pipeline: {', '.join(others)}; deploy takes "
                "what render or new has written; use aws cloudformation deploy"
            )
        rendered = (
            project.rendering(self.application, edition=edition, folder=self.path)
            if self.shared is None
            else project.shared_rendering(
                self.shared, edition=edition, fleet=self.fleet, folder=self.path
            )
        )
        stale = [name for name in existing if existing[name] != rendered.files[name]]
        stale += [name for name in dict.fromkeys(needed) if name not in existing]
        if not stale:
            return rendered
        if self.config is None and any(
            _first_line(existing[name]) != _first_line(rendered.files[name])
            for name in existing
            if name.endswith(".yml")
        ):
            raise OutputError(
                f"{self.path}: was not rendered from {edition.application.name} in the "
                f"{edition.name} edition; use --config or --edition, or the folder's Makefile"
            )
        command = "cfn-pipeline render"
        command += f" -o {self.path}" if self.config is None else f" --config {self.config}"
        printing.message(
            f"{self.path}: not as rendered: {', '.join(stale)}; run {command}, look at the "
            "difference, then deploy"
        )
        raise SystemExit(1)


def deployment_folder(
    path: Path, *, config: Path | None, application: str | None, edition: str
) -> DeploymentFolder:
    """Return the folder of an application, or of what applications share.

    Args:
        path: the folder of the command line.
        config: the configuration file; None: the folder's manifest names it, or the folder has the
            edition's example.
        application: which one of several; None: the only one.
        edition: the name of the edition.

    Raises:
        DeploymentError: the application must be named, or does not exist; the manifest cannot be
            read.
        ModelError: every mistake in the configuration file.

    """
    manifest = read_manifest(path) if config is None else None
    if manifest is not None:
        config = Path(os.path.normpath(path / manifest.configuration))
    if config is None and os.path.lexists(path / MANIFEST):
        raise DeploymentError(
            f"{path / MANIFEST}: cannot be read; use --config, or render the folder again"
        )
    if config is None:
        return DeploymentFolder(path=path, edition=edition)
    placed = placed_applications(config, path)
    applications = {each.name: each for each in placed.values()}
    first = next(iter(applications.values()))
    names = [*([] if first.shared is None else [SHARED]), *applications]
    if manifest is not None:
        application = _of_manifest(path, manifest, application)
    elif application is None and len(applications) > 1:
        raise DeploymentError(
            f"{config} has {len(applications)} applications; add --application, one of "
            f"{', '.join(names)}"
        )
    name = application or first.name
    if name not in names:
        raise DeploymentError(f"{config} has no application {name!r}: use {', '.join(names)}")
    has_own_folder = path not in placed or name == SHARED
    root, place = path, path / name if has_own_folder else path
    if manifest is not None and has_own_folder:
        root, place = Path(os.path.normpath(path / os.pardir)), path
    return DeploymentFolder(
        path=place,
        application=applications.get(name),
        shared=first.shared if name == SHARED else None,
        shared_path=root / SHARED,
        fleet=first.fleet,
        place=_common_place([*applications.values()]),
        edition=edition,
        config=config,
    )


def _of_manifest(path: Path, manifest: Manifest, application: str | None) -> str:
    """Return which application a folder has, by its manifest.

    Raises:
        DeploymentError: another one is wanted, or it is the folder of a fleet.

    """
    name = manifest.application or path.resolve().name
    if not manifest.application and name != SHARED:
        raise DeploymentError(f"{path}: has the pipeline of a fleet; use its Makefile")
    if application not in (None, name):
        raise DeploymentError(f"{path}: has the application {name!r}; remove --application")
    return name


def _common_place(applications: Sequence[Application]) -> Place:
    """Return the account and region that all pipelines have in common."""
    accounts = {each.account for each in applications}
    regions = {each.region for each in applications}
    return Place(
        account=accounts.pop() if len(accounts) == 1 else None,
        region=regions.pop() if len(regions) == 1 else None,
    )


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]
