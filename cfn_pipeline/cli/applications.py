"""Applications of a configuration file, each with its folder."""

from pathlib import Path

from cfn_pipeline.model.application import Application


def placed_applications(config: Path, folder: Path | None = None) -> dict[Path, Application]:
    """Return the applications of a configuration file, by the folder to which each is rendered.

    Several applications, and those of a fleet, have a folder each, with the application's name.

    Args:
        config: the file.
        folder: where they are rendered; None: where the file is.

    Raises:
        OutputError: the file cannot be read.
        ModelError: every mistake in it.

    """
    from cfn_pipeline.config.reading import read_config_file

    applications = read_config_file(config)
    folder = config.parent if folder is None else folder
    if len(applications) == 1 and applications[0].fleet is None:
        return {folder: applications[0]}
    return {folder / application.name: application for application in applications}
