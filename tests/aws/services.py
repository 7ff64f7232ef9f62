"""What AWS's own models say: CloudFormation's schemas in cfn-lint, the services' in botocore."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint
from botocore.loaders import Loader

_SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"


@cache
def schema(type_: str) -> Mapping[str, Any]:
    """Return the schema of a CloudFormation type."""
    files = json.loads((_SCHEMAS / "providers" / "us-east-1.json").read_text())
    found: Mapping[str, Any] = json.loads(
        (_SCHEMAS / "resources" / f"{files[type_]}.json").read_text()
    )
    return found


@cache
def shapes(service: str) -> Mapping[str, Any]:
    """Return the shapes of a service's API."""
    found: Mapping[str, Any] = Loader().load_service_model(service, "service-2")["shapes"]
    return found


def same_pattern(ours: str, theirs: str) -> bool:
    """Tell whether two patterns of one character class each take the same characters."""
    ascii_ = [chr(code) for code in range(128)]
    return [bool(re.fullmatch(ours, c)) for c in ascii_] == [
        bool(re.fullmatch(theirs, c)) for c in ascii_
    ]
