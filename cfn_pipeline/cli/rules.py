"""``cfn-pipeline rules``: what is checked."""

import json

import click

from cfn_pipeline.checks import GROUPS, RULES, Rule

__all__ = ["rules"]


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the rules are written.",
)
def rules(ids: tuple[str, ...], form: str) -> None:
    """List the rules of check; explain those whose ids are given.

    An ID may be the beginning of one: E93.
    """
    found = [rule for rule in RULES if not ids or rule.id.startswith(ids)]
    for id_ in ids:
        if not any(rule.id.startswith(id_) for rule in RULES):
            raise click.BadParameter(f"no rule begins with {id_!r}", param_hint="ID")
    if form == "json":
        click.echo(json.dumps([_data(rule) for rule in found], indent=2))
    elif ids:
        click.echo("\n".join(map(_explained, found)), nl=False)
    else:
        for digit, group in GROUPS.items():
            click.echo(f"{group}")
            for rule in found:
                if rule.id[2] == digit:
                    click.echo(f"  {rule.id}  {rule.title}")


def _data(rule: Rule) -> dict[str, str | None]:
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "breaks": rule.breaks,
        "says": rule.says,
        "mend": rule.mend,
    }


def _explained(rule: Rule) -> str:
    said = f"  AWS says: {rule.says}\n" if rule.says else ""
    return f"{rule.id} {rule.title}\n  Otherwise: {rule.breaks}\n{said}  Mend it: {rule.mend}\n"
