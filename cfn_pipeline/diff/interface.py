"""Parameters, outputs, exports and what else a template shares with others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.analysis.resolving import exporters, text_of
from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.diff.difference import Change
from cfn_pipeline.diff.texts import form, text
from cfn_pipeline.diff.trees import Place, places

_MOST_USERS = 3

#: Sections of which the entries are compared as they are, each with the word for an entry.
_SECTIONS = {
    "Conditions": "condition",
    "Globals": "defaults of SAM",
    "Mappings": "mapping",
    "Rules": "rule",
}


def interface_changes(
    old: Template | None, new: Template | None, systems: tuple[System, System]
) -> list[Change]:
    """Return the changes of parameters, outputs, exports, conditions, mappings and macros.

    Args:
        old: the template as it was; None: it did not exist.
        new: the template as it is; None: it does not exist any more.
        systems: the templates that are compared together: before, and now.

    """
    return [
        *_parameters(old, new),
        *_outputs(old, new, systems),
        *_sections(old, new),
        *_transforms(old, new),
    ]


def _section(template: Template | None, name: str) -> Mapping[str, Any]:
    return {} if template is None else template.section(name)


def _parameters(old: Template | None, new: Template | None) -> Iterator[Change]:
    before, after = _section(old, "Parameters"), _section(new, "Parameters")
    for name, body in after.items():
        if name not in before:
            body = body if isinstance(body, dict) else {}
            has_default = "Default" in body
            value = text(form(body.get("Default")))
            needs = f"default {value!r}" if has_default else "without a default"
            is_in_use = old is not None and not has_default
            yield Change(
                sign="+",
                subject=name,
                text=f"parameter is new, {needs}",
                alarm="an update of the stack needs a value for it" if is_in_use else "",
            )
        else:
            for place in _meaning(places(form(before[name]), form(body))):
                hides = bool(isinstance(body, dict) and body.get("NoEcho"))
                yield _moved(name, f"{place.path} of the parameter", place, hides=hides)
    for name in before:
        if name not in after and new is not None:
            yield Change(sign="-", subject=name, text="parameter is removed")


def _meaning(found: Iterable[Place]) -> Iterator[Place]:
    """Yield the places but descriptions, which change nothing."""
    return (place for place in found if place.path not in ("Description", "ConstraintDescription"))


def _moved(subject: str, words: str, place: Place, *, hides: bool = False) -> Change:
    before, after = (None if v is None else text(v) for v in (place.before, place.after))
    if hides and place.path == "Default":
        return Change(sign="~", subject=subject, text=f"{words} changes (NoEcho)")
    if before is None:
        return Change(sign="+", subject=subject, text=f"{words} is {after}")
    if after is None:
        return Change(sign="-", subject=subject, text=f"{words} is removed (it was {before})")
    return Change(sign="~", subject=subject, text=f"{words} is {after}; before: {before}")


def _outputs(
    old: Template | None, new: Template | None, systems: tuple[System, System]
) -> Iterator[Change]:
    before, after = _section(old, "Outputs"), _section(new, "Outputs")
    for name, body in after.items():
        if name not in before:
            export = _export(body)
            more = "" if export is None else f", exported as {text(form(export))}"
            yield Change(sign="+", subject=name, text=f"output is new{more}")
            continue
        one, other = (_export(b) for b in (before[name], body))
        if form(one) != form(other):
            yield from _moved_export(name, one, other, old, systems)
        for place in _meaning(places(_without_export(before[name]), _without_export(body))):
            users = _importers(one, old, systems[0]) if place.path == "Value" else []
            alarm = ""
            if users and one is not None:
                alarm = (
                    "CloudFormation refuses another value for an export in use; it is imported by "
                    f"{', '.join(users)}"
                )
            change = _moved(name, f"{place.path} of the output", place)
            yield Change(sign=change.sign, subject=name, text=change.text, alarm=alarm)
    for name, body in before.items():
        if name not in after:
            one = _export(body)
            if one is None:
                yield Change(sign="-", subject=name, text="output is removed")
            else:
                yield from _moved_export(name, one, None, old, systems)


def _moved_export(
    name: str, before: Any, after: Any, old: Template | None, systems: tuple[System, System]
) -> Iterator[Change]:
    if before is None:
        yield Change(sign="+", subject=name, text=f"output is exported as {text(form(after))}")
        return
    exported = text(form(before))
    used = _importers(before, old, systems[0])
    still = _importers(before, old, systems[1])
    alarm = ""
    if still:
        alarm = f"export {exported} is gone, but imported by {', '.join(still)}"
    elif used:
        alarm = f"export {exported} is gone: first update or delete the stacks of {', '.join(used)}"
    words = "is removed" if after is None else f"is called {text(form(after))} now"
    yield Change(
        sign="-" if after is None else "~",
        subject=name,
        text=f"export {exported} {words}",
        alarm=alarm,
    )


def _export(body: Any) -> Any:
    export = body.get("Export") if isinstance(body, dict) else None
    return export.get("Name") if isinstance(export, dict) else None


def _without_export(body: Any) -> Any:
    return form(
        {k: v for k, v in body.items() if k != "Export"} if isinstance(body, dict) else body
    )


def _importers(name: Any, exporter: Template | None, system: System) -> list[str]:
    """Return the files of a system's templates that import an export, or seem to."""
    if name is None or exporter is None:
        return []
    found = []
    for template in system.templates:
        if template is exporter or template.file == exporter.file:
            continue
        users = dict.fromkeys(_users(template, name, exporter, system))
        if users:
            more = f" and {len(users) - _MOST_USERS} more" if len(users) > _MOST_USERS else ""
            found.append(f"{template.file} ({', '.join([*users][:_MOST_USERS])}{more})")
    return found


