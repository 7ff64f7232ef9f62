"""The stacks of applications as manifests keep them, for the pipeline that deploys them."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cfn_pipeline.editions.edition import Edition
from cfn_pipeline.errors import OutputError
from cfn_pipeline.files.makefile import Place, Target
from cfn_pipeline.manifest import MANIFEST, Manifest
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.shared import Shared
from cfn_pipeline.stacks.fleet.pipeline import FleetStack


def targets_of(
    application: Application, edition: Edition, templates: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the stacks of an application, as its manifest keeps them.

    Args:
        application: the application; without a fleet, none are kept.
        edition: in which it is rendered.
        templates: in long form, by file name.

    """
    if application.fleet is None:
        return []
    home = Place(account=application.account, region=application.region)
    targets = edition.targets(application)
    return [_kept(each, home, templates) for each in targets]


def shared_targets_of(
    shared: Shared,
    fleet: Fleet | None,
    edition: Edition,
    templates: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return the stacks that applications share, as their manifest keeps them.

    Args:
        shared: what they share.
        fleet: whose pipeline deploys it; None: none are kept.
        edition: in which it is rendered.
        templates: in long form, by file name.

    """
    if fleet is None:
        return []
    targets = edition.shared_targets(shared, fleet)
    return [_kept(each, each.place, templates) for each in targets]


def _kept(
    target: Target, home: Place, templates: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    place = target.place
    parameters = templates[target.file].get("Parameters", {})
    return {
        "target": target.name,
        "file": target.file,
        "stack": target.stack,
        "capabilities": [*target.capabilities],
        "account": None if place.account == home.account else place.account,
        "region": None if place.region == home.region else place.region,
        "parameters": {
            name: None if "Default" not in p else str(p["Default"])
            for name, p in parameters.items()
            if target.environment is None
        },
        "outputs": {name: [*output] for name, output in target.outputs.items()},
        "is_own": target.environment is not None,
    }


def fleet_stacks(manifest: Manifest, folder: Path, root: Path) -> list[FleetStack]:
    """Return the stacks of a manifest.

    Args:
        manifest: of an application.
        folder: where it is.
        root: the folder of the configuration file.

    Raises:
        OutputError: the manifest was changed by a person.

    """
    beside = Path(os.path.relpath(folder, root)).as_posix()
    prefix = "" if beside == "." else f"{beside}/"
    try:
        return [_stack(kept, prefix) for kept in manifest.targets]
    except (KeyError, TypeError, AttributeError) as error:
        raise OutputError(
            f"{folder / MANIFEST}: cannot be read; remove it, and render again"
        ) from error


def _stack(kept: Mapping[str, Any], prefix: str) -> FleetStack:
    return FleetStack(
        target=kept["target"],
        path=f"{prefix}{kept['file']}",
        stack=kept["stack"],
        capabilities=kept["capabilities"],
        account=kept["account"],
        region=kept["region"],
        parameters=kept["parameters"],
        outputs=kept["outputs"],
        is_own=kept["is_own"],
    )
