"""Run "make test" with each supported Python of this machine, in a clone of what is committed."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: The minor versions of Python 3 that the package says it supports.
SUPPORTED = tuple(
    int(minor)
    for minor in re.findall(
        r"Programming Language :: Python :: 3\.(\d+)", (ROOT / "setup.cfg").read_text("utf-8")
    )
)


def main() -> None:
    """Run the tests, one Python after the other; exit with 1 if they fail with one of them."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    results = {}
    for minor in SUPPORTED:
        python = find(minor)
        results[f"3.{minor}"] = "is not on this machine" if python is None else _test(python)
        print(f"Python 3.{minor}: {results[f'3.{minor}']}", flush=True)
    if any("failed" in result for result in results.values()):
        sys.exit(1)


def find(minor: int) -> str | None:
    """Return the path of Python 3.minor: on the PATH, or the newest that pyenv has."""
    name = f"python3.{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    versions = sorted(
        pyenv.glob(f"3.{minor}.*/bin/{name}"),
        key=lambda path: [int(number) for number in re.findall(r"\d+", path.parts[-3])],
    )
    for path in (shutil.which(name), *reversed(versions)):
        # On the PATH, pyenv has a command for each version, also for those that are not in use.
        if (
            path
            and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0
        ):
            return str(path)
    return None


def _test(python: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        done = subprocess.run(
            ["make", "--no-print-directory", "test", f"PYTHON={python}"],
            cwd=clone,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode:
        print(done.stdout)
    last = re.findall(r"^=* ?(\d+ .*?)(?: =+)?$", done.stdout, re.MULTILINE)
    return f"{'failed' if done.returncode else 'passed'} ({last[-1] if last else 'no tests ran'})"


if __name__ == "__main__":
    main()
