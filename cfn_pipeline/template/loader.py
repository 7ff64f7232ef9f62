"""Read templates, YAML or JSON, into their long form."""

import json
from typing import Any

import yaml

from cfn_pipeline.errors import TemplateError

_DEEPEST = 150


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
        TemplateError: the text is not YAML, has a duplicate key or is not a mapping; the message
            and ``line`` name the line.

    """
    try:
        content = _json(text, strict=strict)
        if _too_deep(text) if content is None else _is_deep(content):
            raise TemplateError(f"{source}: nested more than {_DEEPEST} levels deep")
        if content is None:
            loader = _StrictLoader if strict else _Loader
            content = yaml.load(text, Loader=loader if short_forms else _UntaggedLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark is None:
            raise TemplateError(f"{source}: {error.problem}") from error
        line, column = mark.line + 1, mark.column + 1
        message = f"{source}, line {line}: {error.problem}"
        raise TemplateError(message, line=line, column=column) from error
    except TemplateError:
        raise
    except (yaml.YAMLError, KeyError, ValueError) as error:
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
        return json.loads(text, object_pairs_hook=_unique if strict else None)
    except (ValueError, RecursionError):
        return None  # YAML may read it; if not, it says in which line


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate key")
    return found


def _is_deep(content: Any) -> bool:
    """Whether a value is nested deeper than allowed."""
    level = [content]
    for _ in range(_DEEPEST):
        containers = (value for value in level if isinstance(value, (dict, list)))
        level = [
            inner
            for value in containers
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return any(isinstance(value, (dict, list)) for value in level)


def _too_deep(text: str) -> bool:
    """Whether the text is nested so deeply that libyaml's recursive loader crashes."""
    # Cheap, never less than the true depth, and enough for most templates.
    lines = [(len(line), line.lstrip()) for line in text.splitlines()]
    indent = max((length - len(rest) for length, rest in lines), default=0)
    dashes = max((len(rest) for _, rest in lines if rest[:1] in ("-", "?")), default=0)
    if text.count("[") + text.count("{") + indent + dashes <= _DEEPEST:
        return False
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    lines: dict[Any, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if isinstance(key, (dict, list)):
            raise yaml.MarkedYAMLError(
                None, None, "a key must be a single value", key_node.start_mark
            )
        if key in lines and isinstance(loader, _StrictLoader):
            raise yaml.MarkedYAMLError(
                problem=f"duplicate key {key!r} (first in line {lines[key]}); a key may stand once",
                problem_mark=key_node.start_mark,
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


for _loader in (_Loader, _StrictLoader, _UntaggedLoader):
    _loader.add_multi_constructor("!", _untagged if _loader is _UntaggedLoader else _short_form)
    _loader.add_constructor("tag:yaml.org,2002:map", _mapping)
    _loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)
