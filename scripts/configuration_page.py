"""Write docs/configuration.md from the schema of the configuration file.

With ``--check`` it writes nothing, and exits with 1 if the page is stale.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generated import keep

from cfn_pipeline.config.schema import config_schema

ROOT = Path(__file__).parents[1]

HEAD = """# The configuration file

`cfn-pipeline.yml` describes applications; `cfn-pipeline render --config cfn-pipeline.yml` renders what delivers them, beside
it. `cfn-pipeline new NAME` writes the first one. `make docs` generates this page.

```yaml
applications:
  - name: orders
    source: acme/orders
    container: {name: orders, cpu: 256, memory: 512, port: 8080}
    compute: {type: fargate}
    load_balancer: {health_check_path: /health}
    database: {type: postgresql, name: orders, username: orders}
    environments:
      - name: dev
      - {name: prod, approval: true}
```

A page for each aspect shows what is rendered: [sources](aspects/sources.md), [builds](aspects/builds.md),
[containers](aspects/containers.md), [secrets](aspects/secrets.md), [compute](aspects/compute.md), [load balancer, TLS, domain](aspects/requests.md),
[database](aspects/database.md), [volumes](aspects/volumes.md), [scaling](aspects/scaling.md), [workers](aspects/workers.md),
[releases](aspects/releases.md), [migrations and schedules](aspects/jobs.md), [environments](aspects/environments.md),
[a template of your own](aspects/own-stack.md), [observability](aspects/observability.md).

[examples/](../examples/README.md) has more, each with its output. The keys are the fields of the classes in Python:
`container: {cpu: 256}` is `container=Container(cpu=256)`.

- **A key `type`** chooses where there are several kinds: `compute: {type: fargate}`.
- **A string** stands for a mapping where only one key is needed: `source: acme/orders` is `source: {name: acme/orders}`.
- **`null`** leaves an aspect out: `load_balancer: null` makes a worker.
- **Several applications** in one file are rendered to a folder each, with the application's name.
- **`defaults`** has keys that every application gets unless it has its own. Mappings are merged key by key; a mapping with a `type`
  and a list replace those of the defaults:

```yaml
defaults:
  compute: {type: fargate}
  container: {cpu: 256, memory: 512}
applications:
  - {name: web, source: acme/web, container: {name: web, port: 8080}}
  - {name: jobs, source: acme/jobs, container: {name: jobs}, load_balancer: null}
```

- **`shared`** has what the applications share instead of each having its own, rendered into the folder `shared` and deployed first
  ([more](scale.md#what-applications-share)):

```yaml
shared: {name: platform, notifications: true, connection: github}
applications:
  - {name: web, source: acme/web, container: {name: web, cpu: 256, memory: 512, port: 8080}}
```

- **`fleet`** is one more pipeline, which keeps the pipelines of all applications up to date ([more](fleet.md)):

```yaml
fleet:
  name: platform
  source: acme/platform
  connection: arn:aws:codestar-connections:eu-central-1:111111111111:connection/00000000-0000-4000-8000-000000000000
applications:
  - {name: web, source: acme/web, container: {name: web, cpu: 256, memory: 512, port: 8080}}
```

**Editors** complete keys and show mistakes when the first line is

    # yaml-language-server: $schema=cfn-pipeline.schema.json

and `cfn-pipeline schema > cfn-pipeline.schema.json` has put the schema beside it ([more](tools.md#editors)).

**Mistakes** are all told at once, each with line and column, and nothing is written:

```yaml
applications:
  - name: Orders
    source: acme/orders
    container: {name: orders, cpu: 256, memory: "512", port: 8080}
    databse: {type: postgresql}
```

    cfn-pipeline.yml:2:5: application 'Orders': invalid application name 'Orders': use lower-case letters, digits and -, a letter first, no - last
    cfn-pipeline.yml:4:49: applications[0].container.memory: must be a whole number (got 512, a string); remove the quotes
    cfn-pipeline.yml:5:5: applications[0]: unknown key 'databse'; did you mean 'database'?

## Keys

A value in brackets is the default.
"""  # noqa: E501 - messages are shown as they are


def main() -> None:
    keep({"configuration.md": page()}, ROOT / "docs", name="docs/configuration.md", about=__doc__)


def page() -> str:
    """Return the page."""
    definitions = config_schema()["$defs"]
    done: dict[str, None] = {}
    order = [
        n for name in ("Application", "Shared", "Fleet") for n in _reached(name, definitions, done)
    ]
    sections = [_section(name, definitions[name]) for name in order]
    return "\n".join([HEAD, *sections])


def _reached(name: str, definitions: Mapping[str, Any], done: dict[str, None]) -> Iterator[str]:
    """Yield a class and those that its keys have, each once, in the order of the keys."""
    if name in done:
        return
    done[name] = None
    yield name
    for reference in _references(definitions[name]):
        yield from _reached(reference, definitions, done)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _section(name: str, definition: Mapping[str, Any]) -> str:
    lines = [f"### {name}", "", _markdown(definition), ""]
    whole = next((f for f in definition.get("anyOf", []) if "properties" in f), definition)
    if "properties" not in whole:
        return "\n".join([*lines, f"One of {_type(definition)}.", ""])
    if "anyOf" in definition:
        scalar = definition["anyOf"][0]["type"]
        words = {"string": "A string", "integer": "A number"}
        lines += [f"{words[scalar]} stands for its first key.", ""]
    rows = [
        f"| `{key}` | {_type(described)}{_default(described, required=key in whole['required'])} "
        f"| {_markdown(described)} |"
        for key, described in whole["properties"].items()
    ]
    if rows:
        lines += ["| key | value | what it is |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(lines)


def _default(described: Mapping[str, Any], *, required: bool) -> str:
    if required and "const" not in described:
        return ", required"
    return f" (`{json.dumps(described['default'])}`)" if "default" in described else ""


def _type(described: Mapping[str, Any]) -> str:
    """Return the values that a key takes."""
    if "const" in described:
        return f"`{described['const']}`"
    if "$ref" in described:
        name = described["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in described:
        return " or ".join(_type(option) for option in described["anyOf"])
    kind = described.get("type")
    if kind == "array":
        return f"list of {_type(described['items'])}"
    if kind == "object":
        return f"mapping to {_type(described['additionalProperties'])}"
    kinds = [kind] if isinstance(kind, str) else kind or []
    return " or ".join(kinds)


def _markdown(described: Mapping[str, Any]) -> str:
    text: str = described.get("markdownDescription", described.get("description", ""))
    return text.replace("|", "\\|")


if __name__ == "__main__":
    main()
