"""Repositories: where code and templates are."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, replace

from cfn_pipeline.model.aws_sources import CodeCommit
from cfn_pipeline.model.frozen import frozen
from cfn_pipeline.model.sources import (
    AzureDevOps,
    Bitbucket,
    ConnectedSource,
    GitHub,
    GitLab,
    RepositorySource,
    repository_problems,
)
from cfn_pipeline.model.triggers import Patterns, Push
from cfn_pipeline.model.validated import Validated

#: The source action of each provider.
PROVIDERS: Mapping[str, type[RepositorySource]] = {
    "github": GitHub,
    "gitlab": GitLab,
    "bitbucket": Bitbucket,
    "azure_devops": AzureDevOps,
    "codecommit": CodeCommit,
}


@frozen(kw_only=False)
class Repository(Validated):
    """A repository: ``Repository("acme/shop/orders", provider="gitlab", branch="trunk")``.

    Args:
        name: ``owner/name``; of GitHub also ``name`` alone: then the owner is a parameter of the
            pipeline's stack.
        branch: pushes to it start the pipeline.
        provider: github, gitlab, bitbucket, azure_devops or codecommit.
        folder: the folder of the application in a repository that it shares with others: only
            pushes that change a file in it start the pipeline, where a connection reaches the
            repository. Absent: the repository is the application's alone.

    """

    name: str
    _: KW_ONLY
    branch: str = "main"
    provider: str = "github"
    folder: str | None = None

    def action(
        self,
        *,
        name: str,
        output: str,
        kind: Callable[..., RepositorySource] | None = None,
        folders: tuple[str, ...] = (),
    ) -> RepositorySource:
        """Return the source action that fetches it.

        Args:
            name: the action's.
            output: the name of its artifact.
            kind: its class; absent: that of the provider.
            folders: changes of which start the pipeline; empty: any change does.

        """
        kind = PROVIDERS[self.provider] if kind is None else kind
        source = kind(name=name, repository=self.name, branch=self.branch, output=output)
        if not folders or not isinstance(source, ConnectedSource):
            return source
        paths = Patterns(includes=[f"{folder}/**" for folder in folders])
        return replace(source, push=[Push(branches=Patterns(includes=[self.branch]), paths=paths)])

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with provider, name, branch and folder."""
        kind = PROVIDERS.get(self.provider)
        if kind is None:
            yield (
                f"{self.where}: unknown provider {self.provider!r}; use one of "
                f"{', '.join(PROVIDERS)}"
            )
        else:
            yield from repository_problems(self.name, self.branch, self.where, names=kind.names)
        if self.folder is not None and {"", ".", ".."} & {*self.folder.split("/")}:
            yield (
                f"{self.where}: invalid folder {self.folder!r}: use a path in the repository, "
                "such as 'services/orders'"
            )

    @property
    def place(self) -> tuple[str, str, str]:
        """What two repositories have in common if they are the same: case does not matter."""
        return self.provider, self.name.lower(), self.branch


#: A repository on GitHub.
GitHubRepository = Repository
