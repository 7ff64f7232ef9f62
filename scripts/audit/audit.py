#!/usr/bin/env python3
"""Run security checkers over the current edition, and compare their findings with the list.

usage: audit.py [--tools DIR] [--templates DIR] [--list]

The templates are rendered with the list, in the Metadata of their resources, with a reason for each
entry. Findings that are not in the list are errors, and so are entries without a finding. The
checkers get the templates without that Metadata.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from cfn_pipeline import load, render, todobackend

#: Where a resource's Metadata lists what each checker is to pass over.
LISTS = {"checkov": "checkov", "guard": "guard", "cdk-nag": "cdk_nag"}


class Finding(NamedTuple):
    """One rule that one resource breaks."""

    tool: str
    file: str
    resource: str
    rule: str


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="audit.py", description=str(__doc__).split("\n")[0])
    parser.add_argument("--tools", type=Path, default=Path(".audit"))
    parser.add_argument("--templates", type=Path, help="default: the current edition, rendered")
    parser.add_argument("--list", action="store_true", help="print the list and run nothing")
    options = parser.parse_args(arguments)
    templates = read(options.templates) if options.templates else rendered()
    listed = dict(suppressions(templates))
    if options.list:
        for finding, reason in sorted(listed.items()):
            print(*finding, "-", reason)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        paths = [write(Path(folder, name), template) for name, template in templates.items()]
        found = {
            *checkov(options.tools, paths),
            *guard(options.tools, paths),
            *cdk_nag(options.tools, paths),
        }
    problems = list(compare(found, listed))
    print("\n".join(problems))
    for tool in LISTS:
        count = sum(finding.tool == tool for finding in listed)
        print(f"{tool}: {count} findings that would be wrong to fix")
    return 1 if problems else 0


def rendered() -> dict[str, dict[str, Any]]:
    """Render the templates of the current edition with the list."""
    return templates_of(render(replace(todobackend, suppressions=list(LISTS))))


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the templates of a folder."""
    return templates_of({p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.yml")})


def templates_of(files: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the files with Resources, loaded."""
    loaded = {name: load(text) for name, text in files.items() if name.endswith(".yml")}
    return {name: template for name, template in sorted(loaded.items()) if "Resources" in template}


def suppressions(templates: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Finding, str]]:
    """Yield the findings that the templates list, with the reason."""
    for file, template in templates.items():
        for resource, body in template["Resources"].items():
            metadata = body.get("Metadata", {})
            for entry in metadata.get("checkov", {}).get("skip", []):
                yield Finding("checkov", file, resource, entry["id"]), entry["comment"]
            for rule, reason in metadata.get("guard", {}).get("SuppressedRules", {}).items():
                yield Finding("guard", file, resource, rule), reason
            for entry in metadata.get("cdk_nag", {}).get("rules_to_suppress", []):
                yield Finding("cdk-nag", file, resource, entry["id"]), entry["reason"]


def compare(found: set[Finding], listed: Mapping[Finding, str]) -> Iterator[str]:
    """Yield the differences between findings and list."""
    for tool, file, resource, rule in sorted(found - set(listed)):
        yield f"{file} {resource}: {tool} finds {rule}; fix it, or list it with a reason"
    # The list is by logical id, which resources of several templates may have.
    anywhere = {(tool, resource, rule) for tool, _, resource, rule in found}
    for tool, file, resource, rule in sorted(set(listed) - found):
        if (tool, resource, rule) not in anywhere:
            yield (
                f"{file} {resource}: {rule} is listed for {tool}, which does not find it; unlist it"
            )
    for (_, file, resource, rule), reason in sorted(listed.items()):
        if not reason.strip():
            yield f"{file} {resource}: {rule} is listed without a reason"


def write(path: Path, template: Mapping[str, Any]) -> Path:
    """Write a template, in long form, without the Metadata for checkers.

    Guard's rules only support the long form; JSON is valid YAML.
    """
    resources = {}
    for resource, body in template["Resources"].items():
        metadata = {k: v for k, v in body.get("Metadata", {}).items() if k not in LISTS.values()}
        rest = {key: value for key, value in body.items() if key != "Metadata"}
        resources[resource] = {**rest, "Metadata": metadata} if metadata else rest
    path.write_text(json.dumps({**template, "Resources": resources}), encoding="utf-8")
    return path


def checkov(tools: Path, paths: Sequence[Path]) -> Iterator[Finding]:
    """Run checkov: https://www.checkov.io."""
    files = [word for path in paths for word in ("--file", str(path))]
    command = [str(tools / "venv/bin/checkov"), "--framework", "cloudformation", "--compact"]
    report = run([*command, "--quiet", "--output", "json", *files])
    for failed in report["results"]["failed_checks"]:
        resource = failed["resource"].rpartition(".")[2]
        file = Path(failed["file_path"]).name
        yield Finding("checkov", file, resource, failed["check_id"])


def guard(tools: Path, paths: Sequence[Path]) -> Iterator[Finding]:
    """Run CloudFormation Guard with AWS Control Tower's rules."""
    package = tools / "node_modules/@cdklabs/cdk-validator-cfnguard"
    machine = {"x86_64": "x86_64", "arm64": "aarch64", "aarch64": "aarch64"}[platform.machine()]
    system = "macos" if platform.system() == "Darwin" else "ubuntu"
    program = package / "bin" / system / machine / "cfn-guard"
    program.chmod(0o755)
    rules = str(package / "rules/control-tower/cfn-guard")
    command = [str(program), "validate", "--rules", rules, "--show-summary", "none"]
    command += ["--structured", "--output-format", "json"]
    for path in paths:
        reports = run([*command, "--data", str(path)])
        for report in reports:
            for failed in report["not_compliant"]:
                for resource in resources_of(failed):
                    yield Finding("guard", path.name, resource, failed["Rule"]["name"])


def resources_of(node: Any) -> set[str]:
    """Find the resources in a report of Guard, which names them in paths."""
    if isinstance(node, list):
        return {resource for item in node for resource in resources_of(item)}
    if not isinstance(node, dict):
        return set()
    path = node.get("path")
    steps = path.split("/") if isinstance(path, str) else []
    own = {steps[2]} if steps[1:2] == ["Resources"] and len(steps) > 2 else set()
    return own.union(*(resources_of(value) for value in node.values()))


def cdk_nag(tools: Path, paths: Sequence[Path]) -> Iterator[Finding]:
    """Run cdk-nag's AwsSolutions pack."""
    script = tools / "cdk_nag.js"
    script.write_text(Path(__file__).with_name("cdk_nag.js").read_text(encoding="utf-8"))
    for found in run(["node", str(script), *map(str, paths)]):
        yield Finding("cdk-nag", found["file"], found["resource"], found["rule"])


def run(command: Sequence[str]) -> Any:
    """Run a checker and read its report; an exit code for findings is not an error."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        print(f"audit: {command[0]} has failed:\n{done.stderr}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
