"""Write docs/performance.md and its pictures from docs/performance.json.

``make performance`` measures and writes the figures; this script makes the page of them. With
``--check`` it writes nothing, and exits with 1 if the page or a picture is stale.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from charts import Bar, Series, bars, lines
from generated import keep

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "docs" / "performance.json"

#: The widths of pictures, with the ending of the name: for pages, and for telephones.
WIDTHS = {"": 830, "-narrow": 390}

#: The commands that are shown, as the figures name them; ours, and what they are compared with.
FOUNDATION = "F: import troposphere, awacs.aws, yaml, click"
LINT, IMPORT_LINT = "cfn-lint templates/current", "import cfnlint.api"
CHECK = "check templates/current"
COMMAND = "cfn-pipeline "
OURS = {
    "--version": f"{COMMAND}--version",
    "rules": f"{COMMAND}rules",
    CHECK: f"{COMMAND}check templates/current",
    "permissions stack.yml": f"{COMMAND}permissions stack.yml",
    "render --edition book": f"{COMMAND}render --edition book --check",
    "render --edition current": f"{COMMAND}render --edition current --check",
}
OTHERS = {
    FOUNDATION: "Python that imports troposphere, awacs, PyYAML and click",
    IMPORT_LINT: "Python that imports cfn-lint",
    LINT: "cfn-lint of the same templates",
}

CDK = "AWS CDK"
#: What fleets took, as the figures name it, with its name on the page and its colour.
FLEETS = {
    CDK: ("like deliveries with the AWS CDK", "a3"),
    "each by itself": ("each rendered and checked by itself, in one process", "a0"),
    "each by itself, on all cores": ("each by itself, on all cores", "a0"),
    "rendered": ("rendered and checked", "a1"),
    "unchanged": ("unchanged", "a2"),
    "one changed": ("one changed", "a2"),
}
COMPARED = 500

PAGE = """# How fast it is

`make performance` measures, and makes this page; it takes some minutes.
{machine}
CPU seconds are those of whole processes, so that other work on the machine changes them little.
{notes}
## The command

{command_picture}

| `cfn-pipeline` | CPU | beside the imports |
| --- | --- | --- |
{command_rows}

The imports are a process that loads troposphere, awacs, PyYAML and click, and does nothing else.
`check` takes {check} of the CPU of cfn-lint {cfn_lint} on the same templates; the two find other
things. `render` builds an edition, writes it as text, checks it, and compares it with the files.
[Decisions](decisions/starting.md) says what was done for a quick start, and which goals are missed.

## Many applications

`scripts/make_fleet.py N` describes applications with a template of their own, a build, and a
pipeline to two environments.

{fleet_picture}

{fleet_words}

CPU seconds, by the number of applications:

| | {sizes} |
| --- |{dashes}
{fleet_rows}

The time of {compared}, and the most memory of all processes:

| | time | memory |
| --- | --- | --- |
{time_rows}

