"""Values of the pipeline language, and the Python code that makes them.

A ``Call`` is made once, so that what the code says and what the value is cannot differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_WIDTH = 96


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a class: ``Stage("Build", [build])``.

    Args:
        kind: the class.
        words: the keyword arguments, without those that are None.
        first: the positional arguments.
        variable: the variable that the code gives the value to, where it stands first; None: none.

    """

    kind: type[Any]
    words: Mapping[str, Any] = field(default_factory=dict)
    first: Sequence[Any] = ()
    variable: str | None = None

    @cached_property
    def value(self) -> Any:
        """The value, made by the class; its errors are those of the class."""
        return self.kind(*map(_value, self.first), **{n: _value(v) for n, v in self.words.items()})


@dataclass(frozen=True)
class Name:
    """A variable, which has a value."""

    name: str
    value: Any


@dataclass(frozen=True)
class Joined:
    """A file in an artifact: ``my_app / "stack.yml"``."""

    artifact: Name
    path: str

    @property
    def value(self) -> Any:
        """The file."""
        return self.artifact.value / self.path


@dataclass(frozen=True)
class Parameter:
    """A value in a file of an artifact: ``built.param("version.json", "Version")``."""

    artifact: Name
    file: str
    key: str

    @property
    def value(self) -> Any:
        """The value, as CodePipeline reads it."""
        return self.artifact.value.param(self.file, self.key)


def _value(expression: Any) -> Any:
    if isinstance(expression, (Call, Name, Joined, Parameter)):
        return expression.value
    if isinstance(expression, dict):
        return {name: _value(each) for name, each in expression.items()}
    if isinstance(expression, (list, tuple)):
        return type(expression)(map(_value, expression))
    return expression


def kinds_of(expression: Any) -> set[type[Any]]:
    """Return the classes that the code of an expression calls."""
    if isinstance(expression, Call):
        parts = [*expression.words.values(), *expression.first]
        return {expression.kind}.union(*map(kinds_of, parts))
    if isinstance(expression, dict):
        return set().union(*map(kinds_of, expression.values()))
    if isinstance(expression, (list, tuple)):
        return set().union(*map(kinds_of, expression))
    return set()


class Code:
    """Writes expressions, each variable where it comes first."""

    def __init__(self) -> None:
        self._written: set[str] = set()

    def text(self, expression: Any, indent: int = 0, before: int = 0) -> str:
        """Return the code of an expression.

        Args:
            expression: what is written.
            indent: of the line on which it begins.
            before: how many characters stand before and behind it on that line.

        """
        written = set(self._written)
        line = self._line(expression)
        if len(line) + indent + before <= _WIDTH or not any(_parts(expression)):
            return line
        if isinstance(expression, Call) and expression.variable in written:
            return line
        self._written = written  # it is written once more, on several lines
        head, parts, end = self._opening(expression)
        inner = " " * (indent + 4)
        lines = [
            f"{inner}{word}{self.text(part, indent + 4, len(word) + 1)},\n" for word, part in parts
        ]
        return f"{head}\n{''.join(lines)}{' ' * indent}{end}"

    def _line(self, expression: Any) -> str:
        if isinstance(expression, Name):
            return expression.name
        if isinstance(expression, Joined):
            return f"{expression.artifact.name} / {quoted(expression.path)}"
        if isinstance(expression, Parameter):
            file, key = quoted(expression.file), quoted(expression.key)
            return f"{expression.artifact.name}.param({file}, {key})"
        if isinstance(expression, Call) and expression.variable in self._written:
            return str(expression.variable)
        if isinstance(expression, (Call, dict, list, tuple)):
            head, parts, end = self._opening(expression)
            inner = ", ".join(f"{word}{self._line(part)}" for word, part in parts)
            comma = "," if isinstance(expression, tuple) and len(parts) == 1 else ""
            return f"{head}{inner}{comma}{end}"
        return quoted(expression) if isinstance(expression, str) else repr(expression)

    def _opening(self, expression: Any) -> tuple[str, list[tuple[str, Any]], str]:
        """Return how an expression begins, its parts with what stands before each, and its end."""
        parts = list(_parts(expression))
        if isinstance(expression, Call):
            assign = ""
            if expression.variable is not None:
                self._written.add(expression.variable)
                assign = f"{expression.variable} := "
            return f"{assign}{expression.kind.__name__}(", parts, ")"
        ends = "{}" if isinstance(expression, dict) else "[]"
        ends = "()" if isinstance(expression, tuple) else ends
        return ends[0], parts, ends[1]


def _parts(expression: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(expression, Call):
        yield from (("", each) for each in expression.first)
        yield from ((f"{name}=", each) for name, each in expression.words.items())
    elif isinstance(expression, dict):
        yield from ((f"{quoted(name)}: ", each) for name, each in expression.items())
    elif isinstance(expression, (list, tuple)):
        yield from (("", each) for each in expression)


def quoted(text: str) -> str:
    """Return a string as people write it in Python: with double quotes where it has none."""
    code = ascii(text) if not text.isprintable() else repr(text)
    if code[0] == "'" and '"' not in code and "\\'" not in code:
        return f'"{code[1:-1]}"'
    return code
