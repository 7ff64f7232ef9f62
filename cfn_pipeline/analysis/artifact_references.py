"""Files and values that CloudFormation actions read from artifacts."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import ANYTHING, is_known, readable
from cfn_pipeline.analysis.pipelines import Action

#: The settings that name a file as ``Artifact::path``.
FILE_SETTINGS = ("TemplatePath", "TemplateConfiguration")

#: The replacement of an unknown, unquoted value in JSON text.
_UNKNOWN_VALUE = '"' + ANYTHING + '"'


class FileReference(NamedTuple):
    """A setting with the form ``Artifact::path``."""

    key: str
    node: Node
    artifact: str
    path: str


class ArtifactFunction(NamedTuple):
    """``Fn::GetParam`` or ``Fn::GetArtifactAtt`` in ParameterOverrides, for one parameter."""

    parameter: str
    function: str
    arguments: Any
    node: Node

    @property
    def artifact(self) -> str | None:
        """The name of the artifact; None if the arguments are invalid."""
        named = isinstance(self.arguments, list) and self.arguments
        return self.arguments[0] if named and isinstance(self.arguments[0], str) else None


def file_references(action: Action) -> Iterator[FileReference]:
    """Yield the settings that refer to a file in an artifact."""
    for key in FILE_SETTINGS:
        node = action.setting(key)
        text = node.text
        if text is None or "::" not in text:
            continue
        artifact, _, path = text.partition("::")
        yield FileReference(key=key, node=node, artifact=artifact, path=path)


@lru_cache(maxsize=512)
def parsed_overrides(text: str) -> Any:
    """Parse the JSON of ParameterOverrides; None if unknown parts prevent it.

    Raises:
        ValueError: the text is invalid JSON for any values of its unknown parts.

    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:
        if is_known(text):
            raise
    quoted = _quoted(text)
    if quoted == text:
        raise ValueError("the known parts are invalid")
    try:
        value = json.loads(quoted)
    except (ValueError, RecursionError):
        return None  # the unknown parts may be lists of entries
    return value if isinstance(value, dict) else None


def _quoted(text: str) -> str:
    """Put quotes around the unknown parts that are outside of strings."""
    # Without a last quote, too: otherwise the rest is searched again from each quote in it.
    parts = re.split(r'("(?:[^"\\]|\\.)*+"?)', text)
    return "".join(
        part if number % 2 else "".join(c if is_known(c) else _UNKNOWN_VALUE for c in part)
        for number, part in enumerate(parts)
    )


def overrides_of(action: Action) -> dict[str, Any]:
    """Return the parameters that an action overrides; empty if they are not known."""
    node = action.setting("ParameterOverrides")
    text = node.text
    if text is None:
        return {}
    try:
        overrides = parsed_overrides(text)
    except ValueError:
        return {}
    return overrides if isinstance(overrides, dict) else {}


def artifact_functions(action: Action) -> Iterator[ArtifactFunction]:
    """Yield the functions by which an action reads values from artifacts."""
    node = action.setting("ParameterOverrides")
    for parameter, value in overrides_of(action).items():
        if isinstance(value, dict) and len(value) == 1:
            [(function, arguments)] = value.items()
            yield ArtifactFunction(
                parameter=readable(parameter), function=function, arguments=arguments, node=node
            )
