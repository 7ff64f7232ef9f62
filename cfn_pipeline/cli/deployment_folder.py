"""The deployment folder of an application: what is deployed from it, and whether it is stale."""

from collections.abc import Sequence
from pathlib import Path

from cfn_pipeline import project
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.applications import placed_applications
from cfn_pipeline.editions.loading import edition as load_edition
from cfn_pipeline.errors import DeploymentError, OutputError
from cfn_pipeline.files.makefile import Target
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.application import Application
from cfn_pipeline.output import read_files


@frozen
class DeploymentFolder(Frozen):
    """A folder with the rendered files of one application.

    Args:
        path: where the files are.
        application: the application; None: the edition's example.
        edition: the name of the edition.
        config: the file from which it is rendered; None: it has the edition's example.

    """

    path: Path
    application: Application | None
    edition: str
    config: Path | None

    def targets(self) -> Sequence[Target]:
        """Return the stacks, in the order in which they are deployed."""
        edition = load_edition(self.edition)
        return edition.targets(self.application or edition.application)

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
        rendered = project.rendering(self.application, edition=edition, folder=self.path)
        stale = [name for name in existing if existing[name] != rendered.files[name]]
        stale += [name for name in dict.fromkeys(needed) if name not in existing]
        if not stale:
            return rendered
        if self.application is None and any(
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
    """Return the folder of an application.

    Args:
        path: the folder of the command line.
        config: the configuration file; None: the folder has the edition's example.
        application: which one of several; None: the only one.
        edition: the name of the edition.

    Raises:
        DeploymentError: the application must be named, or does not exist.
        ModelError: every mistake in the configuration file.

    """
    if config is None:
        return DeploymentFolder(path=path, application=None, edition=edition, config=None)
    placed = {a.name: (place, a) for place, a in placed_applications(config, path).items()}
    if application is None and len(placed) > 1:
        raise DeploymentError(
            f"{config} has {len(placed)} applications; add --application, one of "
            f"{', '.join(placed)}"
        )
    name = application or next(iter(placed))
    if name not in placed:
        raise DeploymentError(f"{config} has no application {name!r}: use {', '.join(placed)}")
    place, chosen = placed[name]
    return DeploymentFolder(path=place, application=chosen, edition=edition, config=config)


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]
