"""What a CloudFormation action takes from artifacts: files, and values in them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import ANYTHING, is_known, readable
from cfn_pipeline.analysis.pipelines import Action

__all__ = [
    "FILE_SETTINGS",
    "ArtifactFunction",
    "FileReference",
    "artifact_functions",
    "file_references",
    "overrides_of",
    "parsed_overrides",
]

#: The settings that name a file as ``Artifact::path``.
FILE_SETTINGS = ("TemplatePath", "TemplateConfiguration")

#: Places of a value in JSON text at which a function of the template may stand unquoted.
_STANDING = '"' + ANYTHING + '"'


@dataclass(frozen=True, kw_only=True)
class FileReference:
    """A setting that reads ``Artifact::path``."""

    key: str
    node: Node
    artifact: str
    path: str


@dataclass(frozen=True, kw_only=True)
class ArtifactFunction:
    """``Fn::GetParam`` or ``Fn::GetArtifactAtt`` in ParameterOverrides, for one parameter."""

    parameter: str
    function: str
    arguments: Any
    node: Node

    @property
    def artifact(self) -> str | None:
        """The artifact from which it reads, where its form is right so far."""
        named = isinstance(self.arguments, list) and self.arguments
        return self.arguments[0] if named and isinstance(self.arguments[0], str) else None


def file_references(action: Action) -> Iterator[FileReference]:
    """Yield the settings that name a file in an artifact."""
    for key in FILE_SETTINGS:
        node = action.setting(key)
        text = node.text
        if text is None or "::" not in text:
            continue
        artifact, _, path = text.partition("::")
        yield FileReference(key=key, node=node, artifact=artifact, path=path)


@lru_cache(maxsize=512)
def parsed_overrides(text: str) -> Any:
    """Read the JSON of ParameterOverrides.

    Raises:
        ValueError: it is no JSON, whatever its unknown parts may be.

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
        raise ValueError("as far as it is known")
    try:
        found = json.loads(quoted)
    except (ValueError, RecursionError):
        return None  # what is not known may be a list of entries: nobody can tell
    return found if isinstance(found, dict) else None


def _quoted(text: str) -> str:
    """Put quotes around the unknown parts that stand where a value stands."""
    parts = re.split(r'("(?:[^"\\]|\\.)*")', text)
    return "".join(
        part if number % 2 else "".join(c if is_known(c) else _STANDING for c in part)
        for number, part in enumerate(parts)
    )


def overrides_of(action: Action) -> dict[str, Any]:
    """Return the parameters that an action overrides; none where they cannot be told."""
    node = action.setting("ParameterOverrides")
    text = node.text
    if text is None:
        return {}
    try:
        found = parsed_overrides(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def artifact_functions(action: Action) -> Iterator[ArtifactFunction]:
    """Yield the functions by which an action reads values from artifacts."""
    node = action.setting("ParameterOverrides")
    for parameter, value in overrides_of(action).items():
        if isinstance(value, dict) and len(value) == 1:
            [(function, arguments)] = value.items()
            yield ArtifactFunction(
                parameter=readable(parameter), function=function, arguments=arguments, node=node
            )
