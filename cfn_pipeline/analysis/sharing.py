"""The stacks that applications share: rendered into a folder beside those of the applications."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.reading import read_folder
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.template.header import is_rendered

#: The name of their folder, as it is rendered.
_SHARED = "shared"


def with_shared(system: System, folder: Path) -> tuple[System, Path | None]:
    """Return a system with the templates of the stacks that an application shares with others.

    They are found if both are rendered, and one imports from the other.

    Args:
        system: the templates of a folder.
        folder: the folder.

    Returns:
        The system, and the folder of what is shared; None if it imports nothing from there.

    """
    if not system.is_rendered:
        return system, None
    imported = {name for template in system.templates for name in _imports(template.content)}
    for place in (folder / _SHARED, _parent(folder) / _SHARED):
        templates = _rendered(place)
        if imported & {name for template in templates for name in _exports(template)}:
            return replace(system, templates=[*system.templates, *templates]), place
    return system, None


def _parent(folder: Path) -> Path:
    return folder.parent if folder.name else folder / ".."


def _rendered(folder: Path) -> Sequence[Template]:
    """Return the templates of a folder that were rendered; none if it has none."""
    if not folder.is_dir():
        return ()
    try:
        templates = read_folder(folder, {}).templates
    except TemplateError:
        return ()
    return [template for template in templates if is_rendered(template.text or "")]


def _imports(value: Any) -> Iterator[str]:
    """Yield the names that are imported, as far as they are written down."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(name := value.get("Fn::ImportValue"), str):
                yield name
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _exports(template: Template) -> Iterator[str]:
    for output in template.section("Outputs").values():
        export = output.get("Export") if isinstance(output, dict) else None
        if isinstance(export, dict) and isinstance(name := export.get("Name"), str):
            yield name
