"""Repositories: where code and templates are."""

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass

from cfn_pipeline.model.sources import repository_problems
from cfn_pipeline.model.validated import Validated


@dataclass(frozen=True)
class GitHubRepository(Validated):
    """A repository on GitHub: ``GitHubRepository("acme/orders", branch="trunk")``.

    Args:
        name: ``owner/name``, or ``name`` alone: then the owner is a parameter of the pipeline's
            stack.
        branch: pushes to it start the pipeline.

    """

    name: str
    _: KW_ONLY
    branch: str = "main"

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with name and branch."""
        yield from repository_problems(self.name, self.branch, self.where)

    @property
    def place(self) -> tuple[str, str]:
        """What two repositories have in common if they are the same: GitHub ignores case."""
        return self.name.lower(), self.branch
