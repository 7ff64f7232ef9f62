"""``cfn-pipeline permissions``: what a role must be allowed to deploy templates."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from cfn_pipeline.errors import TemplateError
from cfn_pipeline.permissions import Permissions, compare, derive, explain, template_of
from cfn_pipeline.template import emit, load

__all__ = ["permissions"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="TEMPLATE...", type=_FILE)
@click.option(
    "--stack",
    "stacks",
    multiple=True,
    metavar="NAME",
    help="A stack to which the templates are deployed, or a pattern: 'orders-*'. May be given "
    "several times.  [default: what begins with the first template's name]",
)
@click.option(
    "--boundary",
    metavar="ARN",
    help="A permissions boundary that the templates' roles have, or none.  [default: one is "
    "derived]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json", "table"]),
    default="yaml",
    show_default=True,
    help="yaml and json: a template of managed policies; table: the actions.",
)
@click.option("--explain", "action", metavar="ACTION", help="Say why an action is needed.")
@click.option(
    "--against",
    "old",
    multiple=True,
    type=_FILE,
    metavar="OLD",
    help="Say what the templates need more, and less, than these did.",
)
def permissions(
    paths: tuple[Path, ...],
    stacks: tuple[str, ...],
    boundary: str | None,
    form: str,
    action: str | None,
    old: tuple[Path, ...],
) -> None:
    """Derive what a role must be allowed to deploy templates, and no more.

    TEMPLATE is any CloudFormation template. What is not known of it is said on standard error,
    with what to do; then the exit code is 1.
    """
    templates = [_read(path) for path in paths]
    if action is not None:
        _explain(templates, action, form)
        return
    if not stacks:
        stacks = (f"{paths[0].stem}-*",)
        click.echo(f"bound to stacks {stacks[0]}; name others with --stack", err=True)
    limit: Any = {"Ref": "PermissionsBoundary"} if boundary is None else boundary
    if boundary == "none":
        limit = None
    found = derive(templates, stacks=stacks, boundary=limit)
    if old:
        before = derive([_read(path) for path in old], stacks=stacks, boundary=limit)
        _compare(before, found, form)
    elif form == "table":
        _table(found)
    else:
        made = template_of(
            found, f"What deploying {', '.join(p.name for p in paths)} to {', '.join(stacks)} takes"
        )
        if boundary is not None:
            made["Resources"].pop("PermissionsBoundary", None)
            made["Outputs"].pop("PermissionsBoundary", None)
        click.echo(json.dumps(made, indent=2) if form == "json" else emit(made), nl=form == "json")
    for unknown in found.unknown:
        click.echo(
            f"{unknown.resource} ({unknown.type}) is not covered: {unknown.remedy}", err=True
        )
    if found.unknown:
        raise SystemExit(1)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        template = load(path.read_text(encoding="utf-8"), source=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path}: cannot be read: {error}") from error
    if not isinstance(template.get("Resources"), dict):
        raise TemplateError(f"{path}: it has no Resources, so it is no CloudFormation template")
    return template


def _explain(templates: Sequence[Mapping[str, Any]], action: str, form: str) -> None:
    found = explain(templates, action)
    if form == "json":
        click.echo(json.dumps([asdict(need) for need in found], indent=2))
    for need in found if form != "json" else ():
        of_type = f" ({need.type})" if need.type else ""
        click.echo(
            f"{need.action}: to {need.operation} {need.resource}{of_type}, says {need.source}"
        )
    if not found:
        click.echo(f"{action}: the templates do not need it", err=True)
        raise SystemExit(1)


def _compare(before: Permissions, after: Permissions, form: str) -> None:
    changes = compare(before, after)
    if form == "json":
        click.echo(json.dumps([asdict(change) for change in changes], indent=2))
        return
    for change in changes:
        for sign, arns in (("+", change.added), ("-", change.removed)):
            for arn in arns:
                click.secho(f"{sign} {change.action} on {arn}", fg=_COLOURS[sign])
    if not changes:
        click.echo("nothing more and nothing less", err=True)


def _table(found: Permissions) -> None:
    unbound = {entry.action: entry.reason for entry in found.unbound}
    for action, arns in found.actions.items():
        for number, arn in enumerate(arns):
            click.echo(f"{action if not number else '':<50} {arn}")
        if action in unbound:
            click.echo(f"{'':<50} ({unbound[action]})")


_COLOURS = {"+": "green", "-": "red"}
