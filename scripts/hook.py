"""Build the Lambda Hook: its function in dist/hook.zip, its template in dist/hook.yml.

The zip has the modules that the function imports, and PyYAML for the system that Lambda runs it on.
It is the same, byte by byte, for the same sources and the same version of PyYAML.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import grimp

from cfn_pipeline import emit
from cfn_pipeline.stacks.hook import PYTHON, hook_template
from cfn_pipeline.template.header import HEADER

ROOT = Path(__file__).parents[1]
HANDLER = "cfn_pipeline.hook.handler"
#: What pip writes about the installation itself.
OF_THE_INSTALLATION = {"INSTALLER", "RECORD", "REQUESTED"}
#: The earliest that a zip file can have.
DATE = (1980, 1, 1, 0, 0, 0)
STACK = "cfn-pipeline-hook"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both files, and say how they are deployed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=Path("dist"), help="the folder")
    place: Path = parser.parse_args(arguments).output
    place.mkdir(parents=True, exist_ok=True)
    code, template = place / "hook.zip", place / "hook.yml"
    with tempfile.TemporaryDirectory() as name:
        _install(Path(name))
        _write(code, dict([*_modules(), *_libraries(Path(name))]))
    template.write_text(emit(hook_template(), header=f"{HEADER} (make hook)"), "utf-8")
    # With the contents in its key, new code is deployed by the same commands.
    key = f"{STACK}/{hashlib.sha256(code.read_bytes()).hexdigest()[:16]}.zip"
    print(
        f"{code} ({code.stat().st_size:,} bytes) and {template} are built. Deploy them, with the "
        "name of a bucket of yours:\n\n"
        f"    aws s3 cp {code} s3://BUCKET/{key}\n"
        f"    aws cloudformation deploy --stack-name {STACK} --template-file {template} "
        f"--capabilities CAPABILITY_IAM --parameter-overrides CodeBucket=BUCKET CodeKey={key}"
    )


def _modules() -> Iterator[tuple[str, Path]]:
    """Yield what the function needs of the package, by the path in the zip."""
    yield "LICENSE", ROOT / "LICENSE"
    for module in sorted(_imported()):
        path = ROOT / module.replace(".", "/")
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        yield file.relative_to(ROOT).as_posix(), file
        for data in (path / "data").glob("*.json"):
            yield data.relative_to(ROOT).as_posix(), data


def _imported() -> set[str]:
    """Return the modules that the function imports, and the packages that they are in."""
    graph = grimp.build_graph("cfn_pipeline", cache_dir=None)
    modules: set[str] = set()
    new = {HANDLER}
    while new:
        modules |= new
        needed = {
            needed for module in new for needed in graph.find_modules_directly_imported_by(module)
        }
        packages = {module.rpartition(".")[0] for module in new} - {""}
        new = (needed | packages) - modules
    return modules


def _install(place: Path) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--target", str(place), "--no-deps", "--no-compile", "--only-binary=:all:"),
            *("--platform", "manylinux2014_x86_64", "--python-version", PYTHON),
            f"PyYAML=={version('PyYAML')}",
        ],
        check=True,
    )


def _libraries(place: Path) -> Iterator[tuple[str, Path]]:
    for file in place.rglob("*"):
        path = file.relative_to(place)
        if file.is_file() and file.name not in OF_THE_INSTALLATION and path.parts[0] != "bin":
            yield path.as_posix(), file


def _write(archive: Path, files: dict[str, Path]) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as writer:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16  # Lambda reads as another user
            writer.writestr(entry, files[name].read_bytes())


if __name__ == "__main__":
    main()
