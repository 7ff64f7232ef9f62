"""Source actions: they fetch a repository."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.pipelines import (
    CONFIGURATION_VALUE,
    CONNECTION_PROVIDER,
    TRIGGER_FILTERS,
    Range,
)
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.triggers import PullRequest, Push
from cfn_pipeline.model.values import Value


@frozen
class Source(Action):
    """Base class of source actions, which belong in a pipeline's first stage.

    Args:
        output: the name of the artifact that the source produces.

    """

    python_only: ClassVar[bool] = True

    output: str

    @property
    def artifact(self) -> Artifact:
        """The files at the revision that started the pipeline."""
        return Artifact(self.output)

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        """The one artifact."""
        return (self.artifact,)

    @property
    def event_pattern(self) -> dict[str, Any] | None:
        """The events of EventBridge that start the pipeline; None: CodePipeline itself looks."""
        return None

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with the output."""
        yield from super().problems()
        yield from name_forms.ARTIFACT.problems(self.output, self.where)


@frozen
class RepositorySource(Source):
    """Base class of sources that fetch a branch of a repository.

    Args:
        repository: ``owner/name``; of GitHub also ``name`` alone: then the owner is the parameter
            GitHubOwner of the pipeline's stack.
        branch: pushes to it start the pipeline.

    """

    #: How many names, divided by ``/``, a repository has.
    names: ClassVar[Range] = Range(1, 2)

    repository: str
    branch: str = "main"

    @property
    def owner(self) -> str | None:
        """The owner in ``repository``, or None."""
        owner, slash, _ = self.repository.rpartition("/")
        return owner if slash else None

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with the repository and the branch."""
        yield from super().problems()
        yield from repository_problems(self.repository, self.branch, self.where, names=self.names)


def repository_problems(
    repository: str, branch: str, where: str, *, names: Range | None = None
) -> Iterator[str]:
    """Yield what is wrong with a repository's name and branch.

    ``names``: how many names it has; absent: one or two, as on GitHub.
    """
    accepted = Range(1, 2) if names is None else names
    if (
        not re.fullmatch("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", repository)
        or repository.count("/") + 1 not in accepted
    ):
        yield f"{where}: invalid repository {repository!r}: use {_FORMS[accepted]}"
    elif len(repository) not in CONFIGURATION_VALUE:
        yield (
            f"{where}: the repository's name has {len(repository)} characters; use "
            f"{CONFIGURATION_VALUE}"
        )
    elif repository.endswith(".git"):
        name = repository.removesuffix(".git")
        yield f"{where}: invalid repository {repository!r}: use {name!r}, without '.git'"
    if not branch or " " in branch or "#{" in branch or not branch.isprintable():
        yield f"{where}: invalid branch {branch!r}: use the name of a branch, such as 'main'"


#: How a repository is written, by how many names it has.
_FORMS = {
    Range(1, 1): "'name'",
    Range(1, 2): "'owner/name', or 'name' to make the owner a parameter",
    Range(2, 2): "'workspace/name'",
    Range(2, 3): "'project/name' or 'organization/project/name'",
    Range(2, 21): "'group/name', with subgroups as in 'group/subgroup/name'",
}


@frozen
class ConnectedSource(RepositorySource):
    """Base class of repositories that a connection of AWS CodeConnections reaches.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html

    Args:
        connection: the ARN of a connection that is AVAILABLE, which it is when its handshake has
            been completed in the console; absent: the parameter ConnectionArn of the pipeline's
            stack.
        push: filters of the pushes that start the pipeline, three at most; empty: every push to
            the branch, unless ``pull_requests`` has filters. Where another source has filters,
            this is rendered as a filter of the branch.
        pull_requests: filters of the pull requests that start it, three at most; empty: none.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Source", owner="AWS", provider=CONNECTION_PROVIDER
    )

    connection: Value | None = None
    push: Sequence[Push] = ()
    pull_requests: Sequence[PullRequest] = ()

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Return connection, repository and branch."""
        connection = defaults.connection if self.connection is None else self.connection
        repository: Value = self.repository
        if self.owner is None and defaults.owner is not None:
            repository = _Under(defaults.owner, self.repository)
        if connection is None:
            raise ModelError(f"{self.where}: connection is absent; use the ARN of a connection")
        return {
            "ConnectionArn": connection,
            "FullRepositoryId": repository,
            "BranchName": self.branch,
        }

    def problems(self) -> Iterator[str]:
        """Yield also an invalid connection, and too many filters."""
        yield from super().problems()
        for name, filters in (("push", self.push), ("pull_requests", self.pull_requests)):
            if len(filters) > TRIGGER_FILTERS.most:
                yield (
                    f"{self.where}: {name} has {len(filters)} filters; CodePipeline allows "
                    f"{TRIGGER_FILTERS.most}"
                )
        yield from name_forms.arn_problems(self.connection, "connection", self.where)


@frozen
class GitHub(ConnectedSource):
    """A GitHub repository, also of GitHub Enterprise, through a connection.

    ``GitHub(name="Source", repository="acme/orders", output="Application")``
    """


@frozen
class GitLab(ConnectedSource):
    """A GitLab repository, also of GitLab self-managed, through a connection.

    ``GitLab(name="Source", repository="acme/shop/orders", output="Application")``
    """

    names: ClassVar[Range] = Range(2, 21)


@frozen
class Bitbucket(ConnectedSource):
    """A Bitbucket Cloud repository through a connection.

    ``Bitbucket(name="Source", repository="acme/orders", output="Application")``
    """

    names: ClassVar[Range] = Range(2, 2)


@frozen
class AzureDevOps(ConnectedSource):
    """An Azure DevOps repository through a connection.

    ``AzureDevOps(name="Source", repository="shop/orders", output="Application")``
    """

    names: ClassVar[Range] = Range(2, 3)


@frozen
class GitHubOAuth(RepositorySource):
    """A GitHub repository through an OAuth token, which AWS does not recommend; use GitHub.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/appendix-github-oauth.html

    Args:
        token: a dynamic reference to the token, never the token itself; absent: the key ``token``
            of the secret in the parameter GitHubTokenSecret of the pipeline's stack.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Source", owner="ThirdParty", provider="GitHub"
    )

    token: Value | None = None

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Return owner, repository, branch and token."""
        owner = defaults.owner if self.owner is None else self.owner
        token = defaults.oauth_token if self.token is None else self.token
        if owner is None or token is None:
            raise ModelError(f"{self.where}: owner or token is absent; use both")
        return {
            "Owner": owner,
            "Repo": self.repository.rpartition("/")[2],
            "Branch": self.branch,
            "OAuthToken": token,
        }

    def problems(self) -> Iterator[str]:
        """Yield also a token in plain text."""
        yield from super().problems()
        if isinstance(self.token, str) and not self.token.startswith("{{resolve:"):
            yield (
                f"{self.where}: the OAuth token is in plain text; store it in Secrets Manager and "
                "use '{{resolve:secretsmanager:NAME:SecretString:KEY}}'"
            )


@frozen(kw_only=False)
class _Under(Frozen):
    """``owner/name`` where the owner is only known on AWS."""

    owner: Value
    name: str

    def to_dict(self) -> object:
        if isinstance(self.owner, str):
            return f"{self.owner}/{self.name}"
        owner = self.owner.to_dict()
        if isinstance(owner, dict) and "Ref" in owner:
            return {"Fn::Sub": f"${{{owner['Ref']}}}/{self.name}"}
        return {"Fn::Join": ["/", [owner, self.name]]}
