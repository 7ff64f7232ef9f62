"""Make a release, but for the upload: wheel, sdist, list of components, checksums; in dist/.

The wheel and the sdist are installed into environments of their own, without extras, and render.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from components import EXTRAS, write_components

from cfn_pipeline import __version__

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
TOOLS = ROOT / ".release" / "bin"


def main() -> None:
    """Build, check, install, list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--unreleased", action="store_true", help="try it: CHANGELOG.md need not have the version"
    )
    if not parser.parse_args().unreleased:
        _require_changes()
    shutil.rmtree(DIST, ignore_errors=True)
    # setuptools puts into a wheel what an earlier build has left.
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    _run(TOOLS / "python", "-m", "build", "--outdir", DIST, ROOT)
    files = sorted(DIST.iterdir())
    _run(TOOLS / "twine", "check", "--strict", *files)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for number, file in enumerate(files):
            _try(file, place / str(number))
        wheel = next(file for file in files if file.suffix == ".whl")
        write_components(_environment(place / "extras", f"{wheel}[{','.join(EXTRAS)}]"))
    sums = "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(DIST.iterdir())
    )
    (DIST / "SHA256SUMS").write_text(sums, "utf-8")
    print(sums, end="")


def _require_changes() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    if f"\n## {__version__}" not in text:
        sys.exit(
            f"CHANGELOG.md has no section '## {__version__}'; call the section 'Unreleased' so, "
            "or try the release with: .venv/bin/python scripts/release.py --unreleased"
        )


def _try(file: Path, place: Path) -> None:
    """Install a file alone, then render and check with it, far from the sources."""
    python = _environment(place / "environment", str(file))
    command = python.with_name("cfn-pipeline")
    shown = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    if __version__ not in shown.stdout:
        sys.exit(f"{file.name}: has version {shown.stdout.strip()}, not {__version__}")
    _run(command, "render", "-o", place / "rendered", cwd=place)
    _run(command, "check", place / "rendered", cwd=place)


def _environment(place: Path, requirement: str) -> Path:
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement)
    return python


def _run(*words: str | Path, cwd: Path = ROOT) -> None:
    subprocess.run([str(word) for word in words], cwd=cwd, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