def _users(template: Template, name: Any, exporter: Template, system: System) -> Iterator[str]:
    """Yield the resources that import an export, or that may, as far as names are known."""
    for logical_id, resource in template.resources.items():
        for imported in _imports(resource.body):
            if form(imported) == form(name) or _may_import(
                imported, template, name, exporter, system
            ):
                yield logical_id


def _may_import(
    imported: Any, template: Template, name: Any, exporter: Template, system: System
) -> bool:
    others = exporters(imported, template, system)
    if others:
        return any(other is exporter for other, _ in others) and len(others) == 1
    # None of the templates has such an export any more.
    one, other = text_of(imported, template, system), text_of(name, exporter, system)
    return one is not None and one == other


def _imports(value: Any) -> Iterator[Any]:
    waiting: list[Any] = [value]
    while waiting:
        match waiting.pop():
            case {"Fn::ImportValue": name}:
                yield name
            case dict(mapping):
                waiting += mapping.values()
            case list(items):
                waiting += items


def _sections(old: Template | None, new: Template | None) -> Iterator[Change]:
    if old is None or new is None:
        return
    for section, word in _SECTIONS.items():
        before, after = _section(old, section), _section(new, section)
        for name in dict.fromkeys((*after, *before)):
            if name not in before:
                yield Change(sign="+", subject=name, text=f"{word} is new: {_short(after[name])}")
            elif name not in after:
                yield Change(sign="-", subject=name, text=f"{word} is removed")
            elif form(before[name]) != form(after[name]):
                for place in places(form(before[name]), form(after[name])):
                    words = f"{place.path} of the {word}" if place.path else word
                    yield _moved(name, words, place)


def _short(value: Any) -> str:
    return text(form(value))


def _transforms(old: Template | None, new: Template | None) -> Iterator[Change]:
    before: Sequence[str] = () if old is None else old.transforms
    after: Sequence[str] = () if new is None else new.transforms
    for name in after:
        if name not in before and old is not None:
            yield Change(sign="+", subject="Transform", text=f"macro {name} changes the template")
    for name in before:
        if name not in after and new is not None:
            yield Change(sign="-", subject="Transform", text=f"macro {name} is removed")
