"""Watchdog: kills a build's processes when the build or the rehearsal ends. Run by its path.

It leads the process group of a build. When its standard input ends, it runs its cleanup command and
kills the group. On Linux it also kills processes that left the group: a variable in their
environment, read from /proc, marks them.
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    mark, cleanup = sys.argv[1], sys.argv[2:]
    sys.stdin.buffer.read()
    if cleanup:
        subprocess.run(cleanup, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
    os.killpg(os.getpgrp(), signal.SIGKILL)
