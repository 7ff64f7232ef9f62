"""Where the parts and resources of a stack stand in an SVG picture."""

from collections.abc import Iterator

from cfn_pipeline.diagrams.cards import Card, Chip, Row
from cfn_pipeline.diagrams.drawing import Drawing
from cfn_pipeline.diagrams.measuring import lines_of
from cfn_pipeline.diagrams.pictures import PartBox, ResourceBox, StackPicture

_NARROWEST = 215
_GAP, _PART_GAP = 10, 12
_PADDING = 10
_HEAD, _HEAD_HEIGHT = 14, 19


def draw_stack(drawing: Drawing, picture: StackPicture, x: float, y: float, width: float) -> float:
    """Draw a stack, and return where it ends."""
    bottom = y
    for number, part in enumerate(picture.parts):
        bottom += _PART_GAP if number else 0
        content = Drawing()
        end = _draw_part(content, part, x, bottom, width)
        drawing.box(x, bottom, width, end - bottom, "frame")
        drawing.elements += content.elements
        bottom = end
    return bottom


def _draw_part(drawing: Drawing, part: PartBox, x: float, y: float, width: float) -> float:
    """Draw the resources of a part, each in the column that is the shortest."""
    inner = width - 2 * _PADDING
    bottom = y + _PADDING - 2
    for line in lines_of(part.name, inner, _HEAD, bold=True):
        drawing.text(x + _PADDING, bottom + _HEAD, line, "h2", size=_HEAD, bold=True)
        bottom += _HEAD_HEIGHT
    bottom += 5
    count = max(1, int((inner + _GAP) // (_NARROWEST + _GAP)))
    wide = (inner - (count - 1) * _GAP) / count
    ends = [bottom] * count
    for resource in part.resources:
        column = ends.index(min(ends))
        left, top = x + _PADDING + column * (wide + _GAP), ends[column]
        ends[column] += _card(resource).draw(drawing, left, top, wide) + _GAP
    return max(ends) - _GAP + _PADDING


def _card(resource: ResourceBox) -> Card:
    lines = [resource.type]
    if resource.condition:
        lines.append(f"if {resource.condition}")
    references = ", ".join(resource.references)
    chips = list(_chips(resource))
    return Card(
        name=resource.name,
        lines=lines,
        rows=[Row(word="", chips=chips)] if chips else [],
        more_lines=[f"refers to {references}"] if references else [],
        class_="public" if resource.is_public else "",
    )


def _chips(resource: ResourceBox) -> Iterator[Chip]:
    if resource.is_public:
        yield Chip("public", "public")
    if resource.data:
        yield Chip(f"holds {resource.data}", "data")
