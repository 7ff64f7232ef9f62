"""Texts of files, which are read up to a size."""

from pathlib import Path

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
            text = file.read(LARGEST + 1)
    except UnicodeDecodeError as error:
        raise TemplateError(f"{path}: cannot be read: not UTF-8 text") from error
    except OSError as error:
        raise TemplateError(f"{path}: cannot be read: {error.strerror}") from error
    if len(text) > LARGEST:
        raise TemplateError(
            f"{path}: has more than {LARGEST:,} characters; CloudFormation takes templates of 1 MB"
        )
    return text
