"""``cfn-pipeline deploy``: deploy or remove the stacks of a deployment folder."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cfn_pipeline.cli.answers import is_terminal
from cfn_pipeline.cli.configuration_file import CONFIG
from cfn_pipeline.cli.loading import loading
from cfn_pipeline.cli.pairs import parameters_of

_EDITION = "current"


@click.command()
@click.argument("words", nargs=-1, metavar="[DIR] [TARGET]...")
@click.option(
    "-p",
    "--parameter",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of a parameter, for each template that has it. Can be repeated.",
)
@click.option("--yes", is_flag=True, help="Do not ask before each change.")
@click.option("--dry-run", is_flag=True, help="Show the changes, and change nothing.")
@click.option("--remove", is_flag=True, help="Remove the stacks, the last one first.")
@click.option(
    "--bucket",
    metavar="NAME",
    help="A bucket in the same region, for templates larger than 51,200 bytes.",
)
@click.option("--region", metavar="NAME", help="The region.  [default: that of the AWS CLI]")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="[ENVIRONMENT=]NAME",
    help="A profile of the AWS CLI, of one environment or of all that have none. Can be repeated.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help=f"The file from which DIR is rendered.  [default: DIR/{CONFIG}, that of DIR's manifest, "
    "or todobackend]",
)
@click.option(
    "--application",
    metavar="NAME",
    help="Which application of --config, if it has several, or shared, for the stacks that they "
    "share; its folder is DIR/NAME.",
)
@click.option("--edition", default=_EDITION, show_default=True, help="current or book.")
def deploy(**options: Any) -> None:
    """Deploy the stacks of a deployment folder, in their order.

    DIR is a folder that "new" or "render" has written (default: this one). TARGET is a template
    without .yml, such as kms or pipeline, or an environment, such as dev; default: all but the
    environments, which the pipeline deploys. With --remove, the default is everything.

    Where applications share stacks, these are in a folder of their own, shared, which is deployed
    first and removed last.

    The changes of each stack are shown before they are made. Parameters without a value are asked
    for; a stack keeps those that it has. Credentials and region are those of the AWS CLI. Exit 1 if
    a stack fails, or a file of the folder is stale.

    Example: cfn-pipeline deploy orders-aws pipeline -p NotificationEmail=ann@example.com
    """
    changes_nothing = options["dry_run"]
    given, bucket = options["given"], options["bucket"]
    if options["remove"] and (given or bucket):
        raise click.UsageError("--remove takes neither --parameter nor --bucket; leave it out.")
    folder, names = _folder_and_names(options["words"])
    config, application, edition = options["config"], options["application"], options["edition"]
    region = options["region"]
    profile, profiles = _profiles(options["profiles"])
    if config is None and (folder / CONFIG).exists():
        config = folder / CONFIG
    with loading():
        from cfn_pipeline.cli.deploying import Deployment
        from cfn_pipeline.cli.deployment_folder import deployment_folder
    repeated = {
        "--config": None if config is None or config == folder / CONFIG else str(config),
        "--application": application,
        "--edition": None if edition == _EDITION else edition,
        "--region": region,
    }
    command = ["cfn-pipeline", "deploy", str(folder)]
    command += [word for name, value in repeated.items() if value for word in (name, value)]
    command += [word for value in options["profiles"] for word in ("--profile", value)]
    deployment = Deployment(
        folder=deployment_folder(folder, config=config, application=application, edition=edition),
        names=names,
        command=shlex.join(command),
        region=region,
        profile=profile,
        profiles=profiles,
        asks=not options["yes"],
        changes_nothing=changes_nothing,
    )
    deployment.require_targets()
    if not (options["yes"] or changes_nothing or is_terminal()):
        raise click.UsageError("deploy asks before each change, which needs a terminal; add --yes")
    if options["remove"]:
        deployment.remove()
    else:
        deployment.deploy(parameters_of(given), bucket=bucket)


def _folder_and_names(words: Sequence[str]) -> tuple[Path, Sequence[str]]:
    """Tell the folder from targets: the first word is the folder, if there is one of this name."""
    if words and Path(words[0]).is_dir():
        return Path(words[0]), words[1:]
    if words and "/" in words[0]:
        raise click.UsageError(f"Invalid folder {words[0]!r}: it does not exist.")
    return Path(), words


def _profiles(words: Sequence[str]) -> tuple[str | None, dict[str, str]]:
    """Return the profile of all environments, and those of certain ones."""
    everywhere = [word for word in words if "=" not in word]
    if len(everywhere) > 1:
        raise click.UsageError(
            f"--profile is for all environments twice ({', '.join(everywhere)}); use "
            "ENVIRONMENT=NAME for those of one environment."
        )
    named = dict(word.split("=", 1) for word in words if "=" in word)
    return (everywhere[0] if everywhere else None), named
