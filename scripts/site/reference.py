"""The pages of the public API: each name of the package, with its signature and its docstring."""

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

import cfn_pipeline

HEAD = """# The public API

Each name is imported from `cfn_pipeline`, whatever module it is in. What users construct is a
frozen dataclass; what builds returns objects of troposphere.

"""
SECTION = re.compile(r"^(Args|Raises|Returns|Yields):$")
ENTRY = re.compile(r"^    (\w[\w*, ]*): (.*)$")


def pages() -> Iterator[tuple[str, str]]:
    """Yield a page for each room that has public names, and the list of all."""
    rooms: dict[str, list[tuple[str, str]]] = {}
    for module, names in vars(cfn_pipeline)["_MODULES"].items():
        rooms.setdefault(module.partition(".")[0], []).extend((name, module) for name in names)
    lines = [
        f"- [{room}]({room}.md): {', '.join(f'`{name}`' for name, _ in sorted(names))}"
        for room, names in sorted(rooms.items())
    ]
    yield "reference/index.md", HEAD + "\n".join(lines) + "\n"
    for room, names in rooms.items():
        parts = [_part(name, module) for name, module in sorted(names)]
        yield (
            f"reference/{room}.md",
            f"# cfn_pipeline: {room}\n\n[All names](index.md)\n\n" + "\n".join(parts),
        )


def _part(name: str, module: str) -> str:
    value = getattr(cfn_pipeline, name)
    text = inspect.getdoc(value) or ""
    signature = ""
    if callable(value):
        signature = f"```python\n{_signature(name, value)}\n```\n\n"
    else:  # a value of the package
        text = f"A value of type `{type(value).__name__}`."
    return f"## {name}\n\n{signature}{_markdown(text)}\nIn `cfn_pipeline.{module}`.\n"


def _signature(name: str, value: Any) -> str:
    try:
        parameters = [str(entry) for entry in _parameters(value)]
    except ValueError:
        return f"{name}(...)"
    short = f"{name}({', '.join(parameters)})"
    if len(short) <= 88:
        return short
    return f"{name}(\n" + "".join(f"    {entry},\n" for entry in parameters) + ")"


def _parameters(value: Any) -> Iterator[str]:
    star = False
    for parameter in inspect.signature(value).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            star = True
            yield "*"
        yield re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", str(parameter))


def _markdown(text: str) -> str:
    """Turn a docstring into Markdown: sections become lists, examples become code."""
    lines = text.splitlines()
    made: list[str] = []
    in_section = in_code = False
    for number, line in enumerate(lines):
        if in_code and line and not line.startswith("    "):
            made.append("```\n")
            in_code = False
        if section := SECTION.match(line):
            in_section = True
            made += ["", f"**{section[1]}**", ""]
        elif in_section and (entry := ENTRY.match(line)):
            made.append(f"- `{entry[1]}`: {entry[2]}")
        elif in_section:
            made.append(f"  {line.strip()}" if line.strip() else "")
        elif line.rstrip().endswith("::") and _is_code(lines[number + 1 :]):
            made += [line.rstrip().removesuffix("::").rstrip(), "", "```python"]
            in_code = True
        elif in_code:
            if made[-1] != "```python" or line:
                made.append(line.removeprefix("    "))
        elif line.startswith("https://"):
            made.append(f"<{line}>")
        else:
            made.append(line.strip())
        if not in_code:
            made[-1] = re.sub(r"``([^`]+)``", r"`\1`", made[-1])
    if in_code:
        made.append("```")
    return "\n".join(made) + "\n"


def _is_code(lines: Sequence[str]) -> bool:
    following = [line for line in lines if line.strip()]
    return bool(following) and following[0].startswith("    ")
