"""A process that outlives nobody, run by its path.

It leads the process group of a build. When its standard input ends, because the build has ended or
because the rehearsal is no more, it runs the command it was given and kills the group.
"""

import os
import signal
import subprocess
import sys

if __name__ == "__main__":
    sys.stdin.buffer.read()
    if sys.argv[1:]:
        subprocess.run(
            sys.argv[1:], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    os.killpg(os.getpgrp(), signal.SIGKILL)
