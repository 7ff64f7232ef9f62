"""A mapping of a manifest: what is read of it is checked, what is not read is told."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


class Section:
    """A mapping of a manifest.

    Args:
        value: the mapping; what is not a mapping is a mistake.
        where: the file and the path of keys, for messages.
        problems: the list to which mistakes are added.

    """

    def __init__(self, value: Any, where: str, problems: list[str]) -> None:
        self._where = where
        #: The list of mistakes, which all sections of a manifest have in common.
        self.problems = problems
        self._sections: dict[str, Section] = {}
        self._left: dict[str, Any] = {}
        if isinstance(value, dict):
            self._left = {str(key): each for key, each in value.items() if each is not None}
        elif value is not None:
            self.refuse(value, "a mapping")

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def take(self, key: str) -> Any:
        """Return a value of any form, which counts as read; None: there is none."""
        return self._left.pop(key, None)

    def text(self, key: str) -> str | None:
        """Return a string; numbers are strings, too."""
        return self._scalar(self.take(key), key)

    def number(self, key: str) -> int | None:
        """Return a whole number."""
        value = self.take(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
        self.refuse(value, "a whole number", key)
        return None

    def flag(self, key: str) -> bool | None:
        """Return a boolean."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return value
        self.refuse(value, "true or false", key)
        return None

    def section(self, key: str) -> "Section":
        """Return a mapping within it, which is empty where there is none."""
        if key not in self._sections:
            where = f"{self._where}.{key}"
            self._sections[key] = Section(self.take(key), where, self.problems)
        return self._sections[key]

    def items(self, key: str) -> list["Section"]:
        """Return a list of mappings."""
        value = self.take(key)
        if value is not None and not isinstance(value, list):
            self.refuse(value, "a list", key)
            return []
        found = [
            Section(each, f"{self._where}.{key}[{number}]", self.problems)
            for number, each in enumerate(value or [])
        ]
        self._sections |= {f"{key}[{number}]": each for number, each in enumerate(found)}
        return found

    def texts(self, key: str) -> list[str]:
        """Return a list of strings; a string stands for a list of one."""
        value = self.take(key)
        listed: Sequence[Any] = value if isinstance(value, list) else [value]
        texts = [self._scalar(each, key) for each in listed if each is not None]
        return [text for text in texts if text is not None]

    def names(self) -> list[str]:
        """Return the keys that are not read yet."""
        return list(self._left)

    def rest(self) -> Mapping[str, Any]:
        """Return what is not read yet, which counts as read."""
        rest, self._left = self._left, {}
        return rest

    def unused(self, path: str = "") -> Iterator[tuple[str, Any]]:
        """Yield the path of each key that was not read, with its value."""
        for key, value in self._left.items():
            yield f"{path}{key}", value
        for key, section in self._sections.items():
            yield from section.unused(f"{path}{key}.")

    def refuse(self, value: Any, form: str, key: str | None = None) -> None:
        """Tell that a value has the wrong form."""
        where = self._where if key is None else f"{self._where}.{key}"
        self.problems.append(f"{where}: must be {form} (got {shown(value)})")

    def _scalar(self, value: Any, key: str) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, (int, float)):
            return str(value)
        self.refuse(value, "a string", key)
        return None


def shown(value: Any) -> str:
    """Return a value for a message: no more than its kind, if it is not short."""
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return repr(value)[:60]
