"""Editions by name; each is loaded when it is asked for."""

from collections.abc import Mapping
from importlib import import_module

from troposphere import Template

from cfn_pipeline.editions import EDITIONS
from cfn_pipeline.editions.edition import Edition
from cfn_pipeline.errors import EditionError
from cfn_pipeline.model.application import Application
from cfn_pipeline.stacks.builders.combining import Given, set_values


def edition(name: str) -> Edition:
    """Load the edition of that name.

    Raises:
        EditionError: an unknown name.

    """
    if name not in EDITIONS:
        raise EditionError(f"unknown edition {name!r}; the editions are {', '.join(EDITIONS)}")
    loaded: Edition = getattr(import_module(f"cfn_pipeline.editions.{name}"), name.upper())
    return loaded


def chosen(edition_: Edition | None) -> Edition:
    """Return the edition; absent: the default one.

    Raises:
        EditionError: something that is not an Edition.

    """
    if edition_ is None:
        return edition(EDITIONS[0])
    if not isinstance(edition_, Edition):
        raise EditionError(
            f"edition must be an Edition (got {edition_!r:.60}); use CURRENT or BOOK"
        )
    return edition_


def application_template(
    application: Application,
    *,
    edition: Edition | None = None,
    values: Mapping[str, Given] | None = None,
) -> Template:
    """Make the application's own stack: network, compute, load balancer, service and the rest.

    ::

        template = application_template(application)
        template.resources["ApplicationTaskRole"].Policies = [policy]
        print(emit(template))

    Args:
        application: what is deployed.
        edition: how it is built; absent: the current edition.
        values: in place of its parameters, by their names, and of what it imports from its
            environment's stack: ``key``, ``boundary`` and ``log_bucket``. A parameter with a value
            is left out. Absent: it has all parameters and imports.

    Raises:
        EditionError: the edition has no builder of an aspect of the application.
        ModelError: a value for a parameter that the template does not have.

    """
    template = chosen(edition).application_template(application)
    set_values(template, values or {})
    return template
