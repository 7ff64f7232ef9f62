"""Files that are replaced whole, or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["replacing"]


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the target's place when the block has ended well."""
    handle, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.stem}-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
