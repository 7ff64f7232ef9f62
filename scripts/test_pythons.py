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
#: The versions of Python that the package says it supports.
SUPPORTED = re.findall(
    r"Programming Language :: Python :: (3\.\d+)", (ROOT / "setup.cfg").read_text("utf-8")
)


def main() -> None:
    """Run the tests, one Python after the other; exit with 1 if they fail with one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("versions", nargs="*", metavar="3.X", help="only these")
    wanted = parser.parse_args().versions
    are_good = []
    for version in wanted or SUPPORTED:
        python = find(version)
        missing = (not wanted, "not on this machine")
        is_good, result = missing if python is None else _test(python)
        print(f"Python {version}: {result}", flush=True)
        are_good.append(is_good)
    sys.exit(not all(are_good))


def find(version: str) -> str | None:
    """Return the path of a Python such as 3.12: on the PATH, or the newest that pyenv has."""
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    versions = sorted(
        pyenv.glob(f"{version}.*/bin/{name}"),
        key=lambda path: [int(number) for number in re.findall(r"\d+", path.parts[-3])],
    )
    for path in (shutil.which(name), *reversed(versions)):
        # On the PATH, pyenv has a command for each version, also for those that are not in use.
        if path and _works(path):
            return str(path)
    return None


def _works(path: str | Path) -> bool:
    return subprocess.run([path, "-c", ""], stderr=subprocess.DEVNULL, check=False).returncode == 0


def _test(python: str) -> tuple[bool, str]:
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
    ends = re.findall(r"^=* ?(\d+ (?:passed|failed).*?)(?: =+)?$", done.stdout, re.MULTILINE)
    return not done.returncode, ends[-1] if ends else "the tests did not run"


if __name__ == "__main__":
    main()
