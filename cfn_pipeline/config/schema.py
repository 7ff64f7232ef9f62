"""The JSON Schema of the configuration file, from the model's annotations and docstrings.

https://json-schema.org/draft/2020-12/schema
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from cfn_pipeline.config.kinds import (
    alternatives,
    descriptions,
    fields,
    is_model,
    is_required,
    options,
    short_field,
    type_name,
)
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.shared import Shared

_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def config_schema() -> dict[str, Any]:
    """Return the schema of ``cfn-pipeline.yml``, draft 2020-12."""
    definitions: dict[str, Any] = {}
    application = _reference(Application, definitions)
    defaults = {**definitions["Application"], "description": "Keys of every application."}
    for key in ("required", "markdownDescription"):
        defaults.pop(key, None)
    shared = _reference(Shared, definitions)
    fleet = _reference(Fleet, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cfn-pipeline.yml",
        "description": "Applications, and the pipelines that deliver them.",
        "type": "object",
        "properties": {
            "applications": {
                "description": "The applications; each has a folder of its own when rendered.",
                "type": "array",
                "items": application,
                "minItems": 1,
            },
            "defaults": defaults,
            "shared": shared,
            "fleet": fleet,
        },
        "required": ["applications"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def _reference(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Describe a class of the model once, and refer to it."""
    reference = {"$ref": f"#/$defs/{kind.__name__}"}
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}
        choice = alternatives(kind)
        definitions[kind.__name__] = (
            {
                **_text(_summary(kind)),
                "anyOf": [_reference(leaf, definitions) for leaf in choice.values()],
            }
            if choice
            else _object(kind, definitions)
        )
    return reference


def _object(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    texts = descriptions(kind)
    accepted = fields(kind)
    properties = {
        name: {**_text(texts[name]), **_described(hint, definitions), **_default(field)}
        for name, (hint, field) in accepted.items()
    }
    required = [name for name, (_, field) in accepted.items() if is_required(field)]
    if any(vars(base).get("is_choice", False) for base in kind.__mro__):
        properties = {"type": {"const": type_name(kind)}, **properties}
        if type_name(kind) != kind.default_type:
            required = ["type", *required]
    whole = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    about = _text(_summary(kind))
    short = short_field(kind)
    if short is None:
        return {**about, **whole}
    scalar = {"type": _SCALARS[options(accepted[short][0])[0]], **_text(texts[short])}
    return {**about, "anyOf": [scalar, whole]}


def _text(text: str) -> dict[str, str]:
    """Return a description, and where it has code the same as Markdown, which editors show."""
    if "``" not in text:
        return {"description": text}
    return {
        "description": text.replace("``", ""),
        "markdownDescription": text.replace("``", "`"),
    }


def _default(field: Any) -> dict[str, Any]:
    """Return the default of a key, where it is a plain value."""
    return {"default": field.default} if isinstance(field.default, (str, int, float)) else {}


def _described(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    forms = [form for option in options(hint) if (form := _form(option, definitions))]
    if all(set(form) == {"type"} for form in forms):
        types = [form["type"] for form in forms]
        return {"type": types[0] if len(types) == 1 else types}
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _form(option: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(option), get_args(option)
    if is_model(option):
        return _reference(option, definitions)
    if origin is Sequence:
        return {"type": "array", "items": _described(arguments[0], definitions)}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _described(arguments[1], definitions)}
    return {"type": _SCALARS[option]} if option in _SCALARS else {}


def _summary(kind: Any) -> str:
    return inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " ")
