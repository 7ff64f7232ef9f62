"""What a picture shows, whatever its form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

#: How far something has come in a run: it has succeeded, has failed, was skipped or stopped, runs,
#: or was not reached; empty: it is not of a run.
State = Literal["", "good", "bad", "held", "running", "waiting"]


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
        state: in a run.
        outcome: how it went in a run, in a few words, such as ``Failed, 2.0 s``.
        note: what it says of the run.
        link: where a click leads; empty: nowhere.

    """

    name: str
    kind: str
    lines: Sequence[str]
    inputs: Sequence[str]
    outputs: Sequence[str]
    order: int
    place: str
    state: State = ""
    outcome: str = ""
    note: str = ""
    link: str = ""

    @property
    def sentence(self) -> str:
        """The action, for people who do not see the picture."""
        where = [self.place] if self.place else []
        inputs = [f"reads {', '.join(self.inputs)}"] if self.inputs else []
        outputs = [f"makes {', '.join(self.outputs)}"] if self.outputs else []
        return f"{self.name} ({'; '.join([*self.lines, *where, *inputs, *outputs])})"


@dataclass(frozen=True, kw_only=True)
class ConditionBox:
    """What decides whether a stage begins, or what follows its end.

    Args:
        name: when it decides, such as ``Before entry``.
        lines: its rules, and what they lead to, a line each.

    """

    name: str
    lines: Sequence[str]

    @property
    def sentence(self) -> str:
        """The condition, for people who do not see the picture."""
        return f"{self.name[0].lower()}{self.name[1:]} ({'; '.join(self.lines)})"


@dataclass(frozen=True, kw_only=True)
class StageBox:
    """A stage, with its actions in the order in which they run.

    Args:
        name: its name.
        actions: its actions.
        before: the condition before it begins; None: it has none.
        after: the conditions after its end.
        state: in a run.
        outcome: how it went in a run, in a word.

    """

    name: str
    actions: Sequence[ActionBox]
    before: ConditionBox | None = None
    after: Sequence[ConditionBox] = ()
    state: State = ""
    outcome: str = ""

    @property
    def sentence(self) -> str:
        """The stage, for people who do not see the picture."""
        return f"Stage {self.name}: {', then '.join(self._steps()) or 'empty'}."

    def _steps(self) -> Iterator[str]:
        for box in ([self.before] if self.before else []), self.actions, self.after:
            yield from (each.sentence for each in box)


@dataclass(frozen=True, kw_only=True)
class PipelinePicture:
    """A pipeline.

    Args:
        name: its name.
        stages: its stages.
        starts: what starts it, a line each; empty: not known.

    """

    name: str
    stages: Sequence[StageBox]
    starts: Sequence[str] = ()

    @property
    def title(self) -> str:
        """The title of the picture."""
        return f"Pipeline {self.name}"

    @property
    def description(self) -> str:
        """The picture in words."""
        starts = [f"Starts on {'; '.join(self.starts)}."] if self.starts else []
        return " ".join([f"{self.title}.", *starts, *(stage.sentence for stage in self.stages)])


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
