"""The nodes of a YAML text, within bounds: what a hostile text would make of memory and time.

Everything here takes time and memory in proportion to the text.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

#: Characters of a file. CloudFormation takes templates of 1 MB at most.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LARGEST = 5_000_000
DEEPEST = 150
#: Values of a text whose aliases are written out. CloudFormation itself takes no aliases.
MOST_VALUES = 100_000

#: What YAML says of lines that do not begin where their neighbours do.
_MISPLACED = ("did not find expected key", "did not find expected '-' indicator")
_TOO_DEEP = f"nested more than {DEEPEST} levels deep; remove levels"
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def composed(text: str, loader: yaml.CSafeLoader) -> yaml.Node | None:
    """Return the root of a text's nodes; None if the text is empty.

    Raises:
        YAMLError: the text is invalid, too large or too deep, or its aliases stand for too much;
            a MarkedYAMLError has the place.

    """
    refuse_size(text)
    refuse_depth(text)
    root: yaml.Node | None = loader.get_single_node()
    if root is not None and "&" in text:
        _refuse_expansion(root)
    return root


def yaml_problem(error: yaml.MarkedYAMLError, text: str) -> str:
    """Return what is wrong with a text, with where it begins and the way out, where known.

    YAML notices many mistakes, such as a quote that is not closed, lines after they were made.
    """
    mark, begin = error.problem_mark, error.context_mark
    words = str(error.problem)
    if mark is not None and words.startswith("found character that cannot start"):
        lines = text.splitlines()
        read = lines[mark.line][: mark.column + 1] if mark.line < len(lines) else ""
        way_out = "indent with spaces, not with tabs" if "\t" in read else "put it in quotes"
        return f"{words}; {way_out}"
    if mark is None or begin is None or begin.line == mark.line or not error.context:
        return words
    advice = "; look at the indentation" if words in _MISPLACED else ""
    return f"{words} {error.context} that begins in line {begin.line + 1}{advice}"


def refuse_size(text: str) -> None:
    """Raise MarkedYAMLError for a text that is too large."""
    if len(text) > LARGEST:
        raise yaml.MarkedYAMLError(
            problem=f"the text has {len(text):,} characters; at most {LARGEST:,} are read, and "
            "CloudFormation takes 1 MB"
        )


def refuse_depth(text: str) -> None:
    """Raise MarkedYAMLError where a text is nested so deeply that libyaml would crash."""
    if most_levels(text) <= DEEPEST:
        return
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem=_TOO_DEEP, problem_mark=event.start_mark)


def most_levels(text: str) -> int:
    """Return a number of levels that a YAML text has at most, without reading it.

    A level takes a column, a mark at the beginning of a line, or a bracket; within ``[``, a pair
    takes one without brackets. The brace of ``${`` is a part of a string.
    """
    lines = [(len(line), line.lstrip()) for line in text.splitlines()]
    columns = max((length - len(rest) for length, rest in lines), default=0)
    marks = max((len(rest) - len(rest.lstrip("-?: \t")) for _, rest in lines), default=0)
    return 2 + columns + marks + 2 * text.count("[") + text.count("{") - text.count("${")


def refuse_json_depth(text: str) -> None:
    """Raise MarkedYAMLError where a JSON text is nested too deeply."""
    depth = 0
    for token in _JSON_TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > DEEPEST:
            before = text[: token.start()]
            mark = yaml.Mark(
                "", token.start(), before.count("\n"), len(before) - before.rfind("\n") - 1, None, 0
            )
            raise yaml.MarkedYAMLError(problem=_TOO_DEEP, problem_mark=mark)


def _refuse_expansion(root: yaml.Node) -> None:
    """Raise MarkedYAMLError where aliases make a text too large, too deep or endless.

    An alias is the same node once more, so a short text can stand for any number of values.
    """
    below: dict[int, tuple[int, int]] = {}  # how many values, and how many levels
    above: set[int] = set()
    has_aliases = False
    waiting = [(root, False)]
    while waiting:
        node, is_complete = waiting.pop()
        if is_complete:
            above.remove(id(node))
            inside = [below[id(child)] for child in _children(node)]
            values = 1 + sum(number for number, _ in inside)
            levels = 1 + max((depth for _, depth in inside), default=0)
            below[id(node)] = (values, levels)
            if has_aliases and values > MOST_VALUES:
                raise yaml.MarkedYAMLError(
                    problem=f"the aliases stand for more than {MOST_VALUES:,} values; use fewer",
                    problem_mark=node.start_mark,
                )
            if levels > DEEPEST:
                raise yaml.MarkedYAMLError(problem=_TOO_DEEP, problem_mark=node.start_mark)
        elif id(node) in above:
            raise yaml.MarkedYAMLError(
                problem="an alias stands within the value that it repeats; remove it",
                problem_mark=node.start_mark,
            )
        elif id(node) in below:
            has_aliases = True
        elif isinstance(node, yaml.ScalarNode):
            below[id(node)] = (1, 0)
        else:
            above.add(id(node))
            waiting.append((node, True))
            waiting += [(child, False) for child in _children(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value
