"""What messages say of a value or a key that does not fit, and of the way out."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

import yaml

from cfn_pipeline.config.kinds import (
    default_kind,
    fields,
    is_model,
    options,
    short_field,
)

#: What YAML 1.1 reads as a boolean.
_BOOLEANS = ("true", "false", "yes", "no", "on", "off")

#: The fewest characters of a key that is cut short, such as env.
_SHORTEST_PREFIX = 3


def advice(node: Any, kinds: Sequence[Any], about: str) -> str:
    """Return the way out of a plain value that does not fit, as an end of a sentence."""
    if str in kinds:
        return f'; put it in quotes: "{node.value}"'
    if _has_needless_quotes(node, kinds):
        return "; remove the quotes"
    if int in kinds and re.match(r"[\d.,]+\s*[A-Za-z]", node.value):
        return f"; use the number alone: {re.split('[;.]', about)[0]}" if about else ""
    items = [get_args(kind)[0] for kind in kinds if get_origin(kind) is Sequence]
    if any(item is str or (is_model(item) and short_field(item)) for item in items):
        words = node.value.split("," if "," in node.value else None)
        return f"; use [{', '.join(_as_string(word.strip()) for word in words)}]"
    return ""


def _as_string(word: str) -> str:
    """Return a word as YAML reads it as a string within a list."""
    return word if re.fullmatch(r"[A-Za-z./_][\w./:=-]*", word) else json.dumps(word)


def _has_needless_quotes(node: Any, kinds: Sequence[Any]) -> bool:
    """Whether a string would be what is wanted without its quotes."""
    is_number = int in kinds and node.value.isdecimal()
    is_boolean = bool in kinds and node.value.lower() in _BOOLEANS
    return is_number or (is_boolean and node.style in ("'", '"'))


def unaccepted(name: str, entries: Mapping[str, Any], accepted: Mapping[str, Any]) -> str:
    """Return the message for an unknown key, which may be one of an empty key beside it."""
    for other, (_, node) in entries.items():
        if other in accepted and isinstance(node, yaml.ScalarNode) and not node.value:
            kinds = [default_kind(kind) for kind in options(accepted[other][0]) if is_model(kind)]
            models = [kind for kind in kinds if hasattr(kind, "__dataclass_fields__")]
            if any(name in fields(kind) for kind in models):
                return f"unknown key {name!r}; it is a key of {other}: indent it below {other}"
    return unknown(name, list(accepted))


def unknown(name: str, accepted: Sequence[str]) -> str:
    """Return the message for a key that is not among those that are accepted."""
    near = difflib.get_close_matches(name, accepted, 1) or [
        key for key in accepted if len(name) >= _SHORTEST_PREFIX and key.startswith(name)
    ]
    if near:
        return f"unknown key {name[:60]!r}; did you mean {near[0]!r}?"
    return f"unknown key {name[:60]!r}; the keys are {', '.join(accepted)}"


def listed(names: Sequence[str]) -> str:
    """Return names among which one is chosen, in words."""
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0]


def kind_of(node: Any) -> str:
    """Return what a node is, in words."""
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list" if node.value else "an empty list"
    kind = node.tag.rpartition(":")[2]
    words = {"null": "nothing", "int": "a number", "float": "a number", "bool": "a boolean"}
    return f"{node.value[:60]}, {words.get(kind, 'a string')}" if node.value else "nothing"


def described(hint: Any) -> str:
    """Return what an annotation takes, in words."""
    words = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
    texts = []
    for option in options(hint):
        if is_model(option):
            kind = default_kind(option)
            short = short_field(kind)
            scalar = "" if short is None else f"{described(fields(kind)[short][0])} or "
            texts.append(f"{scalar}a mapping")
        elif get_origin(option) is Sequence:
            texts.append("a list")
        elif get_origin(option) is Mapping:
            texts.append("a mapping")
        elif option in words:
            texts.append(words[option])
    return " or ".join(dict.fromkeys(texts))
