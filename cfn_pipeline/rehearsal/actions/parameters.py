"""The parameters with which a CloudFormation action deploys.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-parameter-override-functions.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.local_aws.placeholders import depends_on_account, placeholder
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Action


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The content of a template configuration file.

    Args:
        parameters: values by name.
        tags: of the stack.
        policy: the stack policy in JSON; None: no policy.

    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    policy: str | None = None


def artifact_file(action: Action, context: Context, setting: str) -> tuple[str, str]:
    """Return the content of the file that a setting names, and the setting's value.

    Raises:
        ActionFailed: the file does not exist.

    """
    value = action.configuration[setting]
    artifact, colons, path = value.partition("::")
    if not colons:
        raise ActionFailed(f"invalid {setting} {value!r}: use Artifact::path/of/the/file")
    return _read(action, context, artifact, path, setting), value


def read_configuration(action: Action, context: Context) -> Configuration:
    """Return the action's template configuration; empty if it has none.

    Raises:
        ActionFailed: the file does not exist or is invalid.

    """
    if "TemplateConfiguration" not in action.configuration:
        return Configuration()
    text, path = artifact_file(action, context, "TemplateConfiguration")
    try:
        content = json.loads(text)
        if not isinstance(content, dict) or not isinstance(content.get("Parameters", {}), dict):
            raise ValueError("it must be a mapping whose Parameters are a mapping")
        policy = content.get("StackPolicy")
        return Configuration(
            parameters=_strings(content.get("Parameters", {}), path),
            tags=_strings(content.get("Tags", {}), path),
            policy=None if policy is None else json.dumps(policy),
        )
    except (ValueError, AttributeError) as error:
        raise ActionFailed(
            f'invalid configuration file {path}: {error}; use {{"Parameters": {{...}}}}'
        ) from error


def stack_parameters(
    action: Action,
    context: Context,
    configuration: Configuration,
    declarations: Mapping[str, Any],
) -> dict[str, str]:
    """Return the parameters of the stack that an action deploys.

    Args:
        action: the action.
        context: of the action.
        configuration: its template configuration.
        declarations: the parameters that the template declares.

    Raises:
        ActionFailed: a value is invalid, not declared by the template, or missing.

    """
    values = {**configuration.parameters, **_overrides(action, context)}
    undeclared = [name for name in values if name not in declarations]
    if undeclared:
        raise ActionFailed(f"Parameters: [{', '.join(undeclared)}] do not exist in the template")
    placeholders: list[str] = []
    missing: list[str] = []
    for name, declaration in declarations.items():
        if name in values or "Default" in declaration:
            continue
        value = context.parameters.get(name)
        if value is None and context.account.endpoint and depends_on_account(declaration):
            value = placeholder(declaration, context.account_of(action))
            if value is not None:
                placeholders.append(f"{name} ({value})")
        if value is None:
            missing.append(name)
        else:
            values[name] = value
    if missing:
        raise ActionFailed(f"Parameters: [{', '.join(missing)}] must have values")
    if placeholders:
        context.notify(
            f"{action.configuration['TemplatePath']}: no value is set for {', '.join(placeholders)}"
            "; a placeholder is used here, on AWS the deployment would fail"
        )
    _ensure_network(values, action, context, declarations)
    return values


def _ensure_network(
    values: Mapping[str, str], action: Action, context: Context, declarations: Mapping[str, Any]
) -> None:
    """Create the network that the parameters name, in the local AWS."""
    ids: dict[str, list[str]] = {"VPC": [], "Subnet": []}
    for name, value in values.items():
        type_ = str(declarations[name].get("Type", ""))
        for kind, of_kind in ids.items():
            if f"AWS::EC2::{kind}::Id" in type_:
                of_kind += [part.strip() for part in value.split(",")]
    created = context.ensure_network(action, ids["VPC"], ids["Subnet"])
    if created:
        context.notify(f"{', '.join(created)}: created in the local AWS")


def _overrides(action: Action, context: Context) -> dict[str, str]:
    text = action.configuration.get("ParameterOverrides")
    if not text:
        return {}
    try:
        overrides = json.loads(text)
        if not isinstance(overrides, dict):
            raise ValueError("it must be a mapping")
    except ValueError as error:
        raise ActionFailed(f"ParameterOverrides is not valid JSON: {error}") from error
    return {name: _value(name, value, action, context) for name, value in overrides.items()}


def _value(name: str, value: Any, action: Action, context: Context) -> str:
    match value:
        case {"Fn::GetParam": [str(artifact), str(path), str(key)]}:
            text = _read(action, context, artifact, path, f"parameter {name}")
            try:
                content = json.loads(text)[key]
            except (ValueError, KeyError, TypeError) as error:
                raise ActionFailed(
                    f"parameter {name}: {path} of {artifact} has no key {key} "
                    f"(its content: {text.strip():.60})"
                ) from error
            return _string(name, content)
        case {"Fn::GetArtifactAtt": [str(artifact), str(attribute)]}:
            stored = context.artifacts.stored.get(artifact)
            if stored is None or artifact not in action.inputs:
                raise ActionFailed(
                    f"parameter {name}: {artifact} is not an input artifact of the action"
                )
            attributes = {"BucketName": stored.bucket, "ObjectKey": stored.key, "URL": stored.url}
            if attribute not in attributes:
                raise ActionFailed(
                    f"parameter {name}: an artifact has no attribute {attribute}; use one of "
                    f"{', '.join(attributes)}"
                )
            return attributes[attribute]
        case dict():
            raise ActionFailed(
                f"parameter {name} is {json.dumps(value):.80}; CodePipeline supports "
                "Fn::GetParam [artifact, file, key] and Fn::GetArtifactAtt [artifact, attribute]"
            )
        case _:
            return _string(name, value)


def _string(name: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    if not isinstance(value, str):
        raise ActionFailed(f"parameter {name} must be a string (got {json.dumps(value):.60})")
    return value


def _strings(values: Any, path: str) -> dict[str, str]:
    wrong = [name for name, value in values.items() if not isinstance(value, str)]
    if wrong:
        raise ActionFailed(f"{path}: {', '.join(wrong)}: the value must be a string")
    return dict(values)


def _read(action: Action, context: Context, artifact: str, path: str, subject: str) -> str:
    if artifact not in action.inputs:
        raise ActionFailed(
            f"{subject} reads the artifact {artifact}, which is not an input artifact of the "
            f"action; its input artifacts: {', '.join(action.inputs) or 'none'}"
        )
    try:
        content = context.artifacts.read(artifact, path)
    except LookupError:
        raise ActionFailed(f"no earlier action has created the artifact {artifact}") from None
    if content is None:
        raise ActionFailed(f"File [{path}] does not exist in artifact [{artifact}]")
    return content.decode(errors="replace")
