"""What a picture shows, whatever its form."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ActionBox:
    """An action of a pipeline.

    Args:
        name: its name.
        kind: its category in lower case, such as ``approval``; empty: not known.
        lines: what it does, a line each.
        inputs: the names of its input artifacts.
        outputs: the names of its output artifacts.
        order: its run order; actions of the same order run at the same time.
        place: the account and region in which it works, or the role if they are not known; empty:
            those of the pipeline.

    """

    name: str
    kind: str
    lines: Sequence[str]
    inputs: Sequence[str]
    outputs: Sequence[str]
    order: int
    place: str

    @property
    def sentence(self) -> str:
        """The action, for people who do not see the picture."""
        where = [self.place] if self.place else []
        inputs = [f"reads {', '.join(self.inputs)}"] if self.inputs else []
        outputs = [f"makes {', '.join(self.outputs)}"] if self.outputs else []
        return f"{self.name} ({'; '.join([*self.lines, *where, *inputs, *outputs])})"


@dataclass(frozen=True, kw_only=True)
class StageBox:
    """A stage, with its actions in the order in which they run."""

    name: str
    actions: Sequence[ActionBox]


@dataclass(frozen=True, kw_only=True)
class PipelinePicture:
    """A pipeline."""

    name: str
    stages: Sequence[StageBox]

    @property
    def title(self) -> str:
        """The title of the picture."""
        return f"Pipeline {self.name}"

    @property
    def description(self) -> str:
        """The picture in words."""
        stages = (
            f"Stage {stage.name}: {', then '.join(a.sentence for a in stage.actions) or 'empty'}."
            for stage in self.stages
        )
        return " ".join([f"{self.title}.", *stages])


@dataclass(frozen=True, kw_only=True)
class ResourceBox:
    """A resource of a stack.

    Args:
        name: its logical id.
        type: its type, as people say it.
        data: what it holds; empty: no data.
        is_public: whether the internet reaches it.
        condition: the condition under which it exists; empty: always.
        references: the logical ids of the resources to which it refers.

    """

    name: str
    type: str
    data: str
    is_public: bool
    condition: str
    references: Sequence[str]

    @property
    def sentence(self) -> str:
        """The resource, for people who do not see the picture."""
        words = [self.type]
        words += ["public"] * self.is_public
        words += [f"holds {self.data}"] if self.data else []
        words += [f"if {self.condition}"] if self.condition else []
        words += [f"refers to {', '.join(self.references)}"] if self.references else []
        return f"{self.name} ({'; '.join(words)})"


@dataclass(frozen=True, kw_only=True)
class PartBox:
    """A part of a stack, such as its network."""

    name: str
    resources: Sequence[ResourceBox]


@dataclass(frozen=True, kw_only=True)
class StackPicture:
    """A stack."""

    name: str
    parts: Sequence[PartBox]

    @property
    def title(self) -> str:
        """The title of the picture."""
        return f"Stack {self.name}"

    @property
    def description(self) -> str:
        """The picture in words."""
        parts = (
            f"{part.name}: {', '.join(r.sentence for r in part.resources)}." for part in self.parts
        )
        return " ".join([f"{self.title}.", *parts])


Picture = PipelinePicture | StackPicture
