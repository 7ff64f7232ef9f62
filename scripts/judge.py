"""List what check finds in a folder of templates, for reading; compare with an earlier list.

    python scripts/judge.py FOLDER                      # each template by itself
    python scripts/judge.py FOLDER --together           # the templates of each folder together
    python scripts/judge.py FOLDER --json old.json      # write the list, too
    python scripts/judge.py FOLDER --against old.json   # only what is new (+) or gone (-); exit 1

Each finding has its rule, place and message, and the lines around the place. Files that are not
templates of a delivery pipeline are left out.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cfn_pipeline.analysis.reading import read_files, read_texts, template_files
from cfn_pipeline.checks import RULES, check_system, selected
from cfn_pipeline.checks.locating import located

ENDINGS = (".yml", ".yaml", ".json", ".template")
CONTEXT = 3


class Entry(NamedTuple):
    """A finding: its rule, severity, file, line and message."""

    rule: str
    severity: str
    file: str
    line: int
    message: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What is compared; a line may move."""
        return self.rule, self.file, self.message


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--together", action="store_true", help="check each folder as a whole")
    parser.add_argument("--info", action="store_true", help="list infos, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the list to this file")
    parser.add_argument("--against", type=Path, metavar="FILE", help="an earlier list")
    options = parser.parse_args(arguments)
    severity = "info" if options.info else "warning"
    groups = list(_groups(options.folder, together=options.together))
    entries = [entry for group in groups for entry in _entries(options.folder, group, severity)]
    files = sum(len(group) for group in groups)
    if options.json:
        options.json.write_text(json.dumps([entry._asdict() for entry in entries], indent=1))
    if options.against:
        return _compare(options.folder, entries, json.loads(options.against.read_text()))
    for entry in entries:
        print(_shown(options.folder, entry))
    counts = Counter(entry.rule for entry in entries)
    print(f"{files} templates, {len(entries)} findings")
    for rule, count in counts.most_common():
        print(f"{count:5} {rule}")
    return 0


def _groups(folder: Path, *, together: bool) -> Iterator[list[Path]]:
    """Yield the templates that are checked together."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in ENDINGS and path.is_file() and _has_pipeline(path)
    ]
    if not together:
        yield from ([path] for path in files)
        return
    for parent in dict.fromkeys(path.parent for path in files):
        yield [path for path in template_files(parent) if _is_template(path)]


def _has_pipeline(path: Path) -> bool:
    return "AWS::CodePipeline::Pipeline" in path.read_text(errors="replace")


def _is_template(path: Path) -> bool:
    """Whether a file is a template, or seems to be meant as one."""
    system = read_texts({path.name: path.read_text(errors="replace")})
    return bool(system.templates or system.unreadable)


def _entries(folder: Path, group: list[Path], severity: str) -> Iterator[Entry]:
    system = read_files(group, {}, strict=False)
    findings = check_system(system, selected(RULES, severity=severity))  # type: ignore[arg-type]
    for finding, position in located(findings, lambda file: Path(file).read_text(errors="replace")):
        file = Path(finding.file).relative_to(folder).as_posix()
        yield Entry(finding.rule, finding.severity, file, position.line, finding.message)


def _compare(folder: Path, entries: list[Entry], earlier: list[dict[str, object]]) -> int:
    """Print what is new and what is gone."""
    before = {(e["rule"], e["file"], e["message"]) for e in earlier}
    after = {entry.key for entry in entries}
    new = [entry for entry in entries if entry.key not in before]
    gone = sorted(key for key in before if key not in after)
    for entry in new:
        print("+ " + _shown(folder, entry))
    for rule, file, message in gone:
        print(f"- {rule} {file}\n  {message}\n")
    print(f"{len(new)} new, {len(gone)} gone, {len(entries) - len(new)} as before")
    return 1 if new or gone else 0


def _shown(folder: Path, entry: Entry) -> str:
    lines = (folder / entry.file).read_text(errors="replace").splitlines()
    first = max(entry.line - 1 - CONTEXT, 0)
    around = [
        f"  {number + 1:5} {'>' if number + 1 == entry.line else ' '} {lines[number][:110]}"
        for number in range(first, min(entry.line + CONTEXT, len(lines)))
    ]
    head = f"{entry.rule} {entry.severity} {entry.file}:{entry.line}\n  {entry.message}"
    return "\n".join([head, *around, ""])


if __name__ == "__main__":
    raise SystemExit(main())
