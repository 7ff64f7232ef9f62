"""How the model's dataclasses are written in the configuration file."""

import dataclasses
import inspect
import re
import types
from collections.abc import Iterator
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from cfn_pipeline.model import aurora as aurora

# A class is among the choices when its module is loaded.
from cfn_pipeline.model import cluster_releases as cluster_releases
from cfn_pipeline.model import commands as commands
from cfn_pipeline.model import existing_database as existing_database
from cfn_pipeline.model import instance_releases as instance_releases
from cfn_pipeline.model import invocations as invocations
from cfn_pipeline.model import managed_instances as managed_instances
from cfn_pipeline.model import releases as releases
from cfn_pipeline.model import stack_sets as stack_sets
from cfn_pipeline.model.validated import Validated


def options(hint: Any) -> tuple[Any, ...]:
    """Return the alternatives of a union, or the annotation itself."""
    is_union = get_origin(hint) in (Union, types.UnionType)
    return get_args(hint) if is_union else (hint,)


def is_model(hint: Any) -> bool:
    """Whether an annotation is a class of the model."""
    return isinstance(hint, type) and issubclass(hint, Validated)


@cache
def fields(kind: Any) -> dict[str, tuple[Any, dataclasses.Field[Any]]]:
    """Return the annotation and the field of each key of a class, in their order.

    A field with ``python_only`` in its metadata cannot be written in a file.
    """
    hints = get_type_hints(kind)
    return {
        field.name: (hints[field.name], field)
        for field in dataclasses.fields(kind)
        if "python_only" not in field.metadata
    }


def is_required(field: dataclasses.Field[Any]) -> bool:
    """Whether a field has no default."""
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def short_field(kind: Any) -> str | None:
    """Return the field that a plain string stands for: the class's only positional one.

    ``source: acme/orders`` is ``Repository("acme/orders")``.
    """
    kind = default_kind(kind)
    if not hasattr(kind, "__dataclass_fields__"):
        return None
    positional = [name for name, (_, field) in fields(kind).items() if not field.kw_only]
    return positional[0] if len(positional) == 1 else None


def descriptions(kind: Any) -> dict[str, str]:
    """Return the text of each field in a class's docstring, bases last."""
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        section = inspect.cleandoc(base.__doc__ or "").partition("\nArgs:\n")[2]
        section = re.split(r"\n\S", section, maxsplit=1)[0]
        for entry in re.split(r"\n    (?=\w+: )", f"\n{section}"):
            name, colon, text = entry.strip().partition(": ")
            if colon:
                texts[name] = " ".join(text.split())
    return texts


@cache
def alternatives(kind: Any) -> dict[str, Any]:
    """Return the classes among which the key ``type`` chooses, by its value; or none."""
    if not vars(kind).get("is_choice", False):
        return {}
    return dict(sorted((type_name(leaf), leaf) for leaf in _leaves(kind)))


def default_kind(kind: Any) -> Any:
    """Return the class that a value without the key ``type`` has: of a choice, its default.

    A choice without a default, and any other class, is returned as it is.
    """
    choice = alternatives(kind)
    return choice[kind.default_type] if choice and kind.default_type else kind


def type_name(kind: Any) -> str:
    """Return the value of the key ``type`` for a class: ``managed_instances``, ``mysql``."""
    if kind.type_name:
        return str(kind.type_name)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()


def _leaves(kind: Any) -> Iterator[Any]:
    """Yield the package's own classes; a class of another program is for Python."""
    for subclass in kind.__subclasses__():
        if subclass.python_only or not subclass.__module__.startswith("cfn_pipeline."):
            continue
        if not vars(subclass).get("is_choice", False):
            yield subclass
        yield from _leaves(subclass)
