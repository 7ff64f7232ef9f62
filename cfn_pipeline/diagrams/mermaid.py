"""Pictures as Mermaid: text that GitHub, GitLab and others draw in Markdown.

https://mermaid.js.org/syntax/flowchart.html
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cfn_pipeline.diagrams.measuring import shortened
from cfn_pipeline.diagrams.pictures import (
    ActionBox,
    ConditionBox,
    Picture,
    PipelinePicture,
    ResourceBox,
    StackPicture,
    StageBox,
)
from cfn_pipeline.printable import printable

#: What stands in a label as it is; other characters are written as their code.
_PLAIN = re.compile(r"[^\w ,:/()${}.?-]", re.ASCII)
#: What Mermaid takes for the beginning of a list.
_LIST = re.compile(r"^(\d+)\.|^-")


def mermaid(pictures: Sequence[Picture]) -> str:
    """Return pictures as a flowchart."""
    lines = ["flowchart LR"]
    for number, picture in enumerate(pictures):
        prefix = f"p{number}"
        lines += ["", f"%% {_comment(picture.title)}"]
        if isinstance(picture, PipelinePicture):
            lines += _pipeline(picture, prefix)
        else:
            lines += _stack(picture, prefix)
    lines += [
        "",
        "classDef approval stroke:#b26a00,stroke-width:2px",
        "classDef public stroke:#c62828,stroke-width:2px",
        "classDef data stroke:#1565c0,stroke-width:2px",
    ]
    return "\n".join(f"    {line}".rstrip() if n else line for n, line in enumerate(lines)) + "\n"


def _pipeline(picture: PipelinePicture, prefix: str) -> Iterator[str]:
    makers: dict[str, str] = {}
    edges: list[str] = []
    if picture.starts:
        yield f'{prefix}start(["{_lines(["Starts on", *picture.starts])}"])'
        edges += [f"{prefix}start ==> {prefix}s0"] * bool(picture.stages)
    for s, stage in enumerate(picture.stages):
        yield f'subgraph {prefix}s{s}["{_label(stage.name)}"]'
        yield "    direction TB"
        ids = {id(action): f"{prefix}s{s}a{a}" for a, action in enumerate(stage.actions)}
        yield from _actions(stage, prefix, s, ids)
        yield "end"
        for action in stage.actions:
            for name in action.inputs:
                if name in makers:
                    edges.append(f'{makers[name]} -->|"{_label(name)}"| {ids[id(action)]}')
        makers |= {name: ids[id(a)] for a in stage.actions for name in a.outputs}
        if s:
            edges.append(f"{prefix}s{s - 1} ==> {prefix}s{s}")
    yield from edges


def _actions(stage: StageBox, prefix: str, number: int, ids: dict[int, str]) -> Iterator[str]:
    """Yield the actions of a stage, and the steps from one run order to the next."""
    places = list(dict.fromkeys(action.place for action in stage.actions))
    for p, place in enumerate(places):
        indent = "    "
        if place:
            yield f'    subgraph {prefix}s{number}p{p}["{_label(place)}"]'
            indent *= 2
        for action in stage.actions:
            if action.place == place:
                yield f"{indent}{ids[id(action)]}{_action(action)}"
        if place:
            yield "    end"
    by_order: dict[int, list[str]] = {}
    for action in sorted(stage.actions, key=lambda action: action.order):
        by_order.setdefault(action.order, []).append(ids[id(action)])
    steps = list(by_order.values())
    if stage.before:
        yield f"    {prefix}s{number}before{_condition(stage.before)}"
        steps.insert(0, [f"{prefix}s{number}before"])
    for n, condition in enumerate(stage.after):
        yield f"    {prefix}s{number}after{n}{_condition(condition)}"
    if stage.after:
        steps.append([f"{prefix}s{number}after{n}" for n in range(len(stage.after))])
    for one, other in pairwise(steps):
        for before in one:
            for after in other:
                yield f"    {before} -.-> {after}"


def _action(action: ActionBox) -> str:
    label = _lines([action.name, *action.lines])
    return f'{{{{"{label}"}}}}:::approval' if action.kind == "approval" else f'["{label}"]'


def _condition(condition: ConditionBox) -> str:
    return f'(["{_lines([condition.name, *condition.lines])}"])'


def _stack(picture: StackPicture, prefix: str) -> Iterator[str]:
    every = [resource for part in picture.parts for resource in part.resources]
    ids = {resource.name: f"{prefix}r{number}" for number, resource in enumerate(every)}
    for p, part in enumerate(picture.parts):
        yield f'subgraph {prefix}g{p}["{_label(part.name)}"]'
        for resource in part.resources:
            yield f"    {ids[resource.name]}{_resource(resource)}"
        yield "end"
    for resource in every:
        for name in resource.references:
            yield f"{ids[resource.name]} --> {ids[name]}"


def _resource(resource: ResourceBox) -> str:
    words = ["public"] * resource.is_public
    words += [f"holds {resource.data}"] if resource.data else []
    words += [f"if {resource.condition}"] if resource.condition else []
    label = _lines([resource.name, resource.type, *words])
    class_ = ":::public" if resource.is_public else ":::data" if resource.data else ""
    return f'[("{label}")]{class_}' if resource.data else f'["{label}"]{class_}'


def _lines(texts: Sequence[str]) -> str:
    return "<br/>".join(map(_label, texts))


def _label(text: str) -> str:
    """Return a text as a part of a quoted label."""
    shown = printable(shortened(text))
    escaped = _PLAIN.sub(lambda part: f"#{ord(part[0])};", shown)
    return _LIST.sub(lambda part: f"{part[1]}#46;" if part[1] else "#45;", escaped) or " "


def _comment(text: str) -> str:
    return re.sub(r"[{}%]", " ", printable(shortened(text)))
