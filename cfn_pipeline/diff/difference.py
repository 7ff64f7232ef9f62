"""What differs between two states of templates, as values."""

from collections.abc import Iterator, Sequence
from typing import Literal

from cfn_pipeline.aws.replacement import REVISIONS
from cfn_pipeline.frozen import Frozen, frozen

_MOST_REASONS = 5

#: Whether a change of a property replaces the resource.
Replacement = Literal["no", "maybe", "yes"]

#: What becomes of a resource.
Kind = Literal["added", "removed", "changed", "renamed", "may be replaced", "replaced"]

#: Whether something allows more than before.
Effect = Literal["broadening", "narrowing", "neutral"]


@frozen
class PropertyChange(Frozen):
    """A property, or what stands beside the properties, that changes.

    Args:
        path: such as ``ContainerDefinitions[app].Image``, or ``DeletionPolicy``.
        before: its value before, as text; None: it did not exist.
        after: its value after, as text; None: it does not exist any more.
        replacement: whether the change replaces the resource.
        cause: why the value changes, if not because the template has another one.

    """

    path: str
    before: str | None = None
    after: str | None = None
    replacement: Replacement = "no"
    cause: str = ""


@frozen
class ResourceChange(Frozen):
    """What becomes of a resource.

    Args:
        kind: of the change.
        resource: the logical id.
        type: the type.
        was: the logical id before, if it has another one now.
        properties: the properties that change.
        data: what becomes of the data that it holds; empty: it holds none, or keeps it.
        is_destructive: whether data is deleted.
        refusal: why CloudFormation refuses the change; empty: it does not, as far as is known.
        notes: what else follows.

    """

    kind: Kind
    resource: str
    type: str
    was: str = ""
    properties: Sequence[PropertyChange] = ()
    data: str = ""
    is_destructive: bool = False
    refusal: str = ""
    notes: Sequence[str] = ()

    @property
    def replaces(self) -> bool:
        """Whether the resource is replaced, or may be, by another than its next version."""
        return self.type not in REVISIONS and self.kind in (
            *("replaced", "may be replaced", "renamed"),
        )


@frozen
class Change(Frozen):
    """A change in words: of permissions, of the network, of a pipeline, and so on.

    Args:
        sign: ``+`` for what is new, ``-`` for what is gone, ``~`` for what is different.
        subject: the resource, parameter, output or file.
        text: what changes, as a sentence after the subject.
        effect: whether it allows more; None: it allows nothing.
        alarm: why a reader should look at it; empty: no reason.

    """

    sign: Literal["+", "-", "~"]
    subject: str
    text: str
    effect: Effect | None = None
    alarm: str = ""


@frozen
class TemplateDifference(Frozen):
    """What differs between two templates.

    Args:
        file: the template's file.
        kind: whether the file is ``added``, ``removed`` or ``changed``.
        resources: the resources that change.
        permissions: who may do what, that could not before, or cannot any more.
        network: what is opened or closed.
        pipelines: changes of pipelines, in words.
        interface: parameters, outputs, exports, conditions, mappings and the like.

    """

    file: str
    kind: Literal["added", "removed", "changed"]
    resources: Sequence[ResourceChange] = ()
    permissions: Sequence[Change] = ()
    network: Sequence[Change] = ()
    pipelines: Sequence[Change] = ()
    interface: Sequence[Change] = ()

    @property
    def changes(self) -> list[Change]:
        """All changes in words."""
        return [*self.permissions, *self.network, *self.pipelines, *self.interface]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return self.kind != "changed" or bool(self.resources or self.changes)


@frozen
class Difference(Frozen):
    """What differs between two states of templates and configurations.

    Args:
        old: what the old state is called.
        new: what the new state is called.
        templates: the templates that differ.
        configurations: the values of parameters that differ, in files such as ``prod.json``.
        notes: what could not be compared.

    """

    old: str
    new: str
    templates: Sequence[TemplateDifference] = ()
    configurations: Sequence[Change] = ()
    notes: Sequence[str] = ()

    @property
    def resources(self) -> list[ResourceChange]:
        """The resources that change, of all templates."""
        return [change for template in self.templates for change in template.resources]

    @property
    def changes(self) -> list[Change]:
        """All changes in words."""
        return [c for t in self.templates for c in t.changes] + [*self.configurations]

    @property
    def alarms(self) -> list[str]:
        """What a reader should look at, each a sentence."""
        found = [
            (rank, f"{template.file}: {sentence}")
            for template in self.templates
            for rank, sentence in _alarms(template.resources, template.changes)
        ]
        found += _alarms((), self.configurations)
        return list(dict.fromkeys(text for _, text in sorted(found, key=lambda entry: entry[0])))

    @property
    def consequences(self) -> set[str]:
        """The consequences: ``replacement``, ``broadening``, ``destructive``."""
        found = set()
        if any(change.replaces for change in self.resources):
            found.add("replacement")
        if any(change.is_destructive for change in self.resources):
            found.add("destructive")
        if any(change.effect == "broadening" for change in self.changes):
            found.add("broadening")
        return found

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.templates or self.configurations)


def _alarms(
    resources: Sequence[ResourceChange], changes: Sequence[Change]
) -> Iterator[tuple[int, str]]:
    """Yield sentences, each with its rank: data first, then what fails, then all else."""
    found = [(0, r.resource, r.data) for r in resources if r.is_destructive]
    found += [(1, r.resource, r.refusal) for r in resources if r.refusal]
    found += [(2, change.subject, change.alarm) for change in changes if change.alarm]
    # What is said several times of one resource is said once, with all reasons.
    reasons: dict[tuple[int, str, str], dict[str, None]] = {}
    for rank, subject, sentence in found:
        head, colon, reason = sentence.partition(": ")
        each = reasons.setdefault((rank, subject, head + colon), {})
        each |= dict.fromkeys(reason.split("; ") if colon else [])
    for (rank, subject, head), each in reasons.items():
        more = f"; and {len(each) - _MOST_REASONS} more" if len(each) > _MOST_REASONS else ""
        yield rank, f"{subject}: {head}{'; '.join([*each][:_MOST_REASONS])}{more}"


#: The consequences that ``--fail-on`` takes.
CONSEQUENCES = ("replacement", "broadening", "destructive")
