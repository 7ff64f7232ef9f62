"""What a live pipeline delivers, as cfn-pipeline.yml, where that fits.

It fits a pipeline whose stages deploy one template each, with or without an approval. Rendering the
file makes a delivery of its own (role, key, buckets, pipeline); the live pipeline is not imported
by it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from cfn_pipeline.adopt.pipelines.reading import LivePipeline
from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.cloudformation import ACTION_MODES
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER, GATES
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.template import emit

Properties: TypeAlias = Mapping[str, Any]

_ACCOUNT = re.compile("arn:[^:]+:iam::([0-9]{12}):role/.+")
_GET_PARAM = re.compile(r'"([A-Za-z0-9]+)"\s*:\s*\{\s*"Fn::GetParam"')
_ANOTHER = (
    "rendering makes another pipeline, with a role and buckets of its own; remove the live one "
    "when the new one has delivered once"
)


@frozen
class AsConfiguration(Frozen):
    """A pipeline as configuration.

    Args:
        text: cfn-pipeline.yml; None: it does not fit.
        differences: what does not fit, and what to do, a sentence each.

    """

    text: str | None
    differences: Sequence[str]


def as_configuration(live: LivePipeline) -> AsConfiguration:
    """Return what a pipeline delivers as configuration."""
    mapping = _Mapping(live)
    application = mapping.application()
    if mapping.reasons:
        return AsConfiguration(text=None, differences=mapping.reasons)
    text = emit(
        {"applications": [application]},
        header="yaml-language-server: $schema=cfn-pipeline.schema.json\n"
        f"What the pipeline {live.name} delivers. After each change:\n"
        "cfn-pipeline render --config cfn-pipeline.yml",
    )
    try:
        read_config(text)
    except ModelError as error:
        return AsConfiguration(text=None, differences=error.problems)
    return AsConfiguration(text=text, differences=list(dict.fromkeys(mapping.differences)))


class _Mapping:
    def __init__(self, live: LivePipeline) -> None:
        self._live = live
        #: Why it does not fit.
        self.reasons: list[str] = []
        self.differences = [_ANOTHER]
        self._sources: dict[str, Properties] = {}
        self._builds: dict[str, Properties] = {}

    def application(self) -> dict[str, Any]:
        """Return the application, or give the reasons why there is none."""
        stages = self._live.properties["Stages"]
        self.reasons += name_forms.APPLICATION.problems(self._live.name, "its name")
        environments = []
        template, version = None, None
        for stage in stages:
            deployments = [a for a in stage["Actions"] if _deploys(a) and not self._is_preview(a)]
            if not deployments:
                self._other_stage(stage)
            elif len(deployments) > 1:
                self.reasons.append(f"stage {stage['Name']!r} deploys several stacks")
            else:
                environment, path, parameter = self._environment(stage, deployments[0])
                environments.append(environment)
                version = version or parameter
                if template not in (None, path):
                    self.reasons.append(f"it deploys several templates: {template} and {path}")
                template = path
        if template is None:
            self.reasons.append("no stage deploys a template with CloudFormation")
        for key in ("ExecutionMode", "Triggers"):
            if self._live.properties.get(key, "SUPERSEDED") != "SUPERSEDED":
                self.differences.append(f"{key} has no key; use --python to keep it")
        artifact, _, file = (template or "").partition("::")
        source, others = self._source_keys(artifact)
        if not self.reasons:
            self.differences.append(f"put the template {file} beside cfn-pipeline.yml")
        return {
            "name": self._live.name,
            "source": source,
            **others,
            **self._build_keys(),
            "stack": {
                "path": file.rpartition("/")[2],
                **({} if version is None else {"version_parameter": version}),
            },
            "environments": environments,
        }

    def _is_preview(self, action: Properties) -> bool:
        """Whether it makes a change set that is shown, and never executed, as another one is."""
        if _mode(action) != "CHANGE_SET_REPLACE":
            return False
        executed = [
            _change_set(each)
            for stage in self._live.properties["Stages"]
            for each in stage["Actions"]
            if _mode(each) == "CHANGE_SET_EXECUTE"
        ]
        stack, name = _change_set(action)
        return (stack, name) not in executed and stack in [each for each, _ in executed]

    def _other_stage(self, stage: Properties) -> None:
        for action in stage["Actions"]:
            kind = action["ActionTypeId"]
            if kind["Category"] == "Source":
                for output in action.get("OutputArtifacts", ()):
                    self._sources[output["Name"]] = action
            elif (kind["Category"], kind["Provider"]) in _BUILDS and not self._builds:
                self._builds[kind["Provider"]] = action
            else:
                self.differences.append(
                    f"stage {stage['Name']!r}, action {action['Name']!r} has no counterpart; add "
                    "it to an environment's before or after"
                )

    def _environment(
        self, stage: Properties, deployment: Properties
    ) -> tuple[dict[str, Any], str, str | None]:
        settings = deployment["Configuration"]
        name = re.sub("[^a-z0-9]+", "-", stage["Name"].lower()).strip("-")
        where = f"stage {stage['Name']!r}"
        self.reasons += name_forms.ENVIRONMENT.problems(name, where)
        approval = _mode(deployment) == "CHANGE_SET_REPLACE"
        previews = [action for action in stage["Actions"] if self._is_preview(action)]
        kept = (3 if approval else 1) + len(previews)
        others = [
            action["Name"]
            for action in stage["Actions"]
            if action is not deployment
            and action not in previews
            and _mode(action) != "CHANGE_SET_EXECUTE"
            and not (approval and action["ActionTypeId"]["Provider"] == "Manual")
        ]
        if others or len(stage["Actions"]) > kept:
            self.differences.append(
                f"{where}: the actions {', '.join(others)} have no counterpart; add them to before "
                "or after"
            )
        for gate in GATES:
            if gate in stage:
                self.differences.append(f"{where}: {gate} has no key; use --python to keep it")
        account = _ACCOUNT.fullmatch(deployment.get("RoleArn", ""))
        found = _GET_PARAM.search(settings.get("ParameterOverrides", ""))
        environment = {
            "name": name,
            "stage": stage["Name"],
            "stack": settings["StackName"],
            "approval": ({"preview": True} if previews else True) if approval else None,
            "account": account and account[1],
            "region": deployment.get("Region"),
        }
        present = {key: value for key, value in environment.items() if value is not None}
        return present, settings.get("TemplatePath", ""), found and found[1]

    def _source_keys(self, template_artifact: str) -> tuple[Any, dict[str, Any]]:
        """Return the source of the code, and that of the template where it is another one."""
        sources = dict(self._sources)
        files = sources.pop(template_artifact, None)
        code = next(iter(sources.values()), files)
        if code is None:
            self.reasons.append("it has no source")
            return None, {}
        if len(sources) > 1:
            names = ", ".join(list(sources)[1:])
            self.differences.append(f"the sources {names} have no counterpart")
        others = {}
        if files is not None:
            others["deployment_source"] = self._source(files)
            if files is code:
                others["deployment_source"] = {**self._source(files), "folder": "aws"}
                self.differences.append(
                    "code and template are in one repository: the files of the deployment go into "
                    "its folder aws"
                )
        return self._source(code), others

    def _source(self, action: Properties) -> dict[str, Any]:
        settings = action.get("Configuration", {})
        provider = action["ActionTypeId"]["Provider"]
        if provider == CONNECTION_PROVIDER:
            name = settings.get("FullRepositoryId", "")
            found = {"name": name, "branch": settings.get("BranchName", "main")}
            if name.count("/") > 1:
                found["provider"] = "gitlab"
            return found
        if provider == "CodeCommit":
            name, branch = settings.get("RepositoryName", ""), settings.get("BranchName", "main")
            return {"name": name, "branch": branch, "provider": "codecommit"}
        if provider == "GitHub":
            self.differences.append("GitHub is reached by a connection instead of a token")
            name = f"{settings.get('Owner')}/{settings.get('Repo')}"
            return {"name": name, "branch": settings.get("Branch", "main")}
        if provider == "ECR":
            tag = settings.get("ImageTag")
            image = {"type": "ecr_image", "repository": settings.get("RepositoryName", "")}
            return image if tag is None else {**image, "tag": tag}
        if provider == "S3":
            bucket, key = settings.get("S3Bucket", ""), settings.get("S3ObjectKey", "")
            return {"type": "s3_object", "bucket": bucket, "key": key}
        self.reasons.append(f"action {action['Name']!r}: the source {provider} has no key")
        return {}

    def _build_keys(self) -> dict[str, Any]:
        if not self._builds:
            return {"build": None}
        [(provider, action)] = self._builds.items()
        settings = action.get("Configuration", {})
        if provider == "CodeBuild":
            self.differences.append(
                f"the CodeBuild project {settings.get('ProjectName')} is not used: the application "
                "gets one of its own, and buildspec.yml must write version.json"
            )
            return {}
        folder = settings.get("DockerFilePath")
        return {
            "build": {
                "type": "ecr_build_and_publish",
                **({} if folder is None else {"dockerfile": folder}),
            },
            "image_repository": settings.get("ECRRepositoryName", self._live.name),
        }


_BUILDS = (("Build", "CodeBuild"), ("Build", "ECRBuildAndPublish"))


def _change_set(action: Properties) -> tuple[str, str]:
    settings = action["Configuration"]
    return settings.get("StackName", ""), settings.get("ChangeSetName", "")


def _deploys(action: Properties) -> bool:
    mode = ACTION_MODES.get(_mode(action) or "")
    return mode is not None and mode.reads_template


def _mode(action: Properties) -> str | None:
    if action["ActionTypeId"]["Provider"] != "CloudFormation":
        return None
    mode: str | None = action.get("Configuration", {}).get("ActionMode")
    return mode
