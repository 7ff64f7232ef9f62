"""Options with two halves, such as ``NAME=VALUE``."""

import click


class Pair(click.ParamType[tuple[str, str]]):
    """``NAME=VALUE``.

    Args:
        form: how the option is written, such as ``NAME=FOLDER``.
        example: a value of it, for the message; None: the message has the form alone.
        is_filled: whether the second half must not be empty.

    """

    def __init__(self, form: str, *, example: str | None = None, is_filled: bool = False) -> None:
        self.name = form
        self._use = form if example is None else f"{form}, such as {example}"
        self._is_filled = is_filled

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the halves."""
        name, equals, text = value.partition("=")
        if not name or not equals or (self._is_filled and not text):
            self.fail(f"invalid value {value!r}: use {self._use}", param, ctx)
        return name, text


def parameters_of(words: tuple[str, ...]) -> dict[str, str]:
    """Return the values of parameters of a stack, by name.

    Raises:
        click.UsageError: a word that is not ``NAME=VALUE``.

    """
    values = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise click.UsageError(f"Invalid parameter {word!r}: use NAME=VALUE.")
        values[name] = value
    return values
