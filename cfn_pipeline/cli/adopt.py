"""``cfn-pipeline adopt``: bring what exists under CloudFormation, and into this project."""

from collections.abc import Mapping
from pathlib import Path

import click

from cfn_pipeline.adopt.folder import write_adopted
from cfn_pipeline.aws import name_forms
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.configuration_file import CONFIG
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.cli.standard_input import name_of, read
from cfn_pipeline.errors import ModelError

_PAGE = "MIGRATION.md"


@click.command()
@click.argument(
    "source",
    metavar="SOURCE",
    type=click.Path(exists=True, allow_dash=True, path_type=Path),
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to.  [default: NAME-adopted, with the pipeline's or application's "
    "name]",
)
@click.option(
    "--stack",
    metavar="NAME",
    help="Of a pipeline: the stack that takes it over, which must not exist.  [default: "
    "NAME-pipeline]",
)
@click.option(
    "--python",
    "wants_python",
    is_flag=True,
    help="Of a pipeline: also write it in the pipeline language, as pipeline.py.",
)
@click.option(
    "--config",
    "wants_config",
    is_flag=True,
    help="Of a pipeline: also write what it delivers as cfn-pipeline.yml, where that fits.",
)
def adopt(
    source: Path, folder: Path | None, stack: str | None, wants_python: bool, wants_config: bool
) -> None:
    """Bring a live pipeline under CloudFormation, or an application of AWS Copilot to this tool.

    SOURCE is what "aws codepipeline get-pipeline --name NAME" returns, as a file or - for standard
    input; or the folder copilot of an application.

    Of a pipeline, its template is written, which the checks judge, and the commands that import it:
    the pipeline goes on as before. A token that CodePipeline masks becomes a parameter.

    Of an application, cfn-pipeline.yml is written, which delivers the same, and MIGRATION.md: what
    has no counterpart, and the steps that lose no data.

    Files that adopt did not write, or that were changed since, are never replaced.

    Example: aws codepipeline get-pipeline --name orders | cfn-pipeline adopt -
    """
    if source.is_dir():
        for option, value in (
            ("--stack", stack),
            ("--python", wants_python),
            ("--config", wants_config),
        ):
            if value:
                raise click.UsageError(f"{option} is for a pipeline; leave it out.")
        _application(source, folder)
        return
    _pipeline(source, folder, stack, wants_python=wants_python, wants_config=wants_config)


def _pipeline(
    source: Path, folder: Path | None, stack: str | None, *, wants_python: bool, wants_config: bool
) -> None:
    from cfn_pipeline.adopt.pipelines.importing import TEMPLATE_FILE, import_files, stack_name
    from cfn_pipeline.adopt.pipelines.reading import read_pipeline

    live = read_pipeline(read(source), name_of(source))
    if stack is not None:
        ModelError.raise_for(name_forms.STACK.problems(stack, "--stack"))
    files = import_files(live, stack or stack_name(live.name))
    notes = list(live.notes)
    if wants_python:
        from cfn_pipeline.adopt.pipelines.language import PYTHON_FILE, in_language

        written = in_language(live)
        if written.text is not None:
            files[PYTHON_FILE] = written.text
        notes += [f"{PYTHON_FILE}: {each}" for each in written.differences]
    if wants_config:
        from cfn_pipeline.adopt.pipelines.configuring import as_configuration

        configuration = as_configuration(live)
        if configuration.text is None:
            notes.append(f"{CONFIG}: the pipeline does not fit, so it is not written:")
        else:
            files[CONFIG] = configuration.text
        notes += [f"{CONFIG}: {each}" for each in configuration.differences]
    folder = Path(f"{live.name}-adopted") if folder is None else folder
    _write(files, folder)
    _check(folder / TEMPLATE_FILE, files[TEMPLATE_FILE])
    for secret in live.secrets:
        printing.message(f"{secret.where} is masked: give it as the parameter {secret.parameter}")
    for note in notes:
        printing.message(note)
    printing.hint(f"{folder / 'IMPORT.md'} has the commands that import the pipeline")


def _write(files: Mapping[str, str], folder: Path) -> None:
    for change in write_adopted(files, folder):
        printing.line(f"{'wrote' if change.written else 'unchanged'} {change.path}")


def _check(path: Path, text: str) -> None:
    """Print what the checks say of the template."""
    from cfn_pipeline.analysis.reading import read_texts
    from cfn_pipeline.checks import RULES, check_system, selected
    from cfn_pipeline.checks.locating import located, summary
    from cfn_pipeline.checks.reports import as_text

    rules = selected(RULES)
    with phase("rules"):
        findings = check_system(read_texts({str(path): text}), rules)
    printing.report(as_text(located(findings, lambda _: text), rules, [str(path)]))
    printing.hint(summary(findings, 1))


def _application(source: Path, folder: Path | None) -> None:
    from cfn_pipeline.adopt.copilot.converting import convert
    from cfn_pipeline.adopt.copilot.planning import migration
    from cfn_pipeline.adopt.copilot.reading import read_application

    with phase("reading"):
        application = read_application(source)
    with phase("converting"):
        converted = convert(application)
    folder = Path(f"{application.name}-adopted") if folder is None else folder
    page = migration(application, converted)
    _write({CONFIG: converted.config, **converted.templates, _PAGE: page}, folder)
    for line in application.left_out:
        printing.message(f"left out: {line}")
    if converted.rows:
        printing.message(
            f"settings without a counterpart: {len(converted.rows)}; {folder / _PAGE} lists them"
        )
    printing.hint(
        f"services and jobs: {len(application.workloads)}, applications: {len(converted.parts)}"
    )
    printing.hint(f"{folder / _PAGE} has the steps of the migration")
