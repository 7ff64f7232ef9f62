"""What AWS's own models say: CloudFormation's schemas in cfn-lint, the services' in botocore."""

import json
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
