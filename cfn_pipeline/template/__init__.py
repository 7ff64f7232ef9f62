"""The text form of a template: :func:`emit` writes it, :func:`load` reads it."""

from cfn_pipeline.template.emitter import emit
from cfn_pipeline.template.loader import load

__all__ = ["emit", "load"]
