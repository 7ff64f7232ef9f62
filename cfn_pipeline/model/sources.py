"""Actions that fetch a repository."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER, TRIGGER_FILTERS
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.triggers import PullRequest, Push
from cfn_pipeline.model.values import Value

__all__ = ["GitHub", "GitHubOAuth", "Source"]


@dataclass(frozen=True, kw_only=True)
class Source(Action):
    """An action of a pipeline's first stage.

    Args:
        repository: ``owner/name``, or the name alone, whose owner is then the parameter
            GitHubOwner of the pipeline's stack.
        branch: the branch whose pushes start the pipeline.
        output: the name of the artifact that the source makes.

    """

    repository: str
    branch: str = "main"
    output: str

    @property
    def artifact(self) -> Artifact:
        """The repository's files at the commit that started the pipeline."""
        return Artifact(self.output)

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        """The one artifact."""
        return (self.artifact,)

    @property
    def owner(self) -> str | None:
        """The owner as far as ``repository`` names one."""
        owner, slash, _ = self.repository.rpartition("/")
        return owner if slash else None

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with the output, the repository and the branch."""
        yield from super().problems()
        yield from names.ARTIFACT.problems(self.output, self.where)
        yield from repository_problems(self.repository, self.branch, self.where)


def repository_problems(repository: str, branch: str, where: str) -> Iterator[str]:
    """Yield what is wrong with a repository's name and branch."""
    parts = repository.split("/")
    if len(parts) > 2 or not all(parts) or any(c.isspace() for c in repository):
        yield (
            f"{where}: {repository!r} is no repository; give 'owner/name', or 'name' to make "
            "the owner a parameter"
        )
    if not branch or any(c.isspace() for c in branch):
        yield f"{where}: {branch!r} is no branch; name the one whose pushes start the pipeline"


@dataclass(frozen=True, kw_only=True)
class GitHub(Source):
    """A GitHub repository through a connection, whose pushes start the pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html

    Args:
        connection: the ARN of a connection that is AVAILABLE, that is one whose handshake
            somebody has finished in the console; absent: the parameter ConnectionArn of the
            pipeline's stack.
        push: which pushes start the pipeline, three filters at most; empty: every push to the
            branch, unless there are filters of pull requests.
        pull_requests: which pull requests start it, three filters at most; empty: none.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Source", owner="AWS", provider=CONNECTION_PROVIDER
    )

    connection: Value | None = None
    push: Sequence[Push] = ()
    pull_requests: Sequence[PullRequest] = ()

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Name connection, repository and branch."""
        connection = defaults.connection if self.connection is None else self.connection
        repository: Value = self.repository
        if self.owner is None and defaults.owner is not None:
            repository = _Under(defaults.owner, self.repository)
        if connection is None:
            raise ModelError(f"{self.where}: there is no connection; give the ARN of one")
        return {
            "ConnectionArn": connection,
            "FullRepositoryId": repository,
            "BranchName": self.branch,
        }

    def problems(self) -> Iterator[str]:
        """Yield also a connection that is no ARN, and too many filters."""
        yield from super().problems()
        for kind, filters in (("pushes", self.push), ("pull requests", self.pull_requests)):
            if len(filters) > TRIGGER_FILTERS.most:
                yield (
                    f"{self.where}: {len(filters)} filters of {kind}; CodePipeline takes "
                    f"{TRIGGER_FILTERS.most}"
                )
        yield from names.arn_problems(self.connection, "connection", self.where)


@dataclass(frozen=True, kw_only=True)
class GitHubOAuth(Source):
    """A GitHub repository through an OAuth token, as it was done before connections.

    AWS calls it "not recommended".
    https://docs.aws.amazon.com/codepipeline/latest/userguide/appendix-github-oauth.html

    Args:
        token: a dynamic reference to the token, never the token itself; absent: the secret that
            the parameter GitHubTokenSecret of the pipeline's stack names.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Source", owner="ThirdParty", provider="GitHub"
    )

    token: Value | None = None

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Name owner, repository, branch and token."""
        owner = defaults.owner if self.owner is None else self.owner
        token = defaults.oauth_token if self.token is None else self.token
        if owner is None or token is None:
            raise ModelError(f"{self.where}: owner and token are needed; give both")
        return {
            "Owner": owner,
            "Repo": self.repository.rpartition("/")[2],
            "Branch": self.branch,
            "OAuthToken": token,
        }

    def problems(self) -> Iterator[str]:
        """Yield also a token that stands there in clear."""
        yield from super().problems()
        if isinstance(self.token, str) and not self.token.startswith("{{resolve:"):
            yield (
                f"{self.where}: the OAuth token stands in clear; store it in Secrets Manager and "
                "give '{{resolve:secretsmanager:NAME:SecretString:KEY}}'"
            )


@dataclass(frozen=True)
class _Under:
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
