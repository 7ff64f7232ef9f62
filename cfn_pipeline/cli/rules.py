"""``cfn-pipeline rules``: list and explain the rules of check."""

import json

import click

from cfn_pipeline.checks import GROUPS, RULES, CheckRule
from cfn_pipeline.cli import printing


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)
def rules(ids: tuple[str, ...], form: str) -> None:
    """List the rules of check, or explain the rules with these IDs.

    An ID may be a prefix: E93 selects all rules whose id starts with E93.

    Example: cfn-pipeline rules E9107
    """
    selection = [rule for rule in RULES if not ids or rule.id.startswith(ids)]
    for id_ in ids:
        if not any(rule.id.startswith(id_) for rule in RULES):
            raise click.BadParameter(
                f"no rule id starts with {id_!r}; list the rules with: cfn-pipeline rules",
                param_hint="ID",
            )
    if form == "json":
        printing.document(json.dumps([_data(rule) for rule in selection], indent=2) + "\n")
    elif ids:
        for line in "\n".join(map(_explain, selection)).splitlines():
            printing.line(line)
    else:
        for digit, group in GROUPS.items():
            printing.line(group)
            for rule in selection:
                if rule.id[2] == digit:
                    printing.line(f"  {rule.id}  {rule.title}")


def _data(rule: CheckRule) -> dict[str, str | None]:
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "impact": rule.impact,
        "aws_message": rule.aws_message,
        "fix": rule.fix,
        "source": rule.source,
        "certainty": rule.certainty,
    }


def _explain(rule: CheckRule) -> str:
    aws = f"  AWS says: {rule.aws_message}\n" if rule.aws_message else ""
    source = f", {rule.source}" if rule.source else ""
    return (
        f"{rule.id} {rule.title}\n  Severity: {rule.severity}\n  Why: {rule.impact}\n{aws}"
        f"  Fix: {rule.fix}\n  Source: {rule.certainty}{source}\n"
    )
