"""Write templates in the style of a person: short forms, literal blocks, anatomy order.

The layout is made here; how each value is spelled is libyaml's decision (see ``scalars``).
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import yaml

from cfn_pipeline.errors import TemplateError
from cfn_pipeline.template import order
from cfn_pipeline.template.scalars import is_literal_safe, is_printable, spell

#: Functions that have a short form with the same name.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
SHORT_FORMS = {"Ref": "!Ref"} | {
    f"Fn::{name}": f"!{name}"
    for name in (
        *("And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue"),
        *("Join", "Length", "Not", "Or", "Select", "Split", "Sub", "ToJsonString", "Transform"),
    )
}

_CONDITION_FUNCTIONS = {"Fn::And", "Fn::Or", "Fn::Not", "Fn::If", "Fn::Equals"}
_SIMPLE_KEY_LENGTH = 1000
_FLOW_WIDTH = 72
_LARGEST_NUMBER = sys.float_info.max  # of JSON readers
_STEP = 2
#: Characters with which one of a key is written at most: \\U0001F600, a quote that is doubled.
_LONGEST_ESCAPE = 11

_STR = "tag:yaml.org,2002:str"
_SEQ = "tag:yaml.org,2002:seq"
_MAP = "tag:yaml.org,2002:map"


#: How scalars of earlier templates are spelled, by tag and text: most stand in many templates.
_SPELLINGS: dict[tuple[str, str], str] = {}
_MOST_SPELLINGS = 10_000

_REPRESENTER = yaml.representer.SafeRepresenter()


class SupportsToDict(Protocol):
    """An object with ``to_dict``, such as troposphere's Template."""

    def to_dict(self) -> dict[str, Any]:
        """Return the long form."""
        ...


def emit(template: SupportsToDict | Mapping[str, Any], *, header: str | None = None) -> str:
    """Write a template as YAML.

    Args:
        template: a troposphere Template, or a plain mapping in long form (``{"Ref": ...}``).
        header: the text of the comment at the top, without ``#``; default: no comment.

    Returns:
        The text, the same for the same template on every machine. Each string in it is read
        back as that string by YAML 1.1 and YAML 1.2 readers.

    Raises:
        TemplateError: a value that no template can hold, with the path to it.

    """
    mapping = template if isinstance(template, Mapping) else template.to_dict()
    layout = _Layout()
    sections = [
        layout.mapping({name: _arranged(name, mapping[name])}, 0, (), spaced=name == "Resources")
        for name in _in_order(mapping, order.SECTIONS)
    ]
    text = "\n\n".join("\n".join(lines) for lines in _joined_heads(sections))
    comment = "".join(f"# {line}".rstrip() + "\n" for line in (header or "").splitlines())
    return comment + layout.spelled(text or "{}") + "\n"


def _joined_heads(sections: list[list[str]]) -> Iterable[list[str]]:
    """Version and description, a line each, belong together at the top."""
    head: list[str] = []
    while sections and len(sections[0]) == 1:
        head += sections.pop(0)
    return [head, *sections] if head else sections


