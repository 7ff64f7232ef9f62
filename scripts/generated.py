"""Files of docs/ that scripts write: whether they are stale, or written anew."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from cfn_pipeline.output import differences, write_files


def keep(files: Mapping[str, str], folder: Path, *, name: str, about: str | None) -> None:
    """Write files; with ``--check`` show what is stale, and exit with 1 if anything is.

    Args:
        files: the texts, by file name.
        folder: where they are.
        name: how the message calls them.
        about: what ``--help`` says.

    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="write nothing; show what is stale")
    if not parser.parse_args().check:
        write_files(files, folder)
        return
    stale = "".join(differences(files, folder))
    print(stale, end="")
    if stale:
        print(f"{name} is stale; run make docs", file=sys.stderr)
        raise SystemExit(1)
