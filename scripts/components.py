"""Write the list of components (CycloneDX): cfn-pipeline, and what it needs with all extras.

What else is in the environment, such as what tests need, is left out. The list is checked against
the schema of CycloneDX.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cfn_pipeline import __version__

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".release" / "bin"
LIST = ROOT / "dist" / f"cfn_pipeline-{__version__}.cdx.json"
NAME = canonicalize_name("cfn-pipeline")
#: The extras whose libraries are in the list.
EXTRAS = ("deploy", "html", "lint", "mcp", "rehearse")
_LIBRARIES = "import sysconfig; print(sysconfig.get_path('purelib'))"
_VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read()) and "invalid")
"""


def main() -> None:
    """Write the list of the environment of the tests."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    number = write_components(sys.executable)
    print(f"{LIST.relative_to(ROOT)}: {number} components")


def write_components(python: str | Path) -> int:
    """Write the list of an environment, and return the number of components.

    Raises:
        ValueError: the environment lacks a requirement, or a component has no version.
        subprocess.CalledProcessError: the list is not valid.

    """
    found = _output(TOOLS / "cyclonedx-py", "environment", "--output-reproducible", python)
    needs = needs_of(_output(python, "-c", _LIBRARIES).strip())
    bill = needed(json.loads(found), needs)
    text = json.dumps(bill, indent=2) + "\n"
    subprocess.run([TOOLS / "python", "-c", _VALIDATE], input=text.encode(), check=True)
    LIST.parent.mkdir(exist_ok=True)
    LIST.write_text(text, "utf-8")
    return len(needs) - 1


def _output(*words: str | Path) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def needs_of(libraries: str) -> dict[str, set[str]]:
    """Return what cfn-pipeline needs with the extras, and what each of these needs, by name.

    Raises:
        ValueError: a requirement is not among the libraries of this folder.

    """
    installed = {canonicalize_name(each.name): each for each in distributions(path=[libraries])}
    needs: dict[str, set[str]] = {}
    done = set()
    waiting = [(NAME, extra) for extra in ("", *EXTRAS)]
    while waiting:
        if (here := waiting.pop()) in done:
            continue
        done.add(here)
        name, extra = here
        if name not in installed:
            raise ValueError(f"the environment lacks {name}; run make clean, then again")
        of_name = needs.setdefault(name, set())
        for each in map(Requirement, installed[name].requires or ()):
            if each.marker is None or each.marker.evaluate({"extra": extra}):
                other = canonicalize_name(each.name)
                of_name.add(other)
                waiting += [(other, more) for more in ("", *each.extras)]
    return needs


def needed(bill: Mapping[str, Any], needs: Mapping[str, set[str]]) -> dict[str, Any]:
    """Return a list of the components that are needed; it is about cfn-pipeline.

    Raises:
        ValueError: a component is not in the list, or has no version.

    """
    components: dict[str, Any] = {
        canonicalize_name(each["name"]): each for each in bill["components"]
    }
    itself = {
        "bom-ref": f"{NAME}=={__version__}",
        "type": "application",
        "name": NAME,
        "version": __version__,
        "licenses": [{"license": {"id": "MIT", "acknowledgement": "declared"}}],
        "purl": f"pkg:pypi/{NAME}@{__version__}",
    }
    components[NAME] = itself
    if bare := [name for name in needs if not components.get(name, {}).get("version")]:
        raise ValueError(f"components without a version: {', '.join(sorted(bare))}")

    def references(names: Iterable[str]) -> list[str]:
        return [components[name]["bom-ref"] for name in sorted(names)]

    return {
        **bill,
        "metadata": {**bill["metadata"], "component": itself},
        "components": [components[name] for name in sorted(needs) if name != NAME],
        "dependencies": [
            {"ref": components[name]["bom-ref"], "dependsOn": references(needs[name])}
            for name in sorted(needs)
        ],
    }


if __name__ == "__main__":
    main()
