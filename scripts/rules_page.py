"""Writes docs/rules.md from the rules, and from the good and the bad template of each.

``--check`` writes nothing and exits 1 where the page is stale.
"""

import argparse
import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

from cfn_pipeline.checks import GROUPS, RULES, Rule
from cfn_pipeline.output import differences, write_files

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "tests" / "checks" / "examples"

HEAD = """# Rules

What `cfn-pipeline check` and the plugin of cfn-lint find. `make docs` makes this page from the
rules themselves. An id that begins with E is an error: AWS refuses it, or it does not do what it is
there for. W is a warning: it works, and hurts later. Each example shows what makes the bad template
(-) good (+).

A rule is ignored on a resource, or on a whole template, with a reason:

```yaml
Metadata:
  cfn-pipeline:
    ignore:
      W9104: The report is read by people
```
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing: say what is stale")
    check = parser.parse_args().check
    files = {"rules.md": page()}
    if not check:
        write_files(files, ROOT / "docs")
        return
    stale = "".join(differences(files, ROOT / "docs"))
    print(stale, end="")
    if stale:
        print("docs/rules.md is stale; run make docs", file=sys.stderr)
        raise SystemExit(1)


def page() -> str:
    """Return the page."""
    parts = [HEAD]
    for digit, group in GROUPS.items():
        parts.append(f"\n## {group}\n")
        parts += [_section(rule) for rule in RULES if rule.id[2] == digit]
    return "".join(parts)


def _section(rule: Rule) -> str:
    says = f"AWS says: `{rule.says}`\n\n" if rule.says else ""
    example = "".join(_example(rule.id))
    return (
        f"\n### {rule.id}: {rule.title}\n\n"
        f"Otherwise: {rule.breaks}\n\n"
        f"{says}"
        f"Mend it: {rule.mend}\n\n"
        f"```diff\n{example}```\n"
    )


def _example(rule: str) -> Iterator[str]:
    """Yield what makes the bad template good, and a little of what is around it."""
    for bad, good, name in _files(EXAMPLES / rule):
        lines = difflib.unified_diff(_lines(bad), _lines(good), n=2)
        found = [line for line in lines if not line.startswith(("---", "+++"))]
        if found:
            if name:
                yield f"# {name}\n"
            for line in found:
                yield "...\n" if line.startswith("@@") else f"{line.rstrip()}\n"


def _files(folder: Path) -> Iterator[tuple[Path, Path, str]]:
    """Yield each file, bad and good, and its name where there are several."""
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
