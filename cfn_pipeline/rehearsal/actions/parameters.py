"""The parameters with which a CloudFormation action deploys.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-parameter-override-functions.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.local_aws.placeholders import depends_on_account, invented
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Action

__all__ = ["Configuration", "artifact_file", "configuration_of", "parameters_of"]


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What a configuration file says.

    Args:
        parameters: values.
        tags: of the stack.
        policy: the stack policy, as JSON; None: none.

    """

    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    policy: str | None


def artifact_file(action: Action, context: Context, setting: str) -> tuple[str, str]:
    """Return what the file holds that a setting names, and how messages call it.

    Raises:
        ActionFailed: there is no such file.

    """
    said = action.configuration[setting]
    artifact, colons, path = said.partition("::")
    if not colons:
        raise ActionFailed(f"{setting} is {said!r}; it is written Artifact::path/of/the/file")
    return _read(action, context, artifact, path, setting), said


def configuration_of(action: Action, context: Context) -> Configuration:
    """Return what the action's configuration file says.

    Raises:
        ActionFailed: there is no such file, or it is none.

    """
    if "TemplateConfiguration" not in action.configuration:
        return Configuration(parameters={}, tags={}, policy=None)
    text, shown = artifact_file(action, context, "TemplateConfiguration")
    try:
        said = json.loads(text)
        if not isinstance(said, dict) or not isinstance(said.get("Parameters", {}), dict):
            raise ValueError("it is no mapping with a mapping of Parameters")
        policy = said.get("StackPolicy")
        return Configuration(
            parameters=_strings(said.get("Parameters", {}), shown),
            tags=_strings(said.get("Tags", {}), shown),
            policy=None if policy is None else json.dumps(policy),
        )
    except (ValueError, AttributeError) as error:
        raise ActionFailed(
            f'{shown} is no configuration file such as {{"Parameters": {{...}}}}: {error}'
        ) from error


def parameters_of(
    action: Action,
    context: Context,
    configuration: Configuration,
    declared: Mapping[str, Any],
) -> dict[str, str]:
    """Return the parameters of a stack that an action deploys.

    Args:
        action: the action.
        context: of the action.
        configuration: what its configuration file says.
        declared: the parameters of the template.

    Raises:
        ActionFailed: a value cannot be had, is unknown to the template, or is lacking.

    """
    found = {**configuration.parameters, **_overrides(action, context)}
    unknown = [name for name in found if name not in declared]
    if unknown:
        raise ActionFailed(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    made_up: list[str] = []
    lacking = [name for name in declared if "Default" not in declared[name] and name not in found]
    for name in list(lacking):
        value = context.parameters.get(name)
        if value is None and context.account.endpoint and depends_on_account(declared[name]):
            value = invented(declared[name], context.account_of(action))
            if value is not None:
                made_up.append(f"{name} ({value})")
        if value is not None:
            found[name] = value
            lacking.remove(name)
    if lacking:
        raise ActionFailed(f"Parameters: [{', '.join(lacking)}] must have values")
    if made_up:
        context.notice(
            f"nothing sets the parameters {', '.join(made_up)} of "
            f"{action.configuration['TemplatePath']}: fill them in, since on AWS they are not made "
            "up"
        )
    _let_exist(found, context, declared)
    return found


def _let_exist(found: Mapping[str, str], context: Context, declared: Mapping[str, Any]) -> None:
    """Let the local account have the network that the parameters name."""
    ids: dict[str, list[str]] = {"VPC": [], "Subnet": []}
    for name, value in found.items():
        type_ = str(declared[name].get("Type", ""))
        for kind, known in ids.items():
            if f"AWS::EC2::{kind}::Id" in type_:
                known += [part.strip() for part in value.split(",")]
    added = context.have(ids["VPC"], ids["Subnet"])
    if added:
        context.notice(f"{', '.join(added)}: the local account has been given such a network")


def _overrides(action: Action, context: Context) -> dict[str, str]:
    text = action.configuration.get("ParameterOverrides")
    if not text:
        return {}
    try:
        said = json.loads(text)
        if not isinstance(said, dict):
            raise ValueError("it is no mapping")
    except ValueError as error:
        raise ActionFailed(f"ParameterOverrides is no JSON: {error}") from error
    return {name: _value(name, value, action, context) for name, value in said.items()}


def _value(name: str, value: Any, action: Action, context: Context) -> str:
    match value:
        case {"Fn::GetParam": [str(artifact), str(path), str(key)]}:
            text = _read(action, context, artifact, path, f"the parameter {name}")
            try:
                found = json.loads(text)[key]
            except (ValueError, KeyError, TypeError) as error:
                raise ActionFailed(
                    f"the parameter {name}: {path} of {artifact} has no key {key} "
                    f"(it holds {text.strip():.60})"
                ) from error
            return _plain(name, found)
        case {"Fn::GetArtifactAtt": [str(artifact), str(attribute)]}:
            stored = context.artifacts.stored.get(artifact)
            if stored is None or artifact not in action.inputs:
                raise ActionFailed(f"the parameter {name}: {artifact} is no input of the action")
            known = {"BucketName": stored.bucket, "ObjectKey": stored.key, "URL": stored.url}
            if attribute not in known:
                raise ActionFailed(
                    f"the parameter {name}: an artifact has no {attribute}; it has "
                    f"{', '.join(known)}"
                )
            return known[attribute]
        case dict():
            raise ActionFailed(
                f"the parameter {name} is {json.dumps(value):.80}; CodePipeline knows "
                "Fn::GetParam [artifact, file, key] and Fn::GetArtifactAtt [artifact, attribute]"
            )
        case _:
            return _plain(name, value)


def _plain(name: str, value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    if not isinstance(value, str):
        raise ActionFailed(f"the parameter {name} is {json.dumps(value):.60}, which is no string")
    return value


def _strings(said: Any, shown: str) -> dict[str, str]:
    wrong = [name for name, value in said.items() if not isinstance(value, str)]
    if wrong:
        raise ActionFailed(f"{shown}: {', '.join(wrong)}: the value is no string")
    return dict(said)


def _read(action: Action, context: Context, artifact: str, path: str, what: str) -> str:
    if artifact not in action.inputs:
        raise ActionFailed(
            f"{what} reads the artifact {artifact}, which is no input of the action "
            f"(these are: {', '.join(action.inputs) or 'none'})"
        )
    try:
        found = context.artifacts.read(artifact, path)
    except LookupError:
        raise ActionFailed(f"no action before it has made the artifact {artifact}") from None
    if found is None:
        raise ActionFailed(f"File [{path}] does not exist in artifact [{artifact}]")
    return found.decode(errors="replace")
