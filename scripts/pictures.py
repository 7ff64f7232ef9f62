"""Write docs/images/ from the templates: the pictures of the README and of docs/diagrams.md.

With ``--check`` it writes nothing, and exits with 1 if a picture is stale.
"""

from pathlib import Path

from generated import keep

from cfn_pipeline.analysis.reading import read_files
from cfn_pipeline.diagrams.reading import pictures
from cfn_pipeline.diagrams.svg import svg

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"

#: The pictures, and the template of each.
TEMPLATES = {
    "book-1-integration": "templates/book/pipeline-integration.yml",
    "book-2-deployment": "templates/book/pipeline-deployment.yml",
    "book-3-pipeline": "templates/book/pipeline.yml",
    "book-stack": "templates/book/stack.yml",
    "current-pipeline": "templates/current/pipeline.yml",
    "current-stack": "templates/current/stack.yml",
    "three-accounts": "examples/three-accounts/pipeline.yml",
    "conditions": "examples/pipeline-language/pipeline.yml",
}

#: The widths, with the ending of the name: for pages, and for telephones.
WIDTHS = {"": 830, "-narrow": 390}


def main() -> None:
    keep(images(), IMAGES, name="docs/images", about=__doc__)


def images() -> dict[str, str]:
    """Return the pictures, by file name."""
    files = {}
    for name, path in TEMPLATES.items():
        drawn = pictures(read_files([ROOT / path], {}))
        for ending, width in WIDTHS.items():
            files[f"{name}{ending}.svg"] = svg(drawn, width=width)
    return files


if __name__ == "__main__":
    main()
