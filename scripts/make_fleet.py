"""Print a configuration of many applications, for measuring.

    python scripts/make_fleet.py 500 > fleet/cfn-pipeline.yml

Each has a template of its own, a build with one of CodeBuild's images, and two environments. The
template is named with its whole path, so that the configuration can be rendered wherever it is.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

STACK = Path(__file__).resolve().parent / "fleet" / "stack.yml"

_DEFAULTS = """defaults:
  stack: {stack}
  build: {{image: "aws/codebuild/standard:7.0", images: false, docker: false}}
  environments:
    - name: dev
    - name: prod
      approval: true
      parameters: {{RetentionSeconds: "1209600"}}

applications:
"""


def fleet(number: int) -> str:
    """Return a configuration of a number of applications."""
    # The same length for all: each application is as much work as any other.
    digits = max(4, len(str(number)))
    names = [f"app{n:0{digits}}" for n in range(1, number + 1)]
    # JSON's strings are YAML's, too, whatever is in the path.
    defaults = _DEFAULTS.format(stack=json.dumps(str(STACK)))
    return defaults + "".join(f"  - {{name: {name}, source: acme/{name}}}\n" for name in names)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the configuration; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("number", type=int, help="how many applications")
    number = parser.parse_args(arguments).number
    if number < 1:
        parser.error(f"number must be 1 or more (got {number})")
    print(fleet(number), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
