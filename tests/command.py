"""The command ``cfn-pipeline``, run in this process or in one of its own, from the repository."""

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from cfn_pipeline.cli import main

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a run ended, and what it wrote."""

    code: int
    out: str
    err: str


def run(*arguments: str, cwd: Path = ROOT, stdin: str | None = None) -> Done:
    """Run the command in this process. An error that a user would see as a traceback is raised."""
    with contextlib.chdir(cwd):
        result = CliRunner().invoke(
            main, arguments, input=stdin, prog_name="cfn-pipeline", catch_exceptions=False
        )
    return Done(code=result.exit_code, out=result.stdout, err=result.stderr)


def spawn(*arguments: str, cwd: Path = ROOT, stdin: str | None = None, **environment: str) -> Done:
    """Run the command in a process of its own, as a shell does."""
    done = subprocess.run(
        [sys.executable, "-m", "cfn_pipeline", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(code=done.returncode, out=done.stdout, err=done.stderr)
