"""Pictures as SVG: one document that stands alone, with the pictures below each other."""

from collections.abc import Sequence

from cfn_pipeline.diagrams.drawing import Drawing
from cfn_pipeline.diagrams.measuring import lines_of
from cfn_pipeline.diagrams.pictures import Picture, PipelinePicture
from cfn_pipeline.diagrams.pipeline_layout import draw_pipeline
from cfn_pipeline.diagrams.stack_layout import draw_stack

MARGIN = 16
_TITLE, _TITLE_HEIGHT = 18, 24
_BETWEEN = 28


def svg(pictures: Sequence[Picture], *, width: int) -> str:
    """Return pictures as an SVG document.

    Args:
        pictures: what is drawn.
        width: the width of the document in pixels; its height follows.

    """
    drawing = Drawing()
    inner = width - 2 * MARGIN
    bottom: float = MARGIN
    for number, picture in enumerate(pictures):
        bottom += _BETWEEN if number else 0
        for line in lines_of(picture.title, inner, _TITLE, bold=True):
            drawing.text(MARGIN, bottom + _TITLE, line, "h1", size=_TITLE, bold=True)
            bottom += _TITLE_HEIGHT
        draw = draw_pipeline if isinstance(picture, PipelinePicture) else draw_stack
        bottom = draw(drawing, picture, MARGIN, bottom + 8, inner)  # type: ignore[arg-type]
    return drawing.document(
        width=width,
        height=bottom + MARGIN,
        title=", ".join(picture.title for picture in pictures),
        description=" ".join(picture.description for picture in pictures),
    )
