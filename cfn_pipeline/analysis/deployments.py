"""CloudFormation actions with their templates, configurations and parameters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cfn_pipeline.analysis.artifact_references import FileReference, file_references, overrides_of
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Action, Pipeline, pipelines
from cfn_pipeline.analysis.system import Artifact, System, Template
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.frozen import Frozen, frozen


@frozen
class File(Frozen):
    """A file that an action uses, in an artifact whose files are known.

    Args:
        reference: the setting that refers to the file.
        artifact: the artifact.
        path: its path among the artifact's files.
        text: the content of the file; None if it does not exist.

    """

    reference: FileReference
    artifact: Artifact
    path: str
    text: str | None

    @property
    def shown(self) -> str:
        """The file, as messages show it."""
        return f"{self.artifact.shown}{self.path}"


@dataclass(frozen=True, eq=False)
class Deployment:
    """A CloudFormation action that deploys a template, and the files that it uses."""

    action: Action
    pipeline: Pipeline

    @cached_property
    def files(self) -> dict[str, File]:
        """The known files, by setting: TemplatePath and TemplateConfiguration."""
        files = {}
        for reference in file_references(self.action):
            artifact = self.pipeline.system.artifact(reference.artifact)
            if artifact is None or not is_known(reference.path):
                continue
            path = artifact.path_in_files(reference.path)
            if path is not None:
                text = artifact.files.get(path)
                files[reference.key] = File(
                    reference=reference, artifact=artifact, path=path, text=text
                )
        return files

    @cached_property
    def template(self) -> Template | None:
        """The template; None if it is unknown, missing or invalid."""
        file = self.files.get("TemplatePath")
        if file is None or file.text is None:
            return None
        if (parsed := file.artifact.parsed.get(file.path)) is not None:
            return Template(file.shown, parsed)
        text = file.text
        return self.pipeline.system.once(
            ("template", file.shown), lambda: _template(file.shown, text)
        )

    @cached_property
    def configuration(self) -> Mapping[str, Any] | None:
        """The content of the configuration file; None if it is unknown, missing or invalid."""
        file = self.files.get("TemplateConfiguration")
        if file is None or file.text is None:
            return None
        try:
            content = json.loads(file.text)
        except (ValueError, RecursionError):
            return None
        return content if isinstance(content, dict) else None

    @property
    def configured(self) -> Mapping[str, Any]:
        """The parameters that the configuration file sets."""
        parameters = (self.configuration or {}).get("Parameters")
        return parameters if isinstance(parameters, dict) else {}

    @property
    def overridden(self) -> Mapping[str, Any]:
        """The parameters that ParameterOverrides sets."""
        return overrides_of(self.action)

    @cached_property
    def unset(self) -> list[str]:
        """The parameters without default that are not set; empty if not all values are known."""
        template = self.template
        if template is None or template.rewritten or not self.sees_all_values:
            return []
        return [
            name
            for name, parameter in template.section("Parameters").items()
            if isinstance(parameter, dict)
            and "Default" not in parameter
            and name not in self.configured
            and name not in self.overridden
        ]

    @property
    def sees_all_values(self) -> bool:
        """Whether the files and settings that give values to parameters are known."""
        configuration = self.action.setting("TemplateConfiguration")
        overrides = self.action.setting("ParameterOverrides")
        return (not configuration.is_there or self.configuration is not None) and (
            not overrides.is_there or is_known(overrides.text) or bool(self.overridden)
        )


def _template(shown: str, text: str) -> Template | None:
    try:
        return Template.read(shown, text)
    except TemplateError:
        return None


def _reads_template(action: Action) -> bool:
    return action.mode_terms is not None and action.mode_terms.reads_template


def deployments(pipeline: Pipeline) -> list[Deployment]:
    """Return the CloudFormation actions that read a template."""
    return pipeline.system.once(
        ("deployments", pipeline),
        lambda: [Deployment(a, pipeline) for a in pipeline.actions if _reads_template(a)],
    )


def stack_names(template: Template, system: System) -> list[str]:
    """Return the names of the stacks to which pipelines deploy a template."""
    names = [
        deployment.action.setting("StackName").text
        for pipeline in pipelines(system)
        for deployment in deployments(pipeline)
        if deployment.template is not None and deployment.template.content == template.content
    ]
    return list(dict.fromkeys(name for name in names if name is not None and is_known(name)))


def open_parameters(deployment: Deployment) -> list[str]:
    """Return the parameters that users still have to set in a rendered configuration.

    Rendered configurations do not contain ids of existing resources of the account, such as a VPC.
    """
    template, file = deployment.template, deployment.files.get("TemplateConfiguration")
    if template is None or file is None or not file.artifact.assumed:
        return []
    parameters = template.section("Parameters")
    others = [other.configured for other in deployments(deployment.pipeline)]
    return [
        name
        for name in deployment.unset
        if str(parameters[name].get("Type")).startswith(("AWS::EC2", "List<AWS::"))
        and not any(name in configured for configured in others)
    ]
