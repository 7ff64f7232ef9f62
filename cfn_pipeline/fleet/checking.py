"""Checks what is rendered: an application together with the stacks that it shares with others."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from cfn_pipeline import project
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.analysis.system import Template
from cfn_pipeline.checks import RULES, check_system, selected
from cfn_pipeline.checks.locating import located
from cfn_pipeline.checks.reports import Located
from cfn_pipeline.editions.loading import edition as load_edition
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.shared import SHARED, Shared


def findings(rendered: project.Rendering, shared: Sequence[Template] = ()) -> list[Located]:
    """Return what the checks find, with lines.

    Args:
        rendered: the files.
        shared: the templates of stacks that they import from; empty: none.

    """
    files = rendered.files
    system = read_texts(files, parsed=rendered.templates, is_rendered=True)
    texts = {**files, **{template.file: template.text or "" for template in shared}}
    if shared:
        system = replace(system, templates=[*system.templates, *shared])
    # Deployment roles are derived from the templates that they deploy: E9817 would derive again.
    found = check_system(system, selected(RULES, ignore=["E9817"]))
    return located(found, lambda name: texts[name])


def shared_by(
    application: Application | None, *, edition: str, folder: str = SHARED
) -> Sequence[Template]:
    """Return the templates of what an application shares; none if it shares nothing.

    Args:
        application: the application.
        edition: the name of the edition.
        folder: the path to these templates, as findings name it.

    """
    if application is None or application.shared is None:
        return ()
    return _templates(application.shared, edition, folder)


@cache
def _templates(shared: Shared, edition: str, folder: str) -> Sequence[Template]:
    """Return the templates; once for all applications of a process."""
    rendered = project.shared_rendering(shared, edition=load_edition(edition))
    return [
        Template(f"{folder}/{name}", content, rendered.files[name])
        for name, content in rendered.templates.items()
    ]
