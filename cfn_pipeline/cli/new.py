"""``cfn-pipeline new``: a deployment folder to begin with."""

import json
import re
from pathlib import Path

import click

from cfn_pipeline import project
from cfn_pipeline.aws import name_forms
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.configuration_file import CONFIG
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.config.beginning import ENVIRONMENTS, new_config
from cfn_pipeline.config.kinds import alternatives
from cfn_pipeline.config.reading import read_config, read_config_file
from cfn_pipeline.config.schema import config_schema
from cfn_pipeline.editions.loading import chosen
from cfn_pipeline.errors import ModelError, OutputError
from cfn_pipeline.files.application import application_makefile
from cfn_pipeline.files.readme import readme
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.compute import Compute
from cfn_pipeline.model.database import Database
from cfn_pipeline.model.sources import repository_problems
from cfn_pipeline.output import create_files

_NO_DATABASE = "none"
_SCHEMA = "cfn-pipeline.schema.json"
_IGNORED = (
    "# Runs of cfn-pipeline rehearse\n.rehearsal/\n"
    "# Files of a process that was killed while it wrote\n.*.cfn-pipeline-tmp\n"
)
_README = "README.md"
_DOCKERFILE = "Dockerfile"


@click.command()
@click.argument("name")
@click.option(
    "--source",
    metavar="OWNER/NAME",
    help="The repository of the application's code.  [default: NAME, whose owner is a parameter]",
)
@click.option(
    "--compute",
    type=click.Choice(list(alternatives(Compute))),
    default="fargate",
    show_default=True,
    help="On what the containers run.",
)
@click.option(
    "--database",
    type=click.Choice([*alternatives(Database), _NO_DATABASE]),
    default=_NO_DATABASE,
    show_default=True,
    help="The engine of its database.",
)
@click.option("--worker", is_flag=True, help="It answers no requests: no load balancer, no port.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="The port on which the container listens.  [default: 8080]",
)
@click.option(
    "--account",
    "accounts",
    multiple=True,
    metavar="ENVIRONMENT=NUMBER",
    help="The account of dev or prod, if it is not the pipeline's. Can be repeated.",
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="ENVIRONMENT=NAME",
    help="The region of dev or prod, if it is not the pipeline's. Can be repeated.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    help="The folder to write, which must be empty.  [default: NAME-aws]",
)
@click.option(
    "--application",
    "repository",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also write what the application's repository needs: buildspec.yml and a Makefile; only "
    "these, if the deployment folder has a cfn-pipeline.yml already.",
)
def new(
    name: str,
    source: str | None,
    compute: str,
    database: str,
    worker: bool,
    port: int | None,
    accounts: tuple[str, ...],
    regions: tuple[str, ...],
    folder: Path | None,
    repository: Path | None,
) -> None:
    """Write a deployment folder for the application NAME.

    It holds cfn-pipeline.yml, which describes the application, the templates that are rendered from
    it, a Makefile, and a README with the steps to the first deployment. Existing files are never
    replaced.

    Example: cfn-pipeline new orders --source acme/orders --database postgresql
    """
    if worker and port is not None:
        raise click.UsageError("--worker and --port exclude each other; leave out one.")
    places = {
        option: dict(_of_environment(option, word) for word in words)
        for option, words in (("--account", accounts), ("--region", regions))
    }
    source = name if source is None else source
    where = f"application {name!r}"
    ModelError.raise_for(
        [
            *name_forms.APPLICATION.problems(name, where),
            *repository_problems(source, "main", f"{where}, --source"),
        ]
    )
    folder = Path(f"{name}-aws") if folder is None else folder
    files: dict[Path, str] = {}
    if repository is not None and (folder / CONFIG).exists():
        application = _existing_application(folder, name)
    else:
        _require_empty(folder)
        config = new_config(
            name,
            source=source,
            compute=compute,
            database=None if database == _NO_DATABASE else database,
            port=None if worker else port or 8080,
            accounts=places["--account"],
            regions=places["--region"],
        )
        [application] = read_config(config, source=CONFIG)
        with phase("rendering"):
            files = _deployment_files(application, config, folder)
    if repository is not None:
        files |= _application_files(application, repository)
    create_files(files)
    for path in files:
        printing.line(path)
    if repository is not None and (what := _to_do(repository / _DOCKERFILE)):
        printing.hint(
            f"{repository / _DOCKERFILE}: {what}; {folder / _README} says what the stages must do"
        )
    printing.hint(f"{folder / _README} has the steps to the first deployment")


