"""Write docs/rules.md from the rules and the good and bad template of each.

With ``--check`` it writes nothing, and exits with 1 if the page is stale.
"""

import difflib
from collections.abc import Iterator
from pathlib import Path

from generated import keep

from cfn_pipeline.checks import GROUPS, RULES, CheckRule

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "tests" / "checks" / "examples"

HEAD = """# Rules

The rules of `cfn-pipeline check` and of the cfn-lint plugin. `make docs` generates this page.

| severity | what happens |
| --- | --- |
| error | AWS rejects the template, or the pipeline fails or does not do its job |
| warning | the pipeline works, but causes problems |
| info | worth knowing; reported with `--info` only (in cfn-lint with `--include-checks I`) |

| source | how sure a rule is |
| --- | --- |
| documented | the AWS page says it |
| observed | AWS's refusal was seen, in the thread or deployment |
| inferred | it follows from what the pages say; no page says it in so many words |

Each example shows the change from the bad template (-) to the good one (+).

To ignore a rule for a resource or for a whole template, give a reason in its Metadata:

```yaml
Metadata:
  cfn-pipeline:
    ignore:
      W9104: The report is read by people
```
"""


def main() -> None:
    keep({"rules.md": page()}, ROOT / "docs", name="docs/rules.md", about=__doc__)


def page() -> str:
    """Return the page."""
    parts = [HEAD]
    for digit, group in GROUPS.items():
        parts.append(f"\n## {group}\n")
        parts += [_section(rule) for rule in RULES if rule.id[2] == digit]
    return "".join(parts)


def _section(rule: CheckRule) -> str:
    aws = f"AWS says: `{rule.aws_message}`\n\n" if rule.aws_message else ""
    example = "".join(_example(rule.id))
    source = f", <{rule.source}>" if rule.source.startswith("https:") else f", {rule.source}"
    return (
        f"\n### {rule.id}: {rule.title}\n\n"
        f"Severity: {rule.severity}. Source: {rule.certainty}{source if rule.source else ''}\n\n"
        f"Why: {rule.impact}\n\n"
        f"{aws}"
        f"Fix: {rule.fix}\n\n"
        f"```diff\n{example}```\n"
    )


def _example(rule: str) -> Iterator[str]:
    """Yield the difference between the bad and the good template, with some context."""
    for bad, good, name in _files(EXAMPLES / rule):
        lines = difflib.unified_diff(_lines(bad), _lines(good), n=2)
        changes = [line for line in lines if not line.startswith(("---", "+++"))]
        if changes:
            if name:
                yield f"# {name}\n"
            for line in changes:
                yield "...\n" if line.startswith("@@") else f"{line.rstrip()}\n"


def _files(folder: Path) -> Iterator[tuple[Path, Path, str]]:
    """Yield each bad and good file, and its name if there are several."""
    if (folder / "bad.yml").exists():
        yield folder / "bad.yml", folder / "good.yml", ""
        return
    names = {
        path.relative_to(folder / kind).as_posix()
        for kind in ("bad", "good")
        for path in (folder / kind).rglob("*")
        if path.is_file()
    }
    for name in sorted(names):
        yield folder / "bad" / name, folder / "good" / name, name


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True) if path.exists() else []


if __name__ == "__main__":
    main()
