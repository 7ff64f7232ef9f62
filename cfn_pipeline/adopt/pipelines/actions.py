"""Actions of a live pipeline, as calls of the pipeline language's classes.

A class is used where it gives the settings that the action has; otherwise the action is written
with its settings as they are.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from troposphere import Ref

from cfn_pipeline.adopt.pipelines.any_action import AnyAction, AnyConnectedSource
from cfn_pipeline.adopt.pipelines.comparing import (
    Properties,
    rendered_action,
    same_action,
    without_defaults,
)
from cfn_pipeline.adopt.pipelines.expressions import Call, Joined, Name, Parameter
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.actions import Approve, CodeBuild, CodeBuildTest
from cfn_pipeline.model.aws_sources import CodeCommit, ECRSource, S3Source
from cfn_pipeline.model.cluster_releases import ECSDeploy
from cfn_pipeline.model.commands import Commands, ECRBuildAndPublish
from cfn_pipeline.model.deployments import (
    CreateChangeSet,
    DeleteStack,
    ExecuteChangeSet,
    ReplaceFailedStack,
    UpdateStack,
)
from cfn_pipeline.model.invocations import LambdaInvoke, StartPipeline
from cfn_pipeline.model.releases import S3Deploy
from cfn_pipeline.model.sources import GitHub, GitHubOAuth, GitLab
from cfn_pipeline.model.triggers import Patterns, PullRequest, Push

_Words: TypeAlias = dict[str, Any]

_STACK_ACTIONS = {kind.mode: kind for kind in (UpdateStack, ReplaceFailedStack, CreateChangeSet)}


class Actions:
    """Makes calls of actions, which share artifacts and change sets.

    Args:
        artifacts: the variables of the artifacts, by name.
        triggers: the triggers of the pipeline, by the name of the source action.

    """

    def __init__(self, artifacts: Mapping[str, Name], triggers: Mapping[str, Properties]) -> None:
        self._artifacts = artifacts
        self._triggers = triggers
        self._change_sets: dict[tuple[Any, ...], Call] = {}

    def call(self, action: Properties) -> Call:
        """Return the call for an action: of its class, or of one that takes any settings."""
        make = self._makers().get(_kind(action))
        if make is not None:
            try:
                call = make(action)
                if call is not None and same_action(
                    rendered_action(call.value), action, self._triggers
                ):
                    return self._kept(call, action)
            except (ModelError, KeyError, ValueError, TypeError, AttributeError, RecursionError):
                pass  # settings that the class does not know, or refuses
        return self._any(action)

    def _kept(self, call: Call, action: Properties) -> Call:
        """Remember a change set, for the action that executes it."""
        if call.kind is CreateChangeSet:
            self._change_sets[_change_set(action)] = call
        return call

    def _makers(self) -> Mapping[tuple[str, ...], Callable[[Properties], Call | None]]:
        return {
            ("Source", "AWS", CONNECTION_PROVIDER): self._connected,
            ("Source", "AWS", "CodeCommit"): self._code_commit,
            ("Source", "AWS", "S3"): self._s3_source,
            ("Source", "AWS", "ECR"): self._ecr_source,
            ("Source", "ThirdParty", "GitHub"): self._oauth,
            ("Build", "AWS", "CodeBuild"): self._build,
            ("Test", "AWS", "CodeBuild"): self._build,
            ("Build", "AWS", "ECRBuildAndPublish"): self._image,
            ("Approval", "AWS", "Manual"): self._approve,
            ("Compute", "AWS", "Commands"): self._commands,
            ("Deploy", "AWS", "CloudFormation"): self._stack,
            ("Deploy", "AWS", "S3"): self._s3_deploy,
            ("Deploy", "AWS", "ECS"): self._ecs,
            ("Invoke", "AWS", "Lambda"): self._invoke,
            ("Invoke", "AWS", "CodePipeline"): self._start,
        }

    def _connected(self, action: Properties) -> Call:
        settings = without_defaults(action, self._triggers)
        words = _common(action) | {
            "repository": settings.pop("FullRepositoryId"),
            "branch": settings.pop("BranchName"),
            "connection": settings.pop("ConnectionArn"),
            "output": _only(_outputs(action)),
            **self._filters(action["Name"]),
        }
        kind = GitHub if words["repository"].count("/") == 1 else GitLab
        if settings:
            return Call(AnyConnectedSource, words | {"configuration": settings})
        return Call(kind, words)

    def _filters(self, name: str) -> _Words:
        git = self._triggers.get(name, {}).get("GitConfiguration", {})
        push = [
            Call(Push, _patterns(each, {"Branches": "branches", "FilePaths": "paths"}, "tags"))
            for each in git.get("Push", ())
        ]
        pull_requests = [
            Call(
                PullRequest,
                _present(events=each.get("Events") or None)
                | _patterns(each, {"Branches": "branches", "FilePaths": "paths"}),
            )
            for each in git.get("PullRequest", ())
        ]
        return _present(push=push or None, pull_requests=pull_requests or None)

    def _code_commit(self, action: Properties) -> Call:
        settings = action["Configuration"]
        return Call(
            CodeCommit,
            _common(action)
            | {
                "repository": settings["RepositoryName"],
                "branch": settings["BranchName"],
                "output": _only(_outputs(action)),
            },
        )

    def _s3_source(self, action: Properties) -> Call:
        settings = action["Configuration"]
        words = {
            "bucket": settings["S3Bucket"],
            "key": settings["S3ObjectKey"],
            "output": _only(_outputs(action)),
        }
        return Call(S3Source, _common(action) | words)

    def _ecr_source(self, action: Properties) -> Call:
        settings = action["Configuration"]
        words = _present(repository=settings["RepositoryName"], tag=settings.get("ImageTag"))
        return Call(ECRSource, _common(action) | words | {"output": _only(_outputs(action))})

    def _oauth(self, action: Properties) -> Call:
        settings = action["Configuration"]
        words = {
            "repository": f"{settings['Owner']}/{settings['Repo']}",
            "branch": settings["Branch"],
            "token": _reference(settings["OAuthToken"]),
            "output": _only(_outputs(action)),
        }
        return Call(GitHubOAuth, _common(action) | words)

    def _build(self, action: Properties) -> Call:
        settings = action["Configuration"]
        names = [each["Name"] for each in action["InputArtifacts"]]
        first = settings.get("PrimarySource", names[0])
        outputs = _outputs(action)
        listed = json.loads(settings.get("EnvironmentVariables", "[]"))
        words = _present(
            project=settings["ProjectName"],
            input=self._artifacts[first],
            secondary_inputs=[self._artifacts[n] for n in names if n != first] or None,
            output=outputs[0] if outputs else None,
            secondary_outputs=outputs[1:] or None,
            environment={each["name"]: each["value"] for each in listed} or None,
        )
        kind = CodeBuild if action["ActionTypeId"]["Category"] == "Build" else CodeBuildTest
        return Call(kind, _common(action) | words)

    def _image(self, action: Properties) -> Call:
        settings = action["Configuration"]
        words = _present(
            input=self._only_input(action),
            repository=settings["ECRRepositoryName"],
            dockerfile=settings.get("DockerFilePath"),
            tags=_listed(settings.get("ImageTags")),
        )
        return Call(ECRBuildAndPublish, _common(action) | words)

    def _approve(self, action: Properties) -> Call:
        settings = action.get("Configuration", {})
        words = _present(
            note=settings.get("CustomData"),
            topic=settings.get("NotificationArn"),
            url=settings.get("ExternalEntityLink"),
        )
        return Call(Approve, _common(action) | words)

    def _commands(self, action: Properties) -> Call:
        variables = action.get("EnvironmentVariables", ())
        [first, *others] = (self._artifacts[each["Name"]] for each in action["InputArtifacts"])
        output: Properties = next(iter(action.get("OutputArtifacts", ())), {})
        words = _present(
            input=first,
            secondary_inputs=others or None,
            commands=action["Commands"],
            environment=_variables(variables, "PLAINTEXT") or None,
            secrets=_variables(variables, "SECRETS_MANAGER") or None,
            variables=action.get("OutputVariables") or None,
            output=output.get("Name"),
            files=output.get("Files") or None,
        )
        return Call(Commands, _common(action) | words)

    def _stack(self, action: Properties) -> Call | None:
        settings = action["Configuration"]
        mode = settings["ActionMode"]
        if mode == ExecuteChangeSet.mode:
            change_set = self._change_sets.get(_change_set(action))
            return change_set and Call(ExecuteChangeSet, _common(action) | {"of": change_set})
        words = _present(stack=settings["StackName"], role=settings.get("RoleArn"))
        if mode == DeleteStack.mode:
            return Call(DeleteStack, _common(action) | words)
        capabilities = _listed(settings.get("Capabilities")) or []
        overrides = json.loads(settings.get("ParameterOverrides", "{}"))
        words |= _present(
            template=self._file(settings["TemplatePath"]),
            configuration=self._file(settings.get("TemplateConfiguration")),
            parameters={name: self._parameter(value) for name, value in overrides.items()} or None,
            capabilities=None if capabilities == ["CAPABILITY_NAMED_IAM"] else capabilities,
        )
        kind = _STACK_ACTIONS[mode]
        if kind is not CreateChangeSet:
            return Call(kind, _common(action) | words)
        name = settings["ChangeSetName"]
        words |= _present(change_set=None if name == settings["StackName"] else name)
        variable = f"change_set_{len(self._change_sets) + 1}"
        return Call(kind, _common(action) | words, variable=variable)

    def _file(self, text: str | None) -> Joined | None:
        if text is None:
            return None
        artifact, _, path = text.partition("::")
        return Joined(self._artifacts[artifact], path)

    def _parameter(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        artifact, file, key = value["Fn::GetParam"]
        return Parameter(self._artifacts[artifact], file, key)

    def _s3_deploy(self, action: Properties) -> Call:
        settings = action["Configuration"]
        words = _present(
            input=self._only_input(action),
            bucket=settings["BucketName"],
            key=settings.get("ObjectKey"),
            extract=None if settings["Extract"] == "true" else False,
            cache_control=settings.get("CacheControl"),
            kms_key=settings.get("KMSEncryptionKeyARN"),
        )
        return Call(S3Deploy, _common(action) | words)

    def _ecs(self, action: Properties) -> Call:
        settings = action["Configuration"]
        minutes = settings.get("DeploymentTimeout")
        words = _present(
            input=self._only_input(action),
            cluster=settings["ClusterName"],
            service=settings["ServiceName"],
            file=settings.get("FileName"),
            timeout_minutes=None if minutes is None else int(minutes),
        )
        return Call(ECSDeploy, _common(action) | words)

    def _invoke(self, action: Properties) -> Call:
        settings = action["Configuration"]
        artifacts = [self._artifacts[each["Name"]] for each in action.get("InputArtifacts", ())]
        words = _present(
            function=settings["FunctionName"],
            parameters=settings.get("UserParameters"),
            artifacts=artifacts or None,
        )
        return Call(LambdaInvoke, _common(action) | words)

    def _start(self, action: Properties) -> Call:
        settings = action["Configuration"]
        listed = json.loads(settings.get("Variables", "[]"))
        words = _present(
            pipeline=settings["PipelineName"],
            variables={each["name"]: each["value"] for each in listed} or None,
        )
        return Call(StartPipeline, _common(action) | words)

    def _only_input(self, action: Properties) -> Name:
        return self._artifacts[_only([each["Name"] for each in action["InputArtifacts"]])]

    def _any(self, action: Properties) -> Call:
        kind = action["ActionTypeId"]
        settings = {n: _reference(v) for n, v in action.get("Configuration", {}).items()}
        words = _present(
            category=kind["Category"],
            owner=None if kind["Owner"] == "AWS" else kind["Owner"],
            provider=kind["Provider"],
            version=None if kind["Version"] == "1" else kind["Version"],
            configuration=settings or None,
            reads=[self._artifacts[each["Name"]] for each in action.get("InputArtifacts", ())]
            or None,
            makes=_outputs(action) or None,
        )
        return Call(AnyAction, _common(action) | words)


def _kind(action: Properties) -> tuple[str, ...]:
    kind = action["ActionTypeId"]
    return (kind["Category"], kind["Owner"], kind["Provider"])


def _common(action: Properties) -> _Words:
    return _present(
        name=action["Name"],
        namespace=action.get("Namespace"),
        region=action.get("Region"),
        action_role=action.get("RoleArn"),
    )


def _present(**words: Any) -> _Words:
    return {name: value for name, value in words.items() if value is not None}


def _outputs(action: Properties) -> list[str]:
    return [each["Name"] for each in action.get("OutputArtifacts", ())]


def _only(values: Sequence[str]) -> str:
    [value] = values
    return value


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else text.split(",")


def _variables(listed: Sequence[Properties], kind: str) -> dict[str, str]:
    return {v["Name"]: v["Value"] for v in listed if v.get("Type", "PLAINTEXT") == kind}


def _change_set(action: Properties) -> tuple[Any, ...]:
    settings = action["Configuration"]
    names = (settings.get("StackName"), settings.get("ChangeSetName"))
    return (*names, action.get("Region"), action.get("RoleArn"))


def _reference(value: Any) -> Any:
    return Call(Ref, first=[value["Ref"]]) if isinstance(value, dict) else value


def _patterns(each: Properties, names: Mapping[str, str], *more: str) -> _Words:
    keys = {**names, **{name.capitalize(): name for name in more}}
    return {word: _pattern(each[key]) for key, word in keys.items() if key in each}


def _pattern(patterns: Properties) -> Call:
    words = {name: list(patterns.get(name.capitalize(), ())) for name in ("includes", "excludes")}
    return Call(Patterns, {name: each for name, each in words.items() if each})
