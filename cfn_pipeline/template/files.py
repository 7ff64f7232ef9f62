"""Texts of files, which are read up to a size."""

from pathlib import Path
from typing import TextIO

from cfn_pipeline import details
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.template.composing import LARGEST


def read_text(path: Path, *, errors: str = "strict") -> str:
    """Return the text of a file, a pipe or a device.

    Args:
        path: the file, in UTF-8.
        errors: ``strict`` or ``replace``: what happens to bytes that are not UTF-8.

    Raises:
        TemplateError: the file cannot be read, is not UTF-8, or is too large; no more than the
            allowed size is read.

    """
    try:
        with path.open(encoding="utf-8", errors=errors) as file:
            return read_stream(file, str(path))
    except OSError as error:
        raise TemplateError(f"{path}: cannot be read: {error.strerror}") from error


def read_stream(file: TextIO, name: str) -> str:
    """Return the text of an open file.

    Args:
        file: the file, which is not closed.
        name: its name, for messages.

    Raises:
        TemplateError: the file is not UTF-8, or is too large.

    """
    try:
        text = file.read(LARGEST + 1)
    except UnicodeDecodeError as error:
        raise TemplateError(f"{name}: cannot be read: not UTF-8 text") from error
    if len(text) > LARGEST:
        raise TemplateError(
            f"{name}: has more than {LARGEST:,} characters; CloudFormation takes templates of 1 MB"
        )
    details.tell(f"read {name} ({len(text):,} characters)")
    return text