"Rendered and checked" is the usual way: applications that differ by their names alone are
[written from two](scale.md#applications-that-are-alike). "Unchanged" reads the manifest of each
folder. Files are in memory: on a disk, writing ten files for each application comes on top.
{cdk_words}[Many applications](scale.md) is about the rest: quotas, and how long a change takes.

## Against size, and with hostile files

`make bench` also prints how time grows for templates that are made to take long, and how long
reading, writing, checking and deriving take beside plain YAML. [SECURITY](../SECURITY.md) says what
is bounded.
"""


def main() -> None:
    figures = json.loads(FIGURES.read_text("utf-8"))
    keep(files(figures), ROOT / "docs", name="docs/performance.md", about=__doc__)


def files(figures: Mapping[str, Any]) -> dict[str, str]:
    """Return the page and its pictures, by their paths in docs/."""
    return {"performance.md": page(figures)} | {
        f"images/{name}{ending}.svg": draw(figures, width)
        for name, draw in (("performance-commands", _commands), ("performance-fleets", _fleets))
        for ending, width in WIDTHS.items()
    }


def page(figures: Mapping[str, Any]) -> str:
    """Return the page."""
    machine, versions = figures["machine"], figures["versions"]
    commands = figures["commands"]
    has_cdk = _has_cdk(figures)
    sizes = sorted({row["applications"] for row in figures["fleets"]})
    cores = machine["cores"]
    return PAGE.format(
        machine=f"It was measured on {figures['measured']}, on {cores} core{'s' * (cores != 1)} "
        f"of a small cloud machine ({machine['system']}, Python {machine['python']}).",
        notes="".join(f"{note}\n" for note in _notes(figures)),
        command_picture=_picture("performance-commands", "CPU milliseconds of each command"),
        command_rows="\n".join(_command_rows(commands)),
        check=f"{commands[CHECK]['cpu'] / commands[LINT]['cpu']:.0%}",
        cfn_lint=versions["cfn-lint"],
        fleet_picture=_picture("performance-fleets", "CPU seconds over the number of applications"),
        fleet_words=_fleet_words(figures["fleets"]),
        sizes=" | ".join(f"{size:,}" for size in sizes),
        dashes=" --- |" * len(sizes),
        fleet_rows="\n".join(_fleet_rows(figures["fleets"], sizes)),
        compared=COMPARED,
        time_rows="\n".join(_time_rows(figures["fleets"])),
        cdk_words=f"The CDK is version {versions['aws-cdk-lib']}, in JavaScript and without its "
        "validator;\nit makes the pipelines, and our figures also have the checks.\n"
        if has_cdk
        else "",
    )


def _has_cdk(figures: Mapping[str, Any]) -> bool:
    return any(row["what"] == CDK for row in figures["fleets"])


def _notes(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield what made these figures worse, or fewer."""
    load = figures["machine"]["load"]
    if load > figures["machine"]["cores"] / 2:
        yield f"The machine had other work when they began (load {load:g}), which lengthens times."
    if not _has_cdk(figures):
        yield "The AWS CDK was left out: node, or its packages, were not there."


def _commands(figures: Mapping[str, Any], width: int) -> str:
    commands = figures["commands"]
    return bars(
        "CPU milliseconds of whole processes",
        [
            Bar(shown, commands[name]["cpu"], f"{commands[name]['cpu'] * 1000:,.0f} ms", colour)
            for names, colour in ((OURS, "a0"), (OTHERS, "strong"))
            for name, shown in names.items()
        ],
        width=width,
    )


def _fleets(figures: Mapping[str, Any], width: int) -> str:
    points: dict[str, dict[int, float]] = {what: {} for what in FLEETS}
    for row in figures["fleets"]:
        points[row["what"]][row["applications"]] = row["cpu"]
    largest = max(points["each by itself"])
    return lines(
        f"From 10 to {largest:,} applications",
        [
            Series(name, {n: cpu for n, cpu in points[what].items() if n <= largest}, colour)
            for what, (name, colour) in FLEETS.items()
            if len(points[what]) > 1
        ],
        axes=("applications", "CPU seconds"),
        width=width,
    )


def _command_rows(commands: Mapping[str, Any]) -> Iterator[str]:
    foundation = commands[FOUNDATION]["cpu"]
    for name, shown in (OURS | OTHERS).items():
        cpu = commands[name]["cpu"]
        shown = f"`{shown.removeprefix(COMMAND)}`" if name in OURS else shown
        yield f"| {shown} | {cpu * 1000:,.0f} ms | {cpu / foundation:.1f} |"


def _fleet_rows(rows: Sequence[Mapping[str, Any]], sizes: Sequence[int]) -> Iterator[str]:
    took = {(row["what"], row["applications"]): row["cpu"] for row in rows}
    for what, (name, _) in FLEETS.items():
        cells = [f"{took[what, n]:.2f}" if (what, n) in took else "" for n in sizes]
        if any(cells):
            yield f"| {name} | {' | '.join(cells)} |".replace("|  ", "| ")


def _time_rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for what, (name, _) in FLEETS.items():
        for row in rows:
            if (row["what"], row["applications"]) == (what, COMPARED):
                yield f"| {name} | {row['wall']:.2f} s | {row['memory']} MiB |"


def _fleet_words(rows: Sequence[Mapping[str, Any]]) -> str:
    alone = {r["applications"]: r["cpu"] for r in rows if r["what"] == "each by itself"}
    first, *sizes = alone
    costs = [(alone[n] - alone[first]) / (n - first) * 1000 for n in sizes]
    words = (
        f"An application that is rendered by itself costs {min(costs):.0f} to {max(costs):.0f} ms "
        f"of CPU, from {first} to {sizes[-1]:,} of them: the time grows with their number, not "
        "with its square."
    )
    took = {r["what"]: r for r in rows if r["applications"] == COMPARED}
    if CDK not in took:
        return words
    cdk, whole, same = took[CDK], took["rendered"], took["unchanged"]
    most = max(took[what]["memory"] for what in took if what != CDK)
    return (
        f"{words} {COMPARED} applications take {_part(whole['cpu'] / cdk['cpu'])} of the CPU of "
        f"the CDK's deliveries, {_part(same['cpu'] / cdk['cpu'])} when they are unchanged, "
        f"{_part(took['each by itself']['cpu'] / cdk['cpu'])} when each is rendered by itself, "
        f"and {_part(most / cdk['memory'])} of its memory at most."
    )


def _part(ratio: float) -> str:
    return f"{ratio:.1%}" if ratio < 0.1 else f"{ratio:.0%}"


def _picture(name: str, about: str) -> str:
    return (
        "<picture>\n"
        f'  <source media="(max-width: 600px)" srcset="images/{name}-narrow.svg">\n'
        f'  <img src="images/{name}.svg" alt="{about}" width="830">\n'
        "</picture>"
    )


if __name__ == "__main__":
    main()
