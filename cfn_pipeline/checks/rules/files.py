"""Files in artifacts: the template and its configuration are there, and have the right form.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

import difflib
import json
from collections.abc import Iterator

from cfn_pipeline.analysis.artifact_references import ArtifactFunction, artifact_functions
from cfn_pipeline.analysis.deployments import File, deployments
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.system import Artifact
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.template import load
from cfn_pipeline.template.positions import Path

__all__ = ["RULES"]

_SECTIONS = ("Parameters", "Tags", "StackPolicy")


def _are_there(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        for file in deployment.files.values():
            if file.text is None:
                near = difflib.get_close_matches(file.reference.path, file.artifact.files, 1)
                meant = f" (is '{near[0]}' meant to be it?)" if near else ""
                yield problem(
                    deployment.action,
                    file.reference.node,
                    f"{file.reference.key} is not in the artifact '{file.artifact.name}': there is "
                    f"no {file.shown}{meant}; add the file, or correct the path",
                )
    for action in pipeline.actions:
        for call in artifact_functions(action):
            artifact = pipeline.system.artifact(call.artifact or "")
            if artifact is None or not _is_source(call.artifact, pipeline):
                continue
            if call.function == "Fn::GetParam" and (said := _no_value(call, artifact)):
                path = call.arguments[1]
                yield problem(
                    action,
                    call.node,
                    f"Fn::GetParam for '{call.parameter}' reads '{path}' in the artifact "
                    f"'{artifact.name}': {said}",
                )


def _no_value(call: ArtifactFunction, artifact: Artifact) -> str:
    """Say why Fn::GetParam finds no value; nothing where it finds one."""
    match call.arguments:
        case [_, str(path), str(key)]:
            pass
        case _:
            return ""  # its form is judged elsewhere
    text = artifact.files.get(path)
    if text is None:
        return f"there is no {artifact.shown}{path}; add the file, or correct the path"
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict) and key in content:
        return ""
    return f"{artifact.shown}{path} is no JSON object with the key '{key}'; add it"


def _is_source(artifact: str | None, pipeline: Pipeline) -> bool:
    """Tell whether a source makes the artifact: what a build makes is judged by its buildspec."""
    return any(
        out.name == artifact
        for action in pipeline.actions
        if action.category == "Source"
        for out in action.outputs
    )


def _templates(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        file = deployment.files.get("TemplatePath")
        if file is None or file.text is None or file.reference.path in file.artifact.parsed:
            continue
        if deployment.template is None:
            said = _why_unreadable(file)
        elif deployment.template.section("Resources"):
            continue
        else:
            said = f"{file.shown} has no Resources"
        yield problem(
            deployment.action,
            (file.shown, ()),
            f"the template cannot be deployed: {said}; correct the file",
            resource=pipeline.resource,
        )


def _why_unreadable(file: File) -> str:
    try:
        load(file.text or "", source=file.shown)
    except TemplateError as error:
        return str(error)
    return ""


def _configurations(pipeline: Pipeline) -> Iterator[Problem]:
    for deployment in deployments(pipeline):
        file = deployment.files.get("TemplateConfiguration")
        if file is None or file.text is None:
            continue
        for path, said in _wrong(file):
            yield problem(
                deployment.action,
                (file.shown, path),
                f"{file.shown} {said}",
                resource=pipeline.resource,
            )


def _wrong(file: File) -> Iterator[tuple[Path, str]]:
    """Say what is wrong with the form of a configuration file."""
    form = '{"Parameters": {"Name": "value"}, "Tags": {...}, "StackPolicy": {...}}'
    try:
        content = json.loads(file.text or "")
    except (ValueError, RecursionError) as error:
        yield (), f"is no JSON ({error}); a template configuration is {form}"
        return
    if not isinstance(content, dict):
        yield (), f"is no JSON object; a template configuration is {form}"
        return
    if not any(key in content for key in _SECTIONS) and content:
        yield (), f"has none of {', '.join(_SECTIONS)}; a template configuration is {form}"
        return
    for key, value in content.items():
        if key not in _SECTIONS:
            yield (key,), f"has the key '{key}'; a template configuration is {form}"
        elif not isinstance(value, dict):
            yield (key,), f"has a {key} that is no object; a template configuration is {form}"
        elif key != "StackPolicy":
            for name, said in value.items():
                if not isinstance(said, str):
                    now, text = json.dumps(said)[:40], _as_text(said)
                    yield (key, name), f'sets {name} to {now}; write it as text: "{text}"'


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return json.dumps(value).strip('"')


RULES = (
    CheckRule(
        id="E9801",
        title="The files that an action names are in the artifact",
        impact="The action fails each time it runs.",
        aws_message="File [...] does not exist in artifact [...]",
        fix="Add the file to the repository, or correct the path.",
        find_in_pipeline=_are_there,
    ),
    CheckRule(
        id="E9802",
        title="The template that an action deploys can be read",
        impact="The action fails each time it runs.",
        aws_message="Template format error: ...",
        fix="Correct the template.",
        find_in_pipeline=_templates,
    ),
    CheckRule(
        id="E9803",
        title="A configuration file has the form that CodePipeline reads",
        impact="The action fails each time it runs.",
        fix="Write a JSON object with Parameters, Tags and StackPolicy, whose values are texts.",
        find_in_pipeline=_configurations,
    ),
)
