"""Reports that a person has read, of pairs of real shape: editions, releases, examples.

Both sides are revisions of this repository, so that what is rendered today does not change them.
``python -m tests.diff.golden`` writes them anew: read each change.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cfn_pipeline.diff.comparing import compare
from cfn_pipeline.diff.difference import Difference
from cfn_pipeline.diff.reports.markdown import markdown
from cfn_pipeline.diff.reports.outline import outline
from cfn_pipeline.diff.reports.text import lines
from cfn_pipeline.diff.states import read_state
from tests.diff.typical import CHANGES, changed

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("goldens")
REVISION = "911d23b"
EXAMPLES = (
    *("canary", "ec2-sidecar", "fargate-postgresql", "fleet/web", "monorepo/shop-api"),
    *("own-stack", "pipeline-language", "queue-worker", "three-accounts"),
)

PAIRS = {
    "editions": (f"git:{REVISION}:templates/book", f"git:{REVISION}:templates/current"),
    "releases": ("git:747c2bb:templates/current", "git:992bec1:templates/current"),
    "release-of-a-stack": (
        "git:e202204:templates/current/stack.yml",
        f"git:{REVISION}:templates/current/stack.yml",
    ),
    "release-of-roles": (
        "git:6d5ea2a:templates/current/iam.yml",
        "git:b686a2b:templates/current/iam.yml",
    ),
}


def has_history() -> bool:
    """Whether git has the revisions; a copy without history does not."""
    commits = {place.split(":")[1] for pair in PAIRS.values() for place in pair}
    return all(
        subprocess.run(
            ["git", "cat-file", "-e", f"{commit}^{{tree}}"],
            cwd=ROOT,
            capture_output=True,
            check=False,
        ).returncode
        == 0
        for commit in commits
    )


def text_of(difference: Difference) -> str:
    """Return the text of a report."""
    return "".join(f"{line}\n" for line, _ in lines(outline(difference)))


def of_pair(name: str) -> dict[str, str]:
    """Return the reports of a pair, by file name."""
    old, new = PAIRS[name]
    with contextlib.chdir(ROOT):
        found = compare(read_state(old), read_state(new))
    return {f"{name}.txt": text_of(found), f"{name}.md": markdown(outline(found))}


def of_example(name: str) -> dict[str, str]:
    """Return the report of an example's typical changes, by file name."""
    with contextlib.chdir(ROOT):
        files = read_state(f"git:{REVISION}:examples/{name}").files
    parts = []
    for change in CHANGES:
        found = changed(files, change)
        if found is not None:
            title = str(change.__doc__)
            parts.append(f"{title}\n{'=' * len(title)}\n{text_of(found)}")
    return {f"example-{name.replace('/', '-')}.txt": "\n".join(parts)}


def every() -> Iterator[tuple[str, str]]:
    """Yield all reports."""
    for name in PAIRS:
        yield from of_pair(name).items()
    for name in EXAMPLES:
        yield from of_example(name).items()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in every():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main()
