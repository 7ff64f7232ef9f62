"""The pipelines that deliver an application: integration, deployment, delivery."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.actions import Action, Approve, CodeBuild
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.approval import Approval
from cfn_pipeline.model.artifacts import Artifact, ArtifactFile, ArtifactParameter
from cfn_pipeline.model.build import ImageBuild
from cfn_pipeline.model.commands import ECRBuildAndPublish
from cfn_pipeline.model.deployments import (
    CreateChangeSet,
    Deployment,
    ExecuteChangeSet,
    UpdateStack,
)
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.pipeline import Pipeline, Stage
from cfn_pipeline.model.repositories import ECRImage, FileSource
from cfn_pipeline.model.sources import RepositorySource, Source
from cfn_pipeline.model.values import Value

_VERSION_FILE = "version.json"
_VERSION_KEY = "Version"
_Kind = TypeVar("_Kind", bound=Deployment)

#: Gives the ARN of the role with which CloudFormation deploys an environment.
MakeRole: TypeAlias = Callable[[Application, Environment], Value]


@frozen(kw_only=False)
class _Roles(Frozen):
    """The roles of an environment; None: the stacks' own."""

    deployment: MakeRole | None = None
    action: MakeRole | None = None
    reader: MakeRole | None = None

    def of_deployment(self, application: Application, environment: Environment) -> Value | None:
        return None if self.deployment is None else self.deployment(application, environment)

    def of_action(self, application: Application, environment: Environment) -> Value | None:
        return None if self.action is None else self.action(application, environment)

    def of_reader(self, application: Application, environment: Environment) -> Value | None:
        return None if self.reader is None else self.reader(application, environment)


_NO_ROLES = _Roles()

#: A source action's class, such as GitHubOAuth.
MakeSource: TypeAlias = Callable[..., RepositorySource]


def continuous_integration(
    application: Application, *, source: MakeSource | None = None, pipeline_type: str = "V2"
) -> Pipeline:
    """Return a pipeline that tests, builds and publishes each commit.

    Args:
        application: what is built.
        source: the source action's class; absent: that of the repository's provider.
        pipeline_type: V2 or V1.

    Raises:
        ModelError: the application has no build.

    """
    if application.build is None:
        raise ModelError(f"{application.where} has no build, and integration is one; add a build")
    code = _application_source(application, source)
    build: Action = CodeBuild(name="CodeBuild", input=code.artifact, output="MyAppBuild")
    if isinstance(application.build, ImageBuild):
        build = _image_build(application, application.build, code.artifact)
    return Pipeline(
        name=application.name,
        stages=[Stage("Source", [code]), Stage("Build", [build])],
        pipeline_type=pipeline_type,
        variables=application.pipeline_variables,
        shared=application.shared,
    )


def continuous_deployment(
    application: Application,
    *,
    source: MakeSource | None = None,
    pipeline_type: str = "V2",
    capabilities: Sequence[str] = ("CAPABILITY_IAM",),
) -> Pipeline:
    """Return a pipeline that also deploys to the environments without approval.

    Args:
        application: what is deployed.
        source: the source actions' class; absent: that of each repository's provider.
        pipeline_type: V2 or V1.
        capabilities: what deployments acknowledge.

    """
    wanted = [e for e in application.environments if not e.approval]
    return _pipeline(application, wanted, source, pipeline_type, capabilities)


def continuous_delivery(
    application: Application,
    *,
    source: MakeSource | None = None,
    pipeline_type: str = "V2",
    capabilities: Sequence[str] = ("CAPABILITY_IAM",),
    role: MakeRole | None = None,
    action_role: MakeRole | None = None,
    reader_role: MakeRole | None = None,
) -> Pipeline:
    """Return a pipeline that deploys each build to every environment.

    Where a person approves, a change set is created first. ::

        template = pipeline_template(continuous_delivery(application))

    Args:
        application: what is deployed.
        source: the source actions' class; absent: that of each repository's provider.
        pipeline_type: V2 or V1.
        capabilities: what deployments acknowledge.
        role: gives the ARN of CloudFormation's role in an environment, such as
            ``deployment_role``; absent: one role for all, that of the pipeline's IAM stack.
        action_role: gives the ARN of the role that the pipeline assumes in an environment of
            another account, such as ``action_role``.
        reader_role: gives the ARN of the role with which change sets of such an environment are
            read where an approval describes them, such as ``reader_role``.

    Raises:
        ModelError: an environment is in another account, and a role is absent.

    """
    environments = application.environments
    roles = _Roles(role, action_role, reader_role)
    return _pipeline(application, environments, source, pipeline_type, capabilities, roles)


