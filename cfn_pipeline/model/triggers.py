"""Triggers: filters of the changes that start a pipeline.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
"""

from collections.abc import Iterator, Sequence

from cfn_pipeline.aws.pipelines import PULL_REQUEST_EVENTS, TRIGGER_PATTERN, TRIGGER_PATTERNS
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated


@frozen
class Patterns(Validated):
    """Glob patterns of branches, tags or paths: ``Patterns(includes=["orders/**"])``.

    Args:
        includes: at least one must match; empty: everything matches.
        excludes: none may match, which overrides ``includes``; empty: nothing is excluded.

    """

    includes: Sequence[str] = ()
    excludes: Sequence[str] = ()

    def problems(self) -> Iterator[str]:
        """Yield patterns that CodePipeline does not accept."""
        if not (self.includes or self.excludes):
            yield "patterns: includes and excludes are empty; add a pattern, or omit the filter"
        for kind, patterns in (("includes", self.includes), ("excludes", self.excludes)):
            if len(patterns) > TRIGGER_PATTERNS.most:
                yield (
                    f"patterns: {kind} has {len(patterns)} patterns; CodePipeline allows "
                    f"{TRIGGER_PATTERNS.most}; combine some, as in 'release/{{1,2}}'"
                )
            for pattern in patterns:
                if len(pattern) not in TRIGGER_PATTERN:
                    yield (
                        f"patterns: {pattern[:40]!r} has {len(pattern)} characters; CodePipeline "
                        f"allows {TRIGGER_PATTERN}"
                    )


@frozen
class Push(Validated):
    """A filter of pushes, to branches or of tags: ``Push(paths=Patterns(includes=["src/**"]))``.

    Args:
        branches: absent: the source's branch.
        paths: of files, of which one must have changed; absent: any file.
        tags: absent: pushes of tags start nothing.

    """

    branches: Patterns | None = None
    paths: Patterns | None = None
    tags: Patterns | None = None

    def problems(self) -> Iterator[str]:
        """Yield filters that cannot be combined."""
        if self.tags is not None and (self.branches is not None or self.paths is not None):
            yield "push: tags cannot be combined with branches or paths; use two filters"
        if self.tags is self.branches is self.paths is None:
            yield "push: branches, paths and tags are absent; use one of them"


@frozen
class PullRequest(Validated):
    """A filter of pull requests: ``PullRequest(branches=Patterns(includes=["main"]))``.

    Args:
        branches: that they would change; absent: any branch.
        paths: of files, of which one must have changed; absent: any file.
        events: of OPEN, UPDATED and CLOSED; empty: all of them.

    """

    branches: Patterns | None = None
    paths: Patterns | None = None
    events: Sequence[str] = ()

    def problems(self) -> Iterator[str]:
        """Yield unknown events, and an empty filter."""
        for event in self.events:
            if event not in PULL_REQUEST_EVENTS:
                yield (
                    f"pull request: unknown event {event!r}; use {', '.join(PULL_REQUEST_EVENTS)}"
                )
        if self.branches is None and self.paths is None:
            yield "pull request: branches and paths are absent; use one of them"
