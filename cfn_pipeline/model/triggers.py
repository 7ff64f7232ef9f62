"""Which changes of a repository start a pipeline, where not every push does.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cfn_pipeline.aws.pipelines import PULL_REQUEST_EVENTS, TRIGGER_PATTERN, TRIGGER_PATTERNS
from cfn_pipeline.model.validated import Validated

__all__ = ["Patterns", "PullRequest", "Push"]


@dataclass(frozen=True, kw_only=True)
class Patterns(Validated):
    """Glob patterns of branches, tags or paths; what is excluded wins over what is included.

    Args:
        includes: at least one must match; empty: everything does.
        excludes: none may match; empty: nothing does.

    """

    includes: Sequence[str] = ()
    excludes: Sequence[str] = ()

    def problems(self) -> Iterator[str]:
        """Yield what CodePipeline refuses."""
        if not (self.includes or self.excludes):
            yield "patterns: neither includes nor excludes; give a pattern, or leave the filter out"
        for kind, patterns in (("includes", self.includes), ("excludes", self.excludes)):
            if len(patterns) > TRIGGER_PATTERNS.most:
                yield (
                    f"patterns: {len(patterns)} {kind}; CodePipeline takes "
                    f"{TRIGGER_PATTERNS.most}: join some, as in 'release/{{1,2}}'"
                )
            for pattern in patterns:
                if len(pattern) not in TRIGGER_PATTERN:
                    yield (
                        f"patterns: {pattern[:40]!r} has {len(pattern)} characters; CodePipeline "
                        f"takes {TRIGGER_PATTERN}"
                    )


@dataclass(frozen=True, kw_only=True)
class Push(Validated):
    """Pushes that start the pipeline: to branches, or of tags.

    Args:
        branches: absent: the source's branch.
        paths: the files of which one must have changed; absent: any.
        tags: absent: pushes of tags do not count.

    """

    branches: Patterns | None = None
    paths: Patterns | None = None
    tags: Patterns | None = None

    def problems(self) -> Iterator[str]:
        """Yield filters that do not go together."""
        if self.tags is not None and (self.branches is not None or self.paths is not None):
            yield "push: tags go with neither branches nor paths; make two filters of it"
        if self.tags is self.branches is self.paths is None:
            yield "push: it filters nothing; give branches, paths or tags"


@dataclass(frozen=True, kw_only=True)
class PullRequest(Validated):
    """Pull requests that start the pipeline.

    Args:
        branches: into which they go; absent: any.
        paths: the files of which one must have changed; absent: any.
        events: of OPEN, UPDATED and CLOSED; empty: all of them.

    """

    branches: Patterns | None = None
    paths: Patterns | None = None
    events: Sequence[str] = ()

    def problems(self) -> Iterator[str]:
        """Yield events that there are not, and a filter of nothing."""
        for event in self.events:
            if event not in PULL_REQUEST_EVENTS:
                yield (
                    f"pull request: there is no event {event!r}; "
                    f"there is {', '.join(PULL_REQUEST_EVENTS)}"
                )
        if self.branches is None and self.paths is None:
            yield "pull request: it filters nothing; give branches or paths"
