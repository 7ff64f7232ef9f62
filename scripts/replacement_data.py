"""Write cfn_pipeline/aws/data/create_only.json: the properties of which a change replaces.

They come from the resource-provider schemas that cfn-lint ships. The project ships what is needed
of them, so that ``cfn-pipeline diff`` starts fast, needs no cfn-lint, and says the same of a change
on every machine.
"""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "cfn_pipeline" / "aws" / "data" / "create_only.json"

# CloudFormation works alike in all regions; the largest knows the most types.
REGION = "us-east-1"

_KEYS = ("createOnlyProperties", "conditionalCreateOnlyProperties")


def schemas() -> dict[str, Any]:
    """Return cfn-lint's schemas of AWS's types, by type."""
    spec = find_spec("cfnlint")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "data" / "schemas"
    files = json.loads((folder / "providers" / f"{REGION}.json").read_text())
    return {
        type_: json.loads((folder / "resources" / f"{file}.json").read_text())
        for type_, file in sorted(files.items())
        if type_.startswith("AWS::")
    }


def create_only(schema: dict[str, Any]) -> list[list[str]]:
    """Return the paths of a schema: those of which a change always replaces, and the others."""
    return [
        sorted({path.removeprefix("/properties/") for path in schema.get(key, [])}) for key in _KEYS
    ]


def main() -> None:
    lines = ",\n".join(
        f"{json.dumps(type_)}: {json.dumps(create_only(schema), separators=(',', ':'))}"
        for type_, schema in schemas().items()
    )
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
