"""Read templates, YAML or JSON, into their long form."""

import json
import math
from typing import Any

import yaml

from cfn_pipeline.errors import TemplateError
from cfn_pipeline.printable import printable
from cfn_pipeline.template.composing import (
    DEEPEST,
    composed,
    refuse_json_depth,
    refuse_size,
    yaml_problem,
)

#: Characters of a number; the largest one that JSON readers take for a number has 309 digits.
_LONGEST_NUMBER = 330
_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.CSafeLoader):
    """PyYAML's C loader, which knows CloudFormation's short forms.

    The last of doubled keys wins.
    """


class _StrictLoader(_Loader):
    """The loader that refuses doubled keys."""


class _UntaggedLoader(_Loader):
    """The loader that takes tags such as ``!Ref`` for nothing."""


def load(
    text: str,
    *,
    source: str = "template",
    what: str = "a template must be a mapping with Resources",
    strict: bool = True,
    short_forms: bool = True,
) -> dict[str, Any]:
    """Read a template.

    Args:
        text: YAML or JSON; short forms (``!Ref X``) become long forms (``{"Ref": "X"}``).
        source: the file's name, for messages.
        what: the beginning of the message about a text that is not a mapping.
        strict: whether doubled keys are an error; otherwise the last one wins, as for
            CloudFormation.
        short_forms: whether ``!Ref X`` means ``{"Ref": "X"}``; otherwise tags are left out, as in
            files that CloudFormation does not read.

    Returns:
        The template as plain mappings, lists, strings, numbers and booleans. A date
        (``2010-09-09``) stays the string that it is to CloudFormation.

    Raises:
        TemplateError: the text is not YAML, has a duplicate key or is not a mapping; it is too
            large or too deep; or it has a value that JSON does not have. The message and ``line``
            name the line.

    """
    try:
        refuse_size(text)
        content = _json(text, strict=strict)
        if content is None:
            loader = _StrictLoader if strict else _Loader
            content = _yaml(text, loader if short_forms else _UntaggedLoader)
        elif _is_deep(content):
            refuse_json_depth(text)
    except yaml.reader.ReaderError as error:
        line = text.encode("utf-8", "replace")[: error.position].count(b"\n") + 1
        message = f"{source}, line {line}: {error.reason}: {printable(chr(error.character))}"
        raise TemplateError(message, line=line) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark is None:
            raise TemplateError(f"{source}: {error.problem}") from error
        line, column = mark.line + 1, mark.column + 1
        message = f"{source}, line {line}: {yaml_problem(error, text)}"
        raise TemplateError(message, line=line, column=column) from error
    except (yaml.YAMLError, ValueError) as error:
        raise TemplateError(f"{source}: {error}") from error
    if not isinstance(content, dict):
        found = "nothing" if content is None else f"a {type(content).__name__}"
        raise TemplateError(f"{source}: {what} (got {found})")
    return content


def _json(text: str, *, strict: bool) -> Any:
    """Parse JSON, whose surrogate pairs YAML does not support; None if it is not JSON."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique if strict else None,
            parse_float=_finite,
            parse_constant=_finite,
        )
    except (ValueError, RecursionError):
        return None  # YAML may read it; if not, it says in which line


def _yaml(text: str, kind: type[_Loader]) -> Any:
    loader = kind(text)
    try:
        root = composed(text, loader)
        return None if root is None else loader.construct_document(root)
    finally:
        loader.dispose()


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number that JSON does not have")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate key")
    return found


def _is_deep(content: Any) -> bool:
    """Whether a value is nested deeper than allowed."""
    level = [content]
    for _ in range(DEEPEST):
        containers = (value for value in level if isinstance(value, (dict, list)))
        level = [
            inner
            for value in containers
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return any(isinstance(value, (dict, list)) for value in level)


def _mapping(loader: _Loader, node: yaml.Node) -> dict[Any, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise _mistake("a mapping must have keys and values", node)
    lines: dict[Any, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if isinstance(key, (dict, list)):
            raise _mistake("a key must be a single value", key_node)
        if key in lines and isinstance(loader, _StrictLoader):
            first = lines[key]
            raise _mistake(
                f"duplicate key {key!r} (first in line {first}); a key may stand once", key_node
            )
        lines[key] = line
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.MappingNode):
        return {name: _mapping(loader, node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.ScalarNode)  # the third kind of node, and the last
    value = loader.construct_scalar(node)
    return {name: value.split(".", 1) if suffix == "GetAtt" and "." in value else value}


def _untagged(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    del suffix
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)  # the third kind of node, and the last
    return loader.construct_scalar(node)


def _as_written(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _scalar(loader: _Loader, node: yaml.ScalarNode) -> Any:
    """Return a number or a boolean."""
    text = str(loader.construct_scalar(node))
    if len(text) > _LONGEST_NUMBER:
        raise _mistake(f"a number of {len(text):,} characters; put a string in quotes", node)
    kind = node.tag.removeprefix(_TAG)
    try:
        value = getattr(yaml.SafeLoader, f"construct_yaml_{kind}")(loader, node)
    except (KeyError, IndexError, ValueError, OverflowError):
        raise _mistake(f"invalid {kind} {text!r}; put a string in quotes", node) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise _mistake(f"{text!r} is not a number in JSON; put a string in quotes", node)
    return value


def _unsupported(loader: _Loader, node: yaml.Node) -> None:
    del loader
    kind = node.tag.removeprefix(_TAG)
    raise _mistake(f"the tag !!{kind} is not supported by CloudFormation; remove it", node)


def _mistake(problem: str, node: yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


for _loader in (_Loader, _StrictLoader, _UntaggedLoader):
    _loader.add_multi_constructor("!", _untagged if _loader is _UntaggedLoader else _short_form)
    _loader.add_constructor(f"{_TAG}map", _mapping)
    for _kind in ("timestamp", "value"):
        _loader.add_constructor(_TAG + _kind, _as_written)
    for _kind in ("int", "float", "bool"):
        _loader.add_constructor(_TAG + _kind, _scalar)
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
    for _kind in ("binary", "omap", "pairs", "set"):
        _loader.add_constructor(_TAG + _kind, _unsupported)
