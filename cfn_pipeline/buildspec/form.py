"""The form of a buildspec: a JSON Schema of it, and what a breach of it means.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import difflib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from cfn_pipeline.template.positions import Path

__all__ = ["mistake_in"]


def mistake_in(content: Any) -> tuple[Path, str]:
    """Return the path to the first mistake of a buildspec, and what it is; or nothing."""
    import fastjsonschema  # only those who have a buildspec need it

    try:
        _validator()(content)
    except fastjsonschema.JsonSchemaValueException as error:
        return _explained(error)
    return (), ""


@cache
def _validator() -> Any:
    import fastjsonschema

    text = files("cfn_pipeline.buildspec").joinpath("buildspec.schema.json").read_text()
    return fastjsonschema.compile(json.loads(text))


def _explained(error: Any) -> tuple[Path, str]:
    steps = [step for step in error.path[1:] if step != ""]
    path: Path = tuple(int(step) if step.isdecimal() else step for step in steps)
    where = ".".join(steps) or "the whole"
    match error.rule:
        case "additionalProperties":
            known = list(error.definition.get("properties", ()))
            odd = [str(key) for key in error.value if key not in known]
            near = difflib.get_close_matches(odd[0], known, 1) if odd else []
            meant = f"did you mean '{near[0]}'?" if near else f"it takes {', '.join(known)}"
            return (*path, *odd[:1]), f"{where} has the key '{''.join(odd[:1])}'; {meant}"
        case "required":
            lacking = [key for key in error.definition["required"] if key not in error.value]
            return path, f"{where} lacks {', '.join(lacking)}; add it"
        case "anyOf":
            ways = [option["required"][0] for option in error.definition["anyOf"]]
            return path, f"{where} lacks {' or '.join(ways)}; add it"
        case "enum":
            allowed = ", ".join(dict.fromkeys(str(v) for v in error.rule_definition))
            return path, f"{where} is {error.value!r}; use one of {allowed}"
        case "type" if "commands" in steps and isinstance(error.value, dict):
            return path, (
                f"{where} is a mapping, since it holds a colon and a space; put the command in "
                "quotes"
            )
        case _:
            return path, f"{where} is {error.value!r:.60}, {_rule_said(error)}"


def _rule_said(error: Any) -> str:
    if error.rule == "type":
        wanted = error.rule_definition
        kinds = wanted if isinstance(wanted, list) else [wanted]
        return f"where CodeBuild reads {' or '.join(k for k in kinds if k != 'null')}; correct it"
    return f"which does not fit {error.rule_definition!r}; correct it"