def _pipeline(
    application: Application,
    environments: Sequence[Environment],
    source: MakeSource | None,
    pipeline_type: str,
    capabilities: Sequence[str],
    roles: _Roles = _NO_ROLES,
) -> Pipeline:
    for environment in environments:
        account = application.places.account(environment)
        if account is not None and None in (roles.deployment, roles.action):
            raise ModelError(
                f"{application.where}, {environment.where}: account is {account}, and role or "
                "action_role is absent; use continuous_delivery with role=deployment_role and "
                "action_role=action_role"
            )
        if account is not None and roles.reader is None and _is_described(application, environment):
            raise ModelError(
                f"{application.where}, {environment.where}: account is {account}, and reader_role "
                "is absent; use continuous_delivery with reader_role=reader_role"
            )
    code = _application_source(application, source)
    repository = application.deployment_repository
    deployment, sources = code, [code]
    if not _is_shared(application) or application.build is None:
        deployment = repository.action(
            name="DeploymentRepository",
            output="DeploymentRepository",
            kind=source,
            folders=() if repository.folder is None else (repository.folder,),
        )
        sources = [code, deployment]
    files = (
        deployment.artifact
        if repository.folder is None
        else (deployment.artifact / repository.folder)
    )
    version: str | ArtifactParameter | None = None
    before = [Stage("Source", [deployment])]
    if isinstance(application.source, ECRImage):
        version = f"#{{{code.namespace}.ImageDigest}}"
        before = [Stage("Source", sources)]
    elif isinstance(application.build, ImageBuild):
        image = _image_build(application, application.build, code.artifact)
        version = f"#{{{image.namespace}.ECRImageDigestId}}"
        before = [Stage("Source", sources), Stage("Build", [image])]
    elif application.build is not None:
        build = CodeBuild(name="CodeBuild", input=code.artifact, output="ApplicationVersion")
        version = build.artifact.param(_VERSION_FILE, _VERSION_KEY)
        before = [Stage("Source", sources), Stage("Build", [build])]
    deploy = _Deploy(application, files, version, capabilities, roles)
    return Pipeline(
        name=application.name,
        stages=[
            *before,
            *(Stage(e.stage_name, [*e.before, *deploy.actions(e), *e.after]) for e in environments),
        ],
        pipeline_type=pipeline_type,
        variables=application.pipeline_variables,
        shared=application.shared,
    )


def _image_build(application: Application, build: ImageBuild, code: Artifact) -> ECRBuildAndPublish:
    """Return the action that builds an image, with a tag that no other execution has."""
    return ECRBuildAndPublish(
        name="Image",
        namespace="Image",
        input=code,
        repository=application.image_repository_name,
        dockerfile=build.dockerfile or application.source_folder,
        tags=["#{codepipeline.PipelineExecutionId}"],
    )


def _is_shared(application: Application) -> bool:
    """Whether code and templates are in one place."""
    code, files = application.source, application.deployment_repository
    return isinstance(code, FileSource) and code.place == files.place


def _application_source(application: Application, source: MakeSource | None) -> Source:
    """Return the source of the code, and of the deployment's files where they are in it."""
    code, files = application.source, application.deployment_repository
    folder = application.source_folder
    folders = [folder, files.folder] if _is_shared(application) else [folder]
    # Without a folder of its own, any change may be one of the code.
    known = () if folder is None else tuple(each for each in folders if each)
    return code.action(name="Source", output="MyApp", kind=source, folders=known)


class _Deploy:
    """Makes the actions that deploy a build to one environment."""

    def __init__(
        self,
        application: Application,
        files: Artifact | ArtifactFile,
        version: str | ArtifactParameter | None,
        capabilities: Sequence[str],
        roles: _Roles,
    ) -> None:
        self._capabilities = capabilities
        self._roles = roles
        self._application = application
        self._files = files
        self._parameters: dict[str, str | ArtifactParameter] = {}
        if version is not None and application.version_parameter is not None:
            self._parameters[application.version_parameter] = version

    def actions(self, environment: Environment) -> list[Action | Sequence[Action]]:
        if not environment.approval:
            return [self._make(UpdateStack, "Deploy", environment)]
        change = self._change_set("ChangeSet", environment)
        approval = environment.approval
        if not isinstance(approval, Approval):
            approval = Approval(describe_changes=False)
        return [
            (change, *self._previews(environment)) if approval.preview else change,
            Approve(
                name="ApproveChangeSet",
                describe_changes=approval.describe_changes,
                approve_empty=approval.approve_empty,
            ),
            ExecuteChangeSet(
                name="DeployChangeSet",
                of=change,
                region=change.region,
                action_role=change.action_role,
            ),
        ]

    def _previews(self, environment: Environment) -> list[CreateChangeSet]:
        """Return what creates the change sets of later environments, which are not executed."""
        application = self._application
        return [
            self._change_set(
                f"Preview{_title(later.name)}",
                later,
                change_set=f"{application.stack_name(later)}-preview",
            )
            for later in _later(application, environment)
            if later.approval
        ]

    def _change_set(self, name: str, environment: Environment, **options: Any) -> CreateChangeSet:
        application = self._application
        is_home = application.places.account(environment) is None
        if not is_home and _is_described(application, environment):
            options["reader_role"] = self._roles.of_reader(application, environment)
        return self._make(CreateChangeSet, name, environment, **options)

    def _make(
        self, kind: Callable[..., _Kind], name: str, environment: Environment, **options: Any
    ) -> _Kind:
        application, roles = self._application, self._roles
        is_home = application.places.account(environment) is None
        return kind(
            name=name,
            region=application.places.region(environment),
            action_role=None if is_home else roles.of_action(application, environment),
            stack=application.stack_name(environment),
            role=roles.of_deployment(application, environment),
            template=self._files / self._application.stack_file,
            configuration=self._files / f"{environment.name}.json",
            capabilities=self._capabilities,
            parameters=self._parameters,
            **options,
        )


def _later(application: Application, environment: Environment) -> Sequence[Environment]:
    names = [e.name for e in application.environments]
    return application.environments[names.index(environment.name) + 1 :]


def _is_described(application: Application, environment: Environment) -> bool:
    """Whether an approval describes change sets of an environment: its own, or an earlier one."""
    return any(
        isinstance(e.approval, Approval)
        and e.approval.describe_changes
        and (e is environment or (e.approval.preview and environment in _later(application, e)))
        for e in application.environments
        if environment.approval
    )


def _title(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))
