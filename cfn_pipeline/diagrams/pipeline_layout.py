"""Where the stages and actions of a pipeline stand in an SVG picture.

Stages are columns, wrapped into rows; actions stand below each other in the order in which they
run, those that work in another account or region within a frame.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from cfn_pipeline.diagrams.cards import Card, Chip, Row
from cfn_pipeline.diagrams.drawing import COLOURS, Drawing
from cfn_pipeline.diagrams.measuring import lines_of
from cfn_pipeline.diagrams.pictures import ActionBox, ConditionBox, PipelinePicture, StageBox

_NARROWEST = 168
_GAP, _ROW_GAP = 22, 26
_PADDING = 9
_HEAD, _HEAD_HEIGHT = 14, 19
_NOTE, _NOTE_HEIGHT = 12, 16
_STEP, _BESIDE = 18, 6
_ICON = 18
_TOP = _PADDING + _HEAD_HEIGHT / 2


def draw_pipeline(
    drawing: Drawing, picture: PipelinePicture, x: float, y: float, width: float
) -> float:
    """Draw a pipeline, and return where it ends."""
    marks = _marks(picture)
    most = max(1, int((width + _GAP) // (_NARROWEST + _GAP)))
    rows = -(-len(picture.stages) // most)
    columns = -(-len(picture.stages) // rows) if rows else 1
    wide = (width - (columns - 1) * _GAP) / columns
    bottom = y
    if picture.starts:
        bottom += Card(name="Starts on", lines=picture.starts, class_="condition").draw(
            drawing, x, y, width
        )
        bottom = _draw_arrow(drawing, x + wide / 2, bottom)
    for first in range(0, len(picture.stages), columns):
        stages = picture.stages[first : first + columns]
        top = bottom
        height = max(_draw_stage(Drawing(), s, marks, 0, 0, wide) for s in stages)
        for number, stage in enumerate(stages):
            left = x + number * (wide + _GAP)
            drawing.box(left, top, wide, height, "frame")
            _draw_stage(drawing, stage, marks, left, top, wide)
            if number:
                drawing.line([(left - _GAP + 2, top + _TOP), (left - 3, top + _TOP)])
        bottom = top + height
        if first + columns < len(picture.stages):
            _turn(
                drawing,
                x + (len(stages) - 0.5) * wide + (len(stages) - 1) * _GAP,
                bottom,
                x + wide / 2,
            )
            bottom += _ROW_GAP
    if is_parallel(picture):
        for line in lines_of(PARALLEL, width, _NOTE):
            drawing.text(x, bottom + 12 + _NOTE, line, "text", size=_NOTE)
            bottom += _NOTE_HEIGHT
        bottom += 12
    return bottom


#: What is below a picture with actions that run at the same time.
PARALLEL = "Actions of a stage without an arrow between them run at the same time."


def is_parallel(picture: PipelinePicture) -> bool:
    """Whether a stage has actions that run at the same time."""
    return any(
        len({action.order for action in stage.actions}) < len(stage.actions)
        for stage in picture.stages
    )


def _marks(picture: PipelinePicture) -> Mapping[str, str]:
    """Return the colour of each artifact."""
    names = dict.fromkeys(
        name
        for stage in picture.stages
        for action in stage.actions
        for name in (*action.inputs, *action.outputs)
    )
    return {name: f"a{number % COLOURS}" for number, name in enumerate(names)}


def _turn(drawing: Drawing, x: float, y: float, to: float) -> None:
    """Draw the arrow from the last stage of a row to the first of the next one."""
    middle, end = y + _ROW_GAP / 2, y + _ROW_GAP - 2
    points = [(x, y + 2), (x, middle), (to, middle), (to, end)]
    drawing.line(points if x != to else [points[0], points[-1]])


def stage_elements(picture: PipelinePicture, width: float) -> list[str]:
    """Return what is in the frame of each stage, for a page that arranges the stages itself.

    Args:
        picture: of the pipeline.
        width: of the frames.

    """
    marks = _marks(picture)
    elements = []
    for stage in picture.stages:
        drawing = Drawing()
        height = _draw_stage(drawing, stage, marks, 0, 0, width)
        label = f"Stage {stage.name}: {stage.outcome}"
        elements.append(drawing.element(width=width, height=height, label=label))
    return elements


def _draw_stage(
    drawing: Drawing, stage: StageBox, marks: Mapping[str, str], x: float, y: float, width: float
) -> float:
    """Draw what is in the frame of a stage, and return its height."""
    inner = width - 2 * _PADDING
    bottom = y + _PADDING - 2
    indent = _ICON if stage.state else 0
    if stage.state:
        drawing.icon(x + _PADDING, bottom + 3, stage.state)
    for line in lines_of(stage.name, inner - indent, _HEAD, bold=True):
        drawing.text(x + _PADDING + indent, bottom + _HEAD, line, "h2", size=_HEAD, bold=True)
        bottom += _HEAD_HEIGHT
    bottom += 5
    if stage.before:
        bottom += _condition(stage.before).draw(drawing, x + _PADDING, bottom, inner)
        bottom = _draw_arrow(drawing, x + width / 2, bottom)
    before: ActionBox | None = None
    for place, actions in groupby(stage.actions, key=lambda action: action.place):
        group = list(actions)
        bottom = _draw_step(drawing, before, group[0], x + width / 2, bottom)
        bottom = _draw_group(drawing, place, group, marks, x + _PADDING, bottom, inner)
        before = group[-1]
    for number, condition in enumerate(stage.after):
        bottom = bottom + _BESIDE if number else _draw_arrow(drawing, x + width / 2, bottom)
        bottom += _condition(condition).draw(drawing, x + _PADDING, bottom, inner)
    return bottom + _PADDING - y


def _condition(condition: ConditionBox) -> Card:
    return Card(name=condition.name, lines=condition.lines, class_="condition")


def _draw_arrow(drawing: Drawing, x: float, y: float) -> float:
    """Draw an arrow to what is below, and return where it ends."""
    drawing.line([(x, y + 2), (x, y + _STEP - 2)])
    return y + _STEP


def _draw_step(
    drawing: Drawing, before: ActionBox | None, action: ActionBox, x: float, y: float
) -> float:
    """Draw the arrow between two actions, or leave a gap if they run together."""
    if before is None:
        return y
    if before.order == action.order:
        return y + _BESIDE
    return _draw_arrow(drawing, x, y)


def _draw_group(
    drawing: Drawing,
    place: str,
    actions: Sequence[ActionBox],
    marks: Mapping[str, str],
    x: float,
    y: float,
    width: float,
) -> float:
    """Draw actions that work in the same place, and return where they end."""
    inset = 6 if place else 0
    content = Drawing()
    bottom = y
    if place:
        bottom += 4
        for line in lines_of(place, width - 2 * inset, _NOTE):
            content.text(x + inset, bottom + _NOTE, line, "text", size=_NOTE)
            bottom += _NOTE_HEIGHT
        bottom += 3
    before: ActionBox | None = None
    for action in actions:
        bottom = _draw_step(content, before, action, x + width / 2, bottom)
        card = Drawing()
        height = _card(action, marks).draw(card, x + inset, bottom, width - 2 * inset)
        content.linked(card.elements, action.link, f"{action.name}: {action.outcome}")
        bottom += height
        before = action
    if place:
        bottom += inset
        drawing.box(x, y, width, bottom - y, "place")
    drawing.elements += content.elements
    return bottom


def _card(action: ActionBox, marks: Mapping[str, str]) -> Card:
    return Card(
        name=action.name,
        lines=action.lines,
        rows=list(_rows(action, marks)),
        state=action.state,
        outcome=action.outcome,
        note=action.note,
        class_=action.state or ("approval" if action.kind == "approval" else ""),
    )


def _rows(action: ActionBox, marks: Mapping[str, str]) -> Iterator[Row]:
    for word, names in (("reads", action.inputs), ("makes", action.outputs)):
        if names:
            yield Row(word=word, chips=[Chip(name, marks[name]) for name in names])
