"""Values of parameters in configuration files: ``prod.json`` of CodePipeline, or the CLI's form.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cfn_pipeline.aws.cloudformation import CONFIGURATION_SECTIONS
from cfn_pipeline.diff.difference import Change
from cfn_pipeline.diff.texts import form, text
from cfn_pipeline.diff.trees import places


def configuration(content: str) -> dict[str, Any] | None:
    """Return the sections of a configuration file; None: it is none."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    match value:
        case dict() if value and set(value) <= set(CONFIGURATION_SECTIONS):
            return value
        case [{"ParameterKey": _}, *_]:
            return {
                "Parameters": {
                    str(entry["ParameterKey"]): entry.get("ParameterValue", "")
                    for entry in value
                    if isinstance(entry, dict) and "ParameterKey" in entry
                }
            }
        case _:
            return None


def configuration_changes(
    file: str,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    hidden: Collection[str],
) -> Iterator[Change]:
    """Yield the values that differ between two states of a configuration file.

    Args:
        file: its name.
        old: as it was; None: it did not exist.
        new: as it is; None: it does not exist any more.
        hidden: the parameters with NoEcho, whose values are not shown.

    """
    if old is None:
        yield Change(sign="+", subject=file, text="configuration file is new")
    if new is None:
        yield Change(sign="-", subject=file, text="configuration file is removed")
    for section in CONFIGURATION_SECTIONS:
        before, after = ((side or {}).get(section, {}) for side in (old, new))
        for place in places(form(before), form(after)):
            name = place.path.split(".")[0]
            what = f"{section.removesuffix('s').lower()} {place.path}"
            if section == "StackPolicy":
                what = f"stack policy {place.path}".rstrip()
            one, other = (
                None if v is None else "(NoEcho)" if name in hidden else text(v)
                for v in (place.before, place.after)
            )
            if one is None:
                yield Change(sign="+", subject=file, text=f"{what} is {other}")
            elif other is None:
                yield Change(sign="-", subject=file, text=f"{what} is removed (it was {one})")
            elif one == other:
                yield Change(sign="~", subject=file, text=f"{what} changes {one}")
            else:
                yield Change(sign="~", subject=file, text=f"{what} is {other}; before: {one}")


def changed_parameters(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> set[str]:
    """Return the parameters whose value differs between two states of a file."""
    if old is None or new is None:
        return set()
    before, after = (form(side.get("Parameters", {})) for side in (old, new))
    if not isinstance(before, dict) or not isinstance(after, dict):
        return set()
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}
