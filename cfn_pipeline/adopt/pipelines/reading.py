"""Reads what ``aws codepipeline get-pipeline`` returns."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from cfn_pipeline.adopt.pipelines.structure import (
    NOT_IN_TEMPLATES,
    NOT_OF_RULES,
    PIPELINE,
    REQUIRED,
    STORE,
    Shape,
)
from cfn_pipeline.aws import name_forms
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen, frozen

#: CodePipeline answers with stars in place of a token or a password.
_MASKED = re.compile(r"\*{3,}")
#: Keys of settings that are secret, whether they are masked or not.
_SECRET_KEYS = ("OAuthToken",)
_REFERENCE = "{{resolve:"
_ARN = re.compile("arn:([a-z-]+):codepipeline:([a-z0-9-]+):([0-9]{12}):.+", re.DOTALL)
_ALONE = re.compile("[0-9A-Za-z]+")


@frozen
class Secret(Frozen):
    """A value that CodePipeline does not tell, for which a parameter stands.

    Args:
        parameter: the name of the parameter.
        where: the action and its setting, for people.

    """

    parameter: str
    where: str


@frozen
class LivePipeline(Frozen):
    """A pipeline that exists.

    Args:
        name: its name.
        properties: as ``AWS::CodePipeline::Pipeline`` has them, in the order of a template.
        secrets: the values that are not known.
        notes: what of the answer is in no template, a sentence each.
        region: where it is; None: the answer does not say.
        account: likewise.

    """

    name: str
    properties: Mapping[str, Any]
    secrets: Sequence[Secret] = ()
    notes: Sequence[str] = ()
    region: str | None = None
    account: str | None = field(default=None)


def read_pipeline(text: str, source: str) -> LivePipeline:
    """Read a pipeline from JSON: with its metadata, or alone.

    Args:
        text: the answer of ``aws codepipeline get-pipeline --name NAME``.
        source: the name of the file, for messages.

    Raises:
        ModelError: the text is not such an answer, with every mistake.

    """
    document = _parsed(text, source)
    if not isinstance(document, dict):
        raise ModelError(f"{source}: must be a JSON object (got {_kind(document)}); {_HOW}")
    metadata: Any = document.get("metadata")
    if "pipeline" in document or "stages" not in document:
        document = document.get("pipeline")
        if document is None:
            raise ModelError(f"{source}: has no key 'pipeline'; {_HOW}")
    reader = _Reader(source)
    properties = reader.structure(document, PIPELINE, ("pipeline",))
    ModelError.raise_for(reader.problems)
    ModelError.raise_for(name_forms.PIPELINE.problems(properties["Name"], source))
    arn = metadata.get("pipelineArn") if isinstance(metadata, dict) else None
    place = _ARN.fullmatch(arn) if isinstance(arn, str) else None
    return LivePipeline(
        name=properties["Name"],
        properties=properties,
        secrets=list(_without_secrets(properties)),
        notes=list(dict.fromkeys(reader.notes)),
        region=place and place[2],
        account=place and place[3],
    )


_HOW = "use the answer of 'aws codepipeline get-pipeline --name NAME'"


def _parsed(text: str, source: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise ModelError(
            f"{source}:{error.lineno}:{error.colno}: invalid JSON: {error.msg}; {_HOW}"
        ) from error
    except ValueError as error:
        raise ModelError(f"{source}: invalid JSON: {error}; {_HOW}") from error
    except RecursionError as error:
        raise ModelError(f"{source}: is nested too deeply; {_HOW}") from error


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a value of JSON")


class _Reader:
    """Turns structures of the API into properties, and collects every mistake."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.problems: list[str] = []
        self.notes: list[str] = []

    def structure(
        self, value: Any, shape: Mapping[str, Shape], path: Sequence[str]
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            return self._refuse(value, "an object", path) or {}
        kind = _ALONE.match(path[-1])
        for name in REQUIRED.get(kind[0] if kind else "", ()):
            if value.get(name) in (None, [], {}):
                self._problem(path, f"{name} is missing, or empty")
        for name in value:
            if name not in shape:
                self.notes.append(f"{_shown(path)}: the key {name!r} is not known, and left out")
        properties: dict[str, Any] = {}
        for name, inner in shape.items():
            content = value.get(name)
            here = (*path, name)
            if content in (None, [], {}) or here in NOT_IN_TEMPLATES:
                continue
            if name in NOT_OF_RULES and "rules" in path[-1]:
                self.notes.append(f"{_shown(here)}: CloudFormation has no such property of a rule")
                continue
            properties[name[0].upper() + name[1:]] = self._value(content, inner, here)
        if path == ("pipeline",) and ("ArtifactStore" in properties) == (
            "ArtifactStores" in properties
        ):
            self._problem(path, "artifactStore or artifactStores is required; use one of them")
        return properties

    def _value(self, value: Any, shape: Shape, path: Sequence[str]) -> Any:
        if shape == dict[str, Any]:
            return self._stores(value, path)
        if shape is dict:
            return self._settings(value, path)
        if isinstance(shape, list):
            if not isinstance(value, list):
                return self._refuse(value, "a list", path)
            return [
                self._value(each, shape[0], (*path[:-1], f"{path[-1]}[{number}]"))
                for number, each in enumerate(value)
            ]
        if isinstance(shape, dict):
            return self.structure(value, shape, path)
        if shape is int:
            is_number = isinstance(value, int) and not isinstance(value, bool)
            return value if is_number else self._refuse(value, "a whole number", path)
        return self._text(value, path)

    def _text(self, value: Any, path: Sequence[str]) -> Any:
        return value if isinstance(value, str) else self._refuse(value, "a string", path)

    def _settings(self, value: Any, path: Sequence[str]) -> Any:
        if not isinstance(value, dict):
            return self._refuse(value, "an object", path)
        return {name: self._text(each, (*path, name)) for name, each in value.items()}

    def _stores(self, value: Any, path: Sequence[str]) -> Any:
        if not isinstance(value, dict):
            return self._refuse(value, "an object", path)
        return [
            {"Region": region, "ArtifactStore": self._value(store, STORE, (*path, region))}
            for region, store in value.items()
        ]

    def _refuse(self, value: Any, form: str, path: Sequence[str]) -> Any:
        self._problem(path, f"must be {form} (got {_kind(value)})")
        return None

    def _problem(self, path: Sequence[str], problem: str) -> None:
        self.problems.append(f"{self._source}: {_shown(path)}: {problem}; {_HOW}")


def _without_secrets(properties: Mapping[str, Any]) -> Iterator[Secret]:
    """Put references to parameters in place of secret values, and yield these parameters."""
    names: set[str] = set()
    for stage in properties["Stages"]:
        for action in stage["Actions"]:
            settings = action.get("Configuration", {})
            for key, value in settings.items():
                secret = key in _SECRET_KEYS and not value.startswith(_REFERENCE)
                if not secret and not _MASKED.fullmatch(value):
                    continue
                parameter = _parameter(action["Name"], key, names)
                settings[key] = {"Ref": parameter}
                where = f"stage {stage['Name']!r}, action {action['Name']!r}: {key}"
                yield Secret(parameter=parameter, where=where)


def _parameter(action: str, key: str, names: set[str]) -> str:
    """Return a name for a parameter that no other one has."""
    words = _ALONE.findall(f"{action} {key}")
    base = "".join(word[0].upper() + word[1:] for word in words)[:200] or "Secret"
    name, number = base, 1
    while name in names:
        number += 1
        name = f"{base}{number}"
    names.add(name)
    return name


def _shown(path: Sequence[str]) -> str:
    return ".".join(path)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return json.dumps(value)[:60]
