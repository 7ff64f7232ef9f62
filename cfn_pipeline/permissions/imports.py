"""What a template imports from other stacks."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from cfn_pipeline.permissions.patterns import bind, known_of, value_pattern


def imports(
    template: Mapping[str, Any],
    export: str,
    *,
    stack: str,
    values: Mapping[str, str] | None = None,
) -> bool:
    """Whether a template may import an export; what is not known before the deployment may be it.

    Args:
        template: in long form.
        export: the export's name.
        stack: the name of the template's stack.
        values: of its parameters, where these are not their defaults.

    """
    known = known_of(template, values or {})
    return any(
        name is None or fnmatchcase(export, bind(value_pattern(name, known), stack))
        for name in _names(template)
    )


def _names(value: Any) -> Iterator[Any]:
    """Yield the name of each import; None for what a macro makes, which may have imports."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            if "Transform" in value or "Fn::Transform" in value:
                yield None
            if "Fn::ImportValue" in value:
                yield value["Fn::ImportValue"]
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
