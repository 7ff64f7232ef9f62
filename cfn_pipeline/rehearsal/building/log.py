"""The log of a build, which does not fill the disk."""

import os
from pathlib import Path

from cfn_pipeline.rehearsal.folder import private

#: Bytes of output; the rest is left out.
_MOST = 64 << 20
#: The beginning of a line that the rehearsal writes, not a command.
OURS = "[rehearsal] "


class Log:
    """The log of a build.

    Args:
        path: the file; it is created.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._size = 0
        self._file = private(str(path), os.O_RDWR | os.O_CREAT | os.O_APPEND)

    def note(self, text: str) -> None:
        """Write lines of the rehearsal."""
        self._write("".join(f"{OURS}{line}\n" for line in text.splitlines()).encode())

    def write(self, output: bytes) -> None:
        """Write output of a command, as long as there is room for it."""
        if self.problem:
            return
        room = _MOST - self._size
        self._write(output[:room])
        self._size += len(output)
        if len(output) > room and not self.problem:
            self.note(f"\n{self._end(f'the output is longer than {_MOST >> 20} MB')}")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def size(self) -> int:
        """Return the bytes in the file."""
        return os.fstat(self._file).st_size

    def output_since(self, offset: int) -> str:
        """Return the output of commands after an offset in the file."""
        # Of the open file: a command may have put another one in its place.
        content = os.pread(self._file, max(0, self.size() - offset), offset)
        lines = content.decode(errors="replace").splitlines()
        return "\n".join(line for line in lines if not line.startswith(OURS))

    def _write(self, content: bytes) -> None:
        try:
            while content:
                content = content[os.write(self._file, content) :]
        except OSError as error:
            self._end(f"it cannot be written ({error.strerror})")

    def _end(self, reason: str) -> str:
        self.problem = f"the log is incomplete: {reason}; the rest is left out"
        return self.problem
