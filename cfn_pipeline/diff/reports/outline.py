"""A difference as an outline: files, sections, entries and their details, each a line of text."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from cfn_pipeline.diff.difference import (
    Change,
    Difference,
    PropertyChange,
    ResourceChange,
    TemplateDifference,
)
from cfn_pipeline.diff.trees import line_changes
from cfn_pipeline.frozen import Frozen, frozen

#: How a line is to be read: as a gain, a loss, a warning, or as it is.
Tone = Literal["good", "bad", "warning", "plain"]

_LONGEST = 140
_MOST_DETAILS = 40
_MOST_GRANTS, _SOME_GRANTS = 20, 8

_SIGNS = {
    "added": "+",
    "removed": "-",
    "changed": "~",
    "renamed": "!",
    "may be replaced": "?",
    "replaced": "!",
}

#: Properties of which another section tells the changes, by type.
_ELSEWHERE = {
    "AWS::CodePipeline::Pipeline": (
        (
            *("ArtifactStore", "ArtifactStores", "DisableInboundStageTransitions"),
            *("ExecutionMode", "PipelineType", "RoleArn", "Stages", "Triggers", "Variables"),
        ),
        "Pipelines",
    ),
    "AWS::EC2::SecurityGroup": (("SecurityGroupIngress", "SecurityGroupEgress"), "Network"),
    "AWS::ECR::Repository": (("RepositoryPolicyText",), "Permissions"),
    "AWS::IAM::Group": (("Policies", "ManagedPolicyArns"), "Permissions"),
    "AWS::IAM::ManagedPolicy": (("PolicyDocument",), "Permissions"),
    "AWS::IAM::Policy": (("PolicyDocument",), "Permissions"),
    "AWS::IAM::Role": (
        ("AssumeRolePolicyDocument", "ManagedPolicyArns", "PermissionsBoundary", "Policies"),
        "Permissions",
    ),
    "AWS::IAM::RolePolicy": (("PolicyDocument",), "Permissions"),
    "AWS::IAM::User": (("Policies", "ManagedPolicyArns"), "Permissions"),
    "AWS::KMS::Key": (("KeyPolicy",), "Permissions"),
    "AWS::S3::BucketPolicy": (("PolicyDocument",), "Permissions"),
    "AWS::SNS::TopicPolicy": (("PolicyDocument",), "Permissions"),
    "AWS::SQS::QueuePolicy": (("PolicyDocument",), "Permissions"),
    "AWS::SecretsManager::ResourcePolicy": (("ResourcePolicy",), "Permissions"),
}


@frozen
class Entry(Frozen):
    """An entry of a section.

    Args:
        sign: one character.
        text: the entry.
        tone: how it is to be read.
        details: further lines, each with its tone.

    """

    sign: str
    text: str
    tone: Tone
    details: Sequence[tuple[str, Tone]] = ()


@frozen
class Section(Frozen):
    """A section of a file: resources, permissions and so on."""

    title: str
    entries: Sequence[Entry]


@frozen
class Part(Frozen):
    """A file.

    Args:
        title: its name.
        summary: what changes, counted.
        sections: its sections, without empty ones.

    """

    title: str
    summary: str
    sections: Sequence[Section]


@frozen
class Outline(Frozen):
    """A difference as an outline.

    Args:
        old: what is compared.
        new: with what.
        verdict: what differs, in a sentence.
        alarms: what a reader should look at.
        parts: the files.
        notes: what could not be compared.

    """

    old: str
    new: str
    verdict: str
    alarms: Sequence[str]
    parts: Sequence[Part]
    notes: Sequence[str]


def outline(difference: Difference) -> Outline:
    """Return a difference as an outline."""
    parts = [_part(template) for template in difference.templates]
    if difference.configurations:
        entries = [_entry(change) for change in difference.configurations]
        summary = _counted(len(entries), "change")
        section = Section(title="Values", entries=entries)
        parts.append(Part(title="Configurations", summary=summary, sections=[section]))
    return Outline(
        old=difference.old,
        new=difference.new,
        verdict=verdict(difference),
        alarms=[*difference.alarms],
        parts=parts,
        notes=difference.notes,
    )


def verdict(difference: Difference) -> str:
    """Return what differs in a sentence."""
    if not difference:
        return "no difference"
    parts = []
    if difference.templates:
        parts.append(_counted(len(difference.templates), "template"))
    parts += _resources_counted(difference.resources)
    broadening = sum(change.effect == "broadening" for change in difference.changes)
    narrowing = sum(change.effect == "narrowing" for change in difference.changes)
    if broadening:
        parts.append(f"{broadening} broadening")
    if narrowing:
        parts.append(f"{narrowing} narrowing")
    if difference.configurations:
        parts.append(_counted(len(difference.configurations), "value") + " in configurations")
    alarms = len(difference.alarms)
    return ", ".join([*parts, *([f"{alarms} to look at"] if alarms else [])])


def _resources_counted(changes: Sequence[ResourceChange]) -> list[str]:
    counts = Counter[str](change.kind for change in changes)
    return [f"{counts[kind]} {kind}" for kind in _KINDS if counts[kind]]


_KINDS = ("replaced", "renamed", "may be replaced", "removed", "added", "changed")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _part(template: TemplateDifference) -> Part:
    sections = [
        Section(title="Resources", entries=[_resource(change) for change in template.resources]),
        Section(title="Permissions", entries=list(_permissions(template.permissions))),
        Section(title="Network", entries=[_entry(change) for change in template.network]),
        Section(title="Pipelines", entries=[_entry(change) for change in template.pipelines]),
        Section(title="Interface", entries=[_entry(change) for change in template.interface]),
    ]
    counted = ", ".join(_resources_counted(template.resources))
    if template.kind == "added":
        summary = f"new template, {counted or 'no resources'}"
    elif template.kind == "removed":
        summary = "template removed; its stack stays until it is deleted"
    else:
        summary = counted or "no resource changes"
    return Part(
        title=template.file,
        summary=summary,
        sections=[section for section in sections if section.entries],
    )


def _permissions(changes: Sequence[Change]) -> Iterator[Entry]:
    """Yield the entries of permissions; of a role that gains many, those to look at and some."""
    left = Counter(change.subject for change in changes if not change.alarm)
    shown = Counter[str]()
    for change in changes:
        subject = change.subject
        if change.alarm or left[subject] <= _MOST_GRANTS or shown[subject] < _SOME_GRANTS:
            shown[subject] += not change.alarm
            yield _entry(change)
    for subject, number in left.items():
        more = number - shown[subject]
        if more:
            yield Entry(
                sign="+", text=f"{subject}: and {more} more, see --format json", tone="good"
            )


def _entry(change: Change) -> Entry:
    tone: Tone = "plain"
    if change.alarm:
        tone = "warning"
    elif change.sign != "~":
        tone = "good" if change.sign == "+" else "bad"
    mark = f" [{change.effect}]" if change.effect in ("broadening", "narrowing") else ""
    text = shortened(f"{change.subject}: {change.text}{mark}", 2 * _LONGEST)
    details: list[tuple[str, Tone]] = []
    if change.alarm and not _is_told(change.alarm, change.text):
        details.append((shortened(change.alarm, 2 * _LONGEST), "warning"))
    return Entry(sign="!" if change.alarm else change.sign, text=text, tone=tone, details=details)


def _is_told(alarm: str, text: str) -> bool:
    """Whether a text has most of the words of an alarm."""
    words, others = set(alarm.split()), set(text.split())
    return len(words & others) * 2 >= len(words)


def _resource(change: ResourceChange) -> Entry:
    tones: dict[str, Tone] = {"added": "good", "removed": "bad", "changed": "plain"}
    renamed = f" (was {change.was})" if change.was else ""
    details = [(f"data: {change.data}", _data_tone(change))] if change.data else []
    if change.refusal:
        details.append((f"refused: {change.refusal}", "warning"))
    details += [(note, "plain") for note in change.notes]
    lines = list(_properties(change))
    rest = len(lines) - _MOST_DETAILS
    if rest > 0:
        lines = [*lines[:_MOST_DETAILS], (f"... {rest} more lines", "plain")]
    is_serious = change.is_destructive or change.replaces or change.refusal
    return Entry(
        sign=_SIGNS[change.kind],
        text=f"{change.kind} {change.resource} ({change.type}){renamed}",
        tone="warning" if is_serious else tones.get(change.kind, "plain"),
        details=[*details, *lines],
    )


def _data_tone(change: ResourceChange) -> Tone:
    return "warning" if change.is_destructive else "plain"


def _properties(change: ResourceChange) -> Iterator[tuple[str, Tone]]:
    keys, section = _ELSEWHERE.get(change.type, ((), ""))
    elsewhere = dict.fromkeys(
        key
        for property_ in change.properties
        if (key := property_.path.split(".")[0].split("[")[0]) in keys
        and property_.replacement == "no"
        and not property_.cause
    )
    for key in elsewhere:
        yield f"{key}: see {section}", "plain"
    for property_ in change.properties:
        key = property_.path.split(".")[0].split("[")[0]
        if key not in elsewhere or property_.cause:
            yield from _property(property_)


_LINE_TONES: dict[str, Tone] = {"+": "good", "-": "bad"}


def _property(change: PropertyChange) -> Iterator[tuple[str, Tone]]:
    marks = {"yes": "  (replaces it)", "maybe": "  (may replace it)", "no": ""}
    mark = marks[change.replacement]
    tone: Tone = "warning" if mark else "plain"
    before, after = change.before, change.after
    if change.cause:
        yield f"{change.path}: {change.cause}{mark}", tone
    elif before is not None and after is not None and "\n" in before + after:
        yield f"{change.path}: text changes{mark}", tone
        for line in line_changes(before, after):
            yield f"  {shortened(line)}", _LINE_TONES.get(line[:1], "plain")
    elif before is None:
        yield f"{change.path}: + {shortened(after or '')}{mark}", tone
    elif after is None:
        yield f"{change.path}: - {shortened(before)}{mark}", tone
    else:
        yield f"{change.path}: {shortened(before)} -> {shortened(after)}{mark}", tone


def shortened(text: str, longest: int = _LONGEST) -> str:
    """Return a text on one line, of which the middle is left out, if it is long."""
    text = " ".join(text.split()) if "\n" in text else text
    if len(text) <= longest:
        return text
    return f"{text[: longest * 2 // 3]} ... {text[-longest // 4 :]}"
