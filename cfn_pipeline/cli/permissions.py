"""``cfn-pipeline permissions``: the permissions that a deployment of templates needs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from cfn_pipeline.cli import printing
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.cli.standard_input import is_input, name_of, read, require_once
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.permissions import (
    Permissions,
    Unknown,
    compare,
    derive,
    explain,
    template_of,
)
from cfn_pipeline.permissions.needs import unknown_resources
from cfn_pipeline.template import emit, load

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="TEMPLATE...", type=_FILE)
@click.option(
    "--stack",
    "stacks",
    multiple=True,
    metavar="NAME",
    help="A stack of the templates, or a pattern such as 'orders-*'. Can be repeated.  [default: "
    "<name of the first template>-*]",
)
@click.option(
    "--boundary",
    metavar="ARN",
    help="The permissions boundary of roles in the templates, or 'none'.  [default: derive one]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json", "table"]),
    default="yaml",
    show_default=True,
    help="yaml, json: a template with managed policies; table: a list of actions.",
)
@click.option(
    "--parameter",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of a parameter of the templates, if not its default. Can be repeated.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Exit with 1 for notes, too, and if a template must change.",
)
@click.option(
    "--covers",
    "role",
    metavar="POLICY-OR-ROLE",
    help="Check whether an existing role is sufficient: a file with a policy or with the output of "
    "'aws iam get-role-policy', or a template's role by its logical id, as in iam.yml:DeployRole.",
)
@click.option("--explain", "action", metavar="ACTION", help="Show why an action is needed.")
@click.option(
    "--against",
    "old",
    multiple=True,
    type=_FILE,
    metavar="OLD",
    help="Show the difference to the permissions of these templates. Can be repeated.",
)
def permissions(**options: Any) -> None:
    """Derive the least permissions that a role needs to deploy templates.

    TEMPLATE is any CloudFormation template, or - for standard input, which may stand for the file
    of --covers or --against, too. What the permissions do not cover is listed on standard error,
    with what to do about it; the exit code is 1 if there is any. Notes, and what must change in a
    template, are listed there, too; the exit code is 1 for them with --strict only. With --covers
    the exit code is 1 if the role lacks a permission, with --explain if nothing needs the action.

    Example: cfn-pipeline permissions stack.yml --stack 'orders-*'
    """
    paths, stacks, form = options["paths"], options["stacks"], options["form"]
    policy, _, _ = (options["role"] or "").partition(":")
    require_once([*paths, *options["old"], policy])
    templates = [_read(path) for path in paths]
    values = _values(options["given"], templates)
    if options["action"] is not None:
        _explain(templates, options["action"], form)
        return
    if not stacks and is_input(paths[0]):
        raise click.UsageError(
            "standard input has no name; add --stack, such as --stack 'orders-*'."
        )
    if not stacks:
        stacks = (f"{paths[0].stem}-*",)
        printing.hint(f"permissions apply to stacks {stacks[0]}; use --stack for other names")
    boundary = options["boundary"]
    limit: Any = {"Ref": "PermissionsBoundary"} if boundary is None else boundary
    if boundary == "none":
        limit = None
    with phase("deriving"):
        result = derive(templates, stacks=stacks, boundary=limit, parameters=values)
    lacks = False
    if options["role"] is not None:
        lacks = _covers(options["role"], result, form)
    elif options["old"]:
        earlier = [_read(path) for path in options["old"]]
        before = derive(earlier, stacks=stacks, boundary=limit, parameters=values)
        _compare(before, result, form)
        for entry in before.unknown:
            if entry not in result.unknown:
                printing.message(f"before: {_told(entry)}")
    elif form == "table":
        _table(result)
    else:
        names = ", ".join(name_of(path.name) for path in paths)
        policies = template_of(result, f"Permissions to deploy {names} as {', '.join(stacks)}")
        if boundary is not None:
            policies["Resources"].pop("PermissionsBoundary", None)
            policies["Outputs"].pop("PermissionsBoundary", None)
        as_json = form == "json"
        printing.document(json.dumps(policies, indent=2) + "\n" if as_json else emit(policies))
    for entry in result.unknown:
        printing.message(_told(entry))
    uncovered = [e for e in result.unknown if options["strict"] or e.kind == "uncovered"]
    if uncovered or lacks:
        raise SystemExit(1)


def _told(entry: Unknown) -> str:
    about = f"{entry.resource} ({entry.type})"
    if entry.kind == "note":
        return f"note: {about}: {entry.remedy}"
    if entry.kind == "change":
        return f"{about}: the template must change; {entry.remedy}"
    return f"{about}: not covered; {entry.remedy}"


def _values(given: Sequence[str], templates: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    values = {}
    names = {name for t in templates for name in t.get("Parameters") or ()}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals or name not in names:
            raise click.UsageError(
                f"--parameter {entry!r}: give NAME=VALUE, with the name of a parameter of the "
                f"templates ({', '.join(sorted(map(str, names))) or 'they have none'})"
            )
        values[name] = value
    return values


def _covers(role: str, needed: Permissions, form: str) -> bool:
    """Print whether a role is sufficient; return whether it lacks a permission."""
    from cfn_pipeline.permissions.covering import coverage, statements_of

    found = coverage(needed, statements_of(role, read=read, name_of=name_of))
    if form == "json":
        printing.document(json.dumps(asdict(found), indent=2) + "\n")
        return bool(found.lacking)
    for action, arns in found.lacking.items():
        for arn in arns:
            printing.line(f"lacking   {action} on {arn}", color="red")
    for action, arns in found.too_much.items():
        for arn in arns:
            printing.line(f"too much  {action} on {arn}", color="yellow")
    for note in found.notes:
        printing.message(f"note: {note}")
    verdict = "is not sufficient" if found.lacking else "is sufficient"
    file, colon, name = role.partition(":")
    printing.hint(f"{name_of(file)}{colon}{name} {verdict} for the templates")
    return bool(found.lacking)


def _read(path: Path) -> Mapping[str, Any]:
    template = load(read(path), source=name_of(path))
    if not isinstance(template.get("Resources"), dict):
        raise TemplateError(
            f"{name_of(path)}: not a CloudFormation template, because it has no Resources"
        )
    return template


def _explain(templates: Sequence[Mapping[str, Any]], action: str, form: str) -> None:
    needs = explain(templates, action)
    if form == "json":
        printing.document(json.dumps([asdict(need) for need in needs], indent=2) + "\n")
    for need in needs if form != "json" else ():
        of_type = f" ({need.type})" if need.type else ""
        printing.line(
            f"{need.action}: to {need.operation} {need.resource}{of_type} (source: {need.source})"
        )
    for template in templates:
        for entry in unknown_resources(template, bounded=False):
            printing.message(_told(entry))
    if not needs:
        printing.message(f"{action}: not needed by the templates")
        raise SystemExit(1)


def _compare(before: Permissions, after: Permissions, form: str) -> None:
    changes = compare(before, after)
    if form == "json":
        printing.document(json.dumps([asdict(change) for change in changes], indent=2) + "\n")
        return
    for change in changes:
        for sign, arns in (("+", change.added), ("-", change.removed)):
            for arn in arns:
                printing.line(f"{sign} {change.action} on {arn}", color=_COLOURS[sign])
    if not changes:
        printing.hint("no change in permissions")


def _table(result: Permissions) -> None:
    unbound = {entry.action: entry.reason for entry in result.unbound}
    for action, arns in result.actions.items():
        for number, arn in enumerate(arns):
            shown = arn.replace("${AWS::Partition}", "aws").replace("${AWS::", "${")
            printing.line(f"{action if not number else '':<50} {shown}")
        if action in unbound:
            printing.line(f"{'':<50} ({unbound[action]})")


_COLOURS = {"+": "green", "-": "red"}
