"""Files in artifacts: templates and configurations exist and are valid.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

import difflib
import json
from collections.abc import Iterator

from cfn_pipeline.analysis.artifact_references import ArtifactFunction, artifact_functions
from cfn_pipeline.analysis.deployments import File, deployments
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.system import Artifact
from cfn_pipeline.aws.cloudformation import CONFIGURATION_SECTIONS
from cfn_pipeline.aws.guides import CLOUDFORMATION, CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.template import load
from cfn_pipeline.template.positions import Path


def _files_exist(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        for file in deployment.files.values():
            if file.text is None:
                near = difflib.get_close_matches(file.path, file.artifact.files, 1)
                hint = f" (did you mean '{file.artifact.folder}{near[0]}'?)" if near else ""
                yield problem(
                    deployment.action,
                    file.reference.node,
                    f"{file.reference.key} does not exist in artifact '{file.artifact.name}': "
                    f"{file.shown}{hint}; add the file, or correct the path",
                )
    for action in pipeline.actions:
        for call in artifact_functions(action):
            artifact = pipeline.system.artifact(call.artifact or "")
            if artifact is None or not _is_source(call.artifact, pipeline):
                continue
            if call.function == "Fn::GetParam" and (mistake := _no_value(call, artifact)):
                path = call.arguments[1]
                yield problem(
                    action,
                    call.node,
                    f"Fn::GetParam for '{call.parameter}' reads '{path}' of artifact "
                    f"'{artifact.name}': {mistake}",
                )


def _no_value(call: ArtifactFunction, artifact: Artifact) -> str:
    """Return why Fn::GetParam finds no value; empty if it finds one."""
    match call.arguments:
        case [_, str(path_in_artifact), str(key)]:
            path = artifact.path_in_files(path_in_artifact)
        case _:
            return ""  # another rule checks its form
    if path is None:
        return ""
    text = artifact.files.get(path)
    if text is None:
        return f"{artifact.shown}{path} does not exist; add the file, or correct the path"
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict) and key in content:
        return ""
    return f"{artifact.shown}{path} must be a JSON object with key '{key}'; add the key"


def _is_source(artifact: str | None, pipeline: Pipeline) -> bool:
    """Whether the artifact is a source's output; outputs of builds depend on the buildspec."""
    return any(
        out.name == artifact
        for action in pipeline.actions
        if action.category == "Source"
        for out in action.outputs
    )


def _templates(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        file = deployment.files.get("TemplatePath")
        if file is None or file.text is None or file.path in file.artifact.parsed:
            continue
        if deployment.template is None:
            mistake = _why_unreadable(file)
        elif deployment.template.section("Resources"):
            continue
        else:
            mistake = f"{file.shown} has no Resources section"
        yield problem(
            deployment.action,
            (file.shown, ()),
            f"the template is invalid: {mistake}; correct the file",
            resource=pipeline.resource,
        )


def _why_unreadable(file: File) -> str:
    try:
        load(file.text or "", source=file.shown, strict=False)
    except TemplateError as error:
        return str(error)
    return ""


def _configurations(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        file = deployment.files.get("TemplateConfiguration")
        if file is None or file.text is None:
            continue
        for path, mistake in _wrong(file):
            yield problem(
                deployment.action,
                (file.shown, path),
                f"{file.shown} {mistake}",
                resource=pipeline.resource,
            )


def _wrong(file: File) -> Iterator[tuple[Path, str]]:
    """Yield the places and mistakes of a template configuration file."""
    form = '{"Parameters": {"Name": "value"}, "Tags": {...}, "StackPolicy": {...}}'
    try:
        content = json.loads(file.text or "")
    except (ValueError, RecursionError) as error:
        yield (), f"is not valid JSON ({error}); write {form}"
        return
    if not isinstance(content, dict):
        yield (), f"must be a JSON object; write {form}"
        return
    if not any(key in content for key in CONFIGURATION_SECTIONS) and content:
        *some, last = CONFIGURATION_SECTIONS
        yield (), f"must contain {', '.join(some)} or {last}; write {form}"
        return
    for key, value in content.items():
        if key not in CONFIGURATION_SECTIONS:
            yield (key,), f"has the unknown key '{key}'; write {form}"
        elif not isinstance(value, dict):
            yield (key,), f"{key} must be an object; write {form}"
        elif key != "StackPolicy":
            for name, entry in value.items():
                if not isinstance(entry, str) and not _is_artifact_function(entry):
                    now, text = json.dumps(entry)[:40], _as_text(entry)
                    yield (key, name), f'{name} must be a string (got {now}); write "{text}"'


def _is_artifact_function(value: object) -> bool:
    """Whether a value is read from an artifact, as in ParameterOverrides."""
    return isinstance(value, dict) and list(value) in (["Fn::GetArtifactAtt"], ["Fn::GetParam"])


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return json.dumps(value).strip('"')


RULES = (
    CheckRule(
        id="E9801",
        title="Files that actions use exist in the artifact",
        impact="The action fails each time it runs.",
        aws_message="File [...] does not exist in artifact [...]",
        fix="Add the file to the repository, or correct the path.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_files_exist,
    ),
    CheckRule(
        id="E9802",
        title="Templates that actions deploy are valid",
        impact="The action fails each time it runs.",
        aws_message="Template format error: ...",
        fix="Correct the template.",
        source=f"{CLOUDFORMATION}/template-formats.html",
        certainty="documented",
        find_in_pipeline=_templates,
    ),
    CheckRule(
        id="E9803",
        title="Template configuration files are valid",
        impact="The action fails each time it runs.",
        fix="Write a JSON object with Parameters, Tags and StackPolicy; values of parameters and "
        "tags are strings.",
        source=f"{CLOUDFORMATION}/continuous-delivery-codepipeline-cfn-artifacts.html",
        certainty="documented",
        find_in_pipeline=_configurations,
    ),
)