def _in_order(mapping: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    return [n for n in names if n in mapping] + [n for n in mapping if n not in names]


def _arranged(section: str, content: Any) -> Any:
    keys = {
        "Parameters": order.PARAMETER_KEYS,
        "Resources": order.RESOURCE_ATTRIBUTES,
        "Outputs": order.OUTPUT_KEYS,
    }.get(section)
    if keys is None or not isinstance(content, Mapping):
        return content
    return {
        name: {key: entry[key] for key in _in_order(entry, keys)}
        if isinstance(entry, Mapping)
        else entry
        for name, entry in content.items()
    }


class _Layout:
    """Turns a tree into lines in which every one-line value is a token, then spells the tokens.

    libyaml spells all values in one call, which is what makes this fast.
    """

    def __init__(self) -> None:
        self._nodes: list[yaml.Node] = []
        self._tokens: dict[tuple[str, str], str] = {}

    def spelled(self, text: str) -> str:
        spellings = spell(self._nodes)
        if len(_SPELLINGS) > _MOST_SPELLINGS:
            _SPELLINGS.clear()
        for scalar, token in self._tokens.items():
            _SPELLINGS[scalar] = spellings[int(token[1:-1])]
        return re.sub("\0([0-9]+)\0", lambda token: spellings[int(token[1])], text)

    def mapping(
        self,
        content: Mapping[str, Any],
        indent: int,
        path: tuple[Any, ...],
        *,
        spaced: bool = False,
    ) -> list[str]:
        """Lay out a block mapping; ``spaced``: a blank line between the entries one level down."""
        lines: list[str] = []
        for key, value in content.items():
            here = (*path, key)
            head = " " * indent + self._key(key, here) + ":"
            if spaced and isinstance(value, Mapping) and value:
                lines.append(head)
                for number, entry in enumerate(value.items()):
                    lines += [""] if number else []
                    lines += self.mapping(dict([entry]), indent + _STEP, here)
            else:
                lines += self._entry(head, value, indent, here)
        return lines

    def _key(self, key: object, path: tuple[Any, ...]) -> str:
        if not isinstance(key, str):
            raise TemplateError(f"{_where(path)}: keys must be strings (got {key!r})")
        _check_surrogates(key, path)
        if len(key) * _LONGEST_ESCAPE > _SIMPLE_KEY_LENGTH:
            quoted = len(key) + sum(10 for c in key if not is_printable(c)) + key.count("'")
        else:
            quoted = 0
        if quoted > _SIMPLE_KEY_LENGTH:
            raise TemplateError(
                f"{_where(path[:-1])}: the key {key[:40]!r}... is {quoted} characters in quotes; "
                f"YAML readers take at most {_SIMPLE_KEY_LENGTH}"
            )
        return self._scalar(_STR, key)

    def _entry(
        self, head: str, value: Any, indent: int, path: tuple[Any, ...], *, inside: str = ""
    ) -> list[str]:
        """Lay out ``head`` (a key with its colon, or an item's dash) and the value behind it."""
        if type(value) is str and value.isascii() and value.isprintable():  # most are
            return [f"{head} {self._scalar(_STR, value)}"]
        tag, body = _short_form(value, inside)
        prefix = f"{head} {tag}" if tag else head
        within = next(iter(value)) if tag else ""
        if isinstance(body, str) and "\n" in body and is_literal_safe(body):
            return [f"{prefix} {_literal_header(body)}", *_literal_lines(body, indent + _STEP)]
        if (inline := self._inline(tag, body, path, within)) is not None:
            return [f"{head} {inline}"]
        if isinstance(body, Mapping):
            block = self.mapping(body, indent + _STEP, path)
        else:
            block = self._sequence(body, indent + _STEP, path, within)
        if head.endswith("-") and not tag:
            return [f"{head} {block[0].lstrip(' ')}", *block[1:]]
        return [prefix, *block]

    def _sequence(
        self, items: Sequence[Any], indent: int, path: tuple[Any, ...], inside: str
    ) -> list[str]:
        lines: list[str] = []
        for number, item in enumerate(items):
            head = " " * indent + "-"
            lines += self._entry(head, item, indent, (*path, number), inside=inside)
        return lines

    def _inline(self, tag: str, body: Any, path: tuple[Any, ...], inside: str) -> str | None:
        """Return the token of what stands on one line, or None for what needs a block."""
        if isinstance(body, (Mapping, list, tuple)):
            flow = self._flow(tag, body, path, inside)
            return None if flow is None else self._token(flow)
        scalar_tag, text = _scalar(body, path)
        return self._scalar(tag or scalar_tag, text)

    def _flow(
        self, tag: str, body: Any, path: tuple[Any, ...], inside: str
    ) -> yaml.CollectionNode | None:
        """Return a node in flow style for an empty collection or a function's short list."""
        if isinstance(body, Mapping):
            return None if body else yaml.MappingNode(tag or _MAP, [], flow_style=True)
        if not body:
            return yaml.SequenceNode(tag or _SEQ, [], flow_style=True)
        if not inside or len(str(body)) > 2 * _FLOW_WIDTH:
            return None
        items: list[yaml.Node] = []
        width = len(tag)
        for number, item in enumerate(body):
            item_tag, item_body = _short_form(item, inside)
            if isinstance(item_body, (Mapping, list, tuple)):
                within = inside if not item_tag else next(iter(item))
                node = self._flow(item_tag, item_body, (*path, number), within)
                if node is None:
                    return None
                items.append(node)
                width += len(str(item_body))
                continue
            scalar_tag, text = _scalar(item_body, (*path, number))
            if "\n" in text or "::" in text:  # a colon would need quotes in a flow
                return None
            items.append(_scalar_node(item_tag or scalar_tag, text))
            width += len(item_tag) + len(text) + 2
        if width > _FLOW_WIDTH:
            return None
        return yaml.SequenceNode(tag or _SEQ, items, flow_style=True)

    def _scalar(self, tag: str, text: str) -> str:
        known = _SPELLINGS.get((tag, text)) or self._tokens.get((tag, text))
        if known is None:
            known = self._tokens[tag, text] = self._token(_scalar_node(tag, text))
        return known

    def _token(self, node: yaml.Node) -> str:
        self._nodes.append(node)
        return f"\0{len(self._nodes) - 1}\0"


def _short_form(value: Any, inside: str) -> tuple[str, Any]:
    """Return the short tag of a function and what it is applied to, or no tag and the value.

    A short form directly inside a short form (``!Base64 !Sub``) is invalid YAML, so there the outer
    function keeps its long form. ``Condition`` is a function only inside condition functions.
    """
    # Instances of Mapping are slow to tell, and most values are strings or lists.
    if isinstance(value, (str, list)) or not isinstance(value, Mapping) or len(value) != 1:
        return "", value
    [(name, body)] = value.items()
    if name == "Condition" and inside in _CONDITION_FUNCTIONS and isinstance(body, str):
        return "!Condition", body
    tag = SHORT_FORMS.get(name)
    if tag is None or isinstance(body, (bool, int, float)) or body is None:
        return "", value
    if name == "Fn::GetAtt":
        return _short_get_att(value, body)
    if isinstance(body, Mapping) and (_short_form(body, name)[0] or name != "Fn::Transform"):
        return "", value
    if name in ("Ref", "Fn::ImportValue") and not isinstance(body, str):
        return "", value
    return tag, body


def _short_get_att(value: Any, body: Any) -> tuple[str, Any]:
    if isinstance(body, str):
        body = body.split(".", 1)
    plain = isinstance(body, (list, tuple)) and len(body) == 2
    if plain and all(isinstance(part, str) and part for part in body) and "." not in body[0]:
        return "!GetAtt", ".".join(body)
    return "", value


def _scalar(value: Any, path: tuple[Any, ...]) -> tuple[str, str]:
    if isinstance(value, str):
        _check_surrogates(value, path)
        return _STR, str(value)
    if isinstance(value, (int, float)) and not -_LARGEST_NUMBER <= value <= _LARGEST_NUMBER:
        raise TemplateError(
            f"{_where(path)}: a number in a template must be between -1e308 and 1e308; give a "
            "string"
        )
    if value is None or type(value) in (bool, int, float):
        node = _REPRESENTER.represent_data(value)
        return node.tag, node.value
    raise TemplateError(
        f"{_where(path)}: a {type(value).__name__} ({value!r:.60}) is not allowed in a template; "
        "give a string, a number, a boolean, a list or a mapping in long form"
    )


def _check_surrogates(text: str, path: tuple[Any, ...]) -> None:
    if not text.isascii() and re.search("[\ud800-\udfff]", text):
        raise TemplateError(f"{_where(path[:-1])}: {text!r} holds half of a surrogate pair")


def _scalar_node(tag: str, text: str) -> yaml.ScalarNode:
    style = None if is_printable(text) else '"'
    return yaml.ScalarNode(tag, text, style=style)


def _literal_header(text: str) -> str:
    """Return ``|`` with what a reader needs to know: the indent, where it cannot be guessed."""
    indicator = str(_STEP) if text.lstrip("\n").startswith((" ", "\t")) else ""
    return f"|{indicator}" + ("" if text.endswith("\n") else "-")


def _literal_lines(text: str, indent: int) -> list[str]:
    return [" " * indent + line if line else "" for line in text.removesuffix("\n").split("\n")]


def _where(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path)) or "template"
