"""Editions by name; each is loaded when it is asked for."""

from importlib import import_module

from cfn_pipeline.editions.edition import Edition
from cfn_pipeline.errors import EditionError

__all__ = ["EDITIONS", "edition"]

#: The names of the editions, the default one first.
EDITIONS = ("current", "book")


def edition(name: str) -> Edition:
    """Load the edition of that name.

    Raises:
        EditionError: there is no such edition.

    """
    if name not in EDITIONS:
        raise EditionError(f"unknown edition {name!r}; the editions are {', '.join(EDITIONS)}")
    loaded: Edition = getattr(import_module(f"cfn_pipeline.editions.{name}"), name.upper())
    return loaded