def _of_environment(option: str, word: str) -> tuple[str, str]:
    """Return an environment of the new file, and what an option says of it."""
    environment, equals, value = word.partition("=")
    if environment not in ENVIRONMENTS or not equals:
        raise click.UsageError(
            f"Invalid {option} {word!r}: use {' or '.join(f'{e}=...' for e in ENVIRONMENTS)}."
        )
    form = name_forms.ACCOUNT if option == "--account" else name_forms.REGION
    ModelError.raise_for(form.problems(value, option))
    return environment, value


def _existing_application(folder: Path, name: str) -> Application:
    """Return the application of a deployment folder.

    Raises:
        OutputError: cfn-pipeline.yml has no such application, or cannot be read.

    """
    for application in read_config_file(folder / CONFIG):
        if application.name == name:
            return application
    raise OutputError(f"{folder / CONFIG}: has no application {name!r}; add it, then render")


def _require_empty(folder: Path) -> None:
    """Refuse a folder that has files, other than those of git.

    Raises:
        OutputError: the folder has files, or cannot be read.

    """
    try:
        names = sorted(path.name for path in folder.iterdir() if path.name != ".git")
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{folder}: cannot be read: {error.strerror}") from error
    if names:
        raise OutputError(
            f"{folder}: must be empty (it has {', '.join(names[:3])}{', ...' * (len(names) > 3)}); "
            "use another folder with -o, or cfn-pipeline render for one that you have"
        )


def _deployment_files(application: Application, config: str, folder: Path) -> dict[Path, str]:
    edition = chosen(None)
    rendered = project.rendering(application, edition=edition)
    files = {
        _README: readme(
            application,
            folder=folder.resolve().name,
            targets=edition.targets(application),
            templates=rendered.templates,
            missing=rendered.missing,
        ),
        CONFIG: config,
        _SCHEMA: json.dumps(config_schema(), indent=2) + "\n",
        ".gitignore": _IGNORED,
        **rendered.files,
    }
    return {folder / name: text for name, text in files.items()}


def _application_files(application: Application, repository: Path) -> dict[Path, str]:
    buildspec = project.rendering(application).files["buildspec.yml"]
    files = {
        repository / "buildspec.yml": buildspec,
        repository / "Makefile": application_makefile(application),
    }
    return {path: text for path, text in files.items() if not _has(path, text)}


def _to_do(dockerfile: Path) -> str:
    """Return what to do for the stages that the Makefile builds, in words; empty: nothing."""
    if dockerfile.is_dir():
        return "is a folder; move it, and add a file with the stages test and release"
    try:
        text = dockerfile.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return "add one with the stages test and release"
    except OSError as error:
        return f"cannot be read: {error.strerror}; it needs the stages test and release"
    stages = re.findall(r"^\s*FROM\s.*\sAS\s+(\S+)", text, re.IGNORECASE | re.MULTILINE)
    lacking = [stage for stage in ("test", "release") if stage not in map(str.lower, stages)]
    plural = "s" if len(lacking) > 1 else ""
    return f"add the stage{plural} {' and '.join(lacking)}" if lacking else ""


def _has(path: Path, text: str) -> bool:
    """Whether a file has a text already, as after a first try with other options."""
    try:
        return path.is_file() and not path.is_symlink() and path.read_bytes() == text.encode()
    except OSError:
        return False
