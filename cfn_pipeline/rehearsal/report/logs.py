"""The logs of builds, for a page: in part if they are long, and fit to show."""

import os
import re
from pathlib import Path

from cfn_pipeline.printable import printable_lines
from cfn_pipeline.rehearsal.folder import RunFolder, opened

#: Bytes of all logs on a page; bytes that each may have at least and at most.
_ALL, _LEAST, _MOST = 2 << 20, 1 << 14, 1 << 18

#: Colours and the like, which terminals understand.
_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def lines_of_logs(folder: RunFolder) -> dict[str, list[str]]:
    """Return the lines of the logs of all builds, by their path in the folder."""
    logs = folder.logs()
    most = max(_LEAST, min(_MOST, _ALL // max(1, len(logs))))
    return {name: lines_of_log(path, most) for name, path in logs.items()}


def lines_of_log(log: Path, most: int) -> list[str]:
    """Return the lines of a log, each fit to show; of a long log, its beginning and its end.

    Args:
        log: the file.
        most: bytes that are shown.

    """
    return printable_lines(_TERMINAL.sub("", _part(log, most)).expandtabs().rstrip("\n"))


def _part(log: Path, most: int) -> str:
    whole = opened(log)
    if whole is None:
        return "[a command has removed the log]"
    with whole as file:
        size = os.fstat(file.fileno()).st_size
        if size <= most:
            return file.read().decode(errors="replace")
        begin = file.read(most // 4).decode(errors="replace")
        file.seek(size - most // 4 * 3)
        end = file.read().decode(errors="replace")
    return f"{begin}\n\n[{size - most:,} bytes are left out; the whole log: {log}]\n\n{end}"
