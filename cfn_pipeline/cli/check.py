"""``cfn-pipeline check``: find mistakes of delivery pipelines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from cfn_pipeline.analysis.reading import (
    artifact_names,
    open_parameters_by_file,
    read_files,
    read_folder,
    with_accounts,
    with_artifacts,
)
from cfn_pipeline.analysis.sharing import with_shared
from cfn_pipeline.analysis.sources import guess_folders
from cfn_pipeline.analysis.system import System
from cfn_pipeline.aws.name_forms import ACCOUNT
from cfn_pipeline.checks import RULES, check_system, selected
from cfn_pipeline.checks.finding import SEVERITIES, Severity
from cfn_pipeline.checks.locating import located, summary
from cfn_pipeline.checks.omissions import omissions
from cfn_pipeline.checks.reports import FORMATS, FORMATS_WITH_HINTS
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.pairs import Pair
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.cli.standard_input import read, require_once
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.template.files import read_text


class _AccountOfFile(click.ParamType[tuple[str, str]]):
    """``FILE=ACCOUNT``."""

    name = "FILE=ACCOUNT"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        file, equals, account = value.rpartition("=")
        if not file or not equals or not re.fullmatch(ACCOUNT.pattern, account):
            self.fail(
                f"invalid value {value!r}: use FILE=ACCOUNT, such as pipeline.yml=111122223333",
                param,
                ctx,
            )
        return file, account


@click.command()
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="TEMPLATE...",
    type=click.Path(exists=True, allow_dash=True, path_type=Path),
)
@click.option(
    "--artifact",
    "artifacts",
    type=Pair("NAME=FOLDER", example="MyApp=../app", is_filled=True),
    multiple=True,
    help="A folder with the files of an artifact. Can be repeated.",
)
@click.option(
    "--account",
    "accounts",
    type=_AccountOfFile(),
    multiple=True,
    help="The account to which a template is deployed. Can be repeated.",
)
@click.option(
    "--parameter",
    "parameters",
    type=Pair("NAME=VALUE", example="ProdAccount=222222222222"),
    multiple=True,
    help="The value of a parameter of the templates, such as that of an account. Can be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="ID",
    help="Check only rules whose id starts with this, such as E91.",
)
@click.option("--ignore", multiple=True, metavar="ID", help="Skip rules whose id starts with this.")
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    default="warning",
    show_default=True,
    help="The lowest severity to report.",
)
@click.option(
    "--fix-hints",
    is_flag=True,
    help="Add the statements that a role lacks, ready to copy (formats text and json).",
)
@click.option("--info", is_flag=True, help="Short for --severity info.")
def check(
    paths: tuple[Path, ...],
    artifacts: tuple[tuple[str, str], ...],
    accounts: tuple[tuple[str, str], ...],
    parameters: tuple[tuple[str, str], ...],
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    severity: Severity,
    fix_hints: bool,
    info: bool,
) -> None:
    """Find mistakes of delivery pipelines.

    TEMPLATE is a CloudFormation template, a folder of templates, or - for standard input. Templates
    that are given together are checked together, with their roles, projects and exports. Each
    folder is checked separately. In a folder that cfn-pipeline rendered, the files that the
    pipeline deploys are checked, too, and the stacks that it shares with other applications.

    Templates of other accounts are found by the names of the roles that the pipeline assumes. Where
    the account of the pipeline is not written down, --account gives it; where those of its roles
    are parameters, --parameter does.

    A folder with the name of a source's repository, or one within a folder that is given, is taken
    for its artifact.

    Findings are printed to standard output. The exit code is 1 if there are any.

    Example: cfn-pipeline check pipeline.yml iam.yml --format sarif
    """
    require_once(paths)
    for option, ids in (("--select", select), ("--ignore", ignore)):
        for id_ in ids:
            if not id_ or not any(rule.id.startswith(id_) for rule in RULES):
                raise click.BadParameter(
                    f"no rule id starts with {id_!r}; list the rules with: cfn-pipeline rules",
                    param_hint=option,
                )
    if fix_hints and form not in FORMATS_WITH_HINTS:
        raise click.BadParameter(
            f"--format {form} has no place for it; use {' or '.join(FORMATS_WITH_HINTS)}",
            param_hint="--fix-hints",
        )
    rules = selected(RULES, select, ignore, "info" if info else severity)
    folders = {name: Path(folder) for name, folder in artifacts}
    with phase("reading"):
        systems = _with_accounts([*_systems(paths, folders)], accounts)
    systems = _with_parameters(systems, dict(parameters))
    _refuse_unknown_artifacts(systems, [name for name, _ in artifacts])
    with phase("rules"):
        found = [finding for system in systems for finding in check_system(system, rules)]
    # What applications share is in several systems.
    findings = [*{(f.rule, f.file, f.path, f.message): f for f in found}.values()]
    files = [template.file for system in systems for template in system.templates]
    files += [file.file for system in systems for file in system.unreadable]
    files = [*dict.fromkeys(files)]
    texts = {t.file: t.text for system in systems for t in system.templates}
    left_out = [*dict.fromkeys(line for system in systems for line in omissions(system))]
    places = located(findings, lambda file: texts.get(file) or _text(file))
    formats = FORMATS_WITH_HINTS if fix_hints else FORMATS
    printing.report(formats[form](places, rules, files, left_out))
    for system in systems:
        for file, names in open_parameters_by_file(system).items():
            printing.message(f"{file}: fill in {', '.join(names)}")
    for line in left_out:
        printing.message(line)
    printing.hint(summary(findings, len(files)))
    if findings:
        raise SystemExit(1)


def _refuse_unknown_artifacts(systems: Sequence[System], names: Sequence[str]) -> None:
    existing = sorted({name for system in systems for name in artifact_names(system)})
    for number, name in enumerate(names):
        if name not in existing:
            raise click.BadParameter(
                f"artifact {name!r} does not exist in the pipelines; use one of them "
                f"({', '.join(existing) or 'none'})",
                param_hint="--artifact",
            )
        if name in names[:number]:
            raise click.BadParameter(
                f"artifact {name!r} is given twice; give one folder", param_hint="--artifact"
            )


def _with_accounts(
    systems: Sequence[System], accounts: Sequence[tuple[str, str]]
) -> Sequence[System]:
    """Say of templates, by file or its name, to which accounts they are deployed."""
    files = [template.file for system in systems for template in system.templates]
    by_file: dict[str, str] = {}
    for name, account in accounts:
        matching = [file for file in files if name in (file, Path(file).name)]
        if not matching:
            raise click.BadParameter(
                f"file {name!r} is not among the templates; use one of them "
                f"({', '.join(files) or 'none'})",
                param_hint="--account",
            )
        by_file |= dict.fromkeys(matching, account)
    return [with_accounts(system, by_file) for system in systems] if by_file else systems


def _with_parameters(systems: Sequence[System], values: dict[str, str]) -> Sequence[System]:
    """Give parameters of templates their values."""
    templates = [template for system in systems for template in system.templates]
    declared = sorted({name for template in templates for name in template.section("Parameters")})
    for name in values:
        if name not in declared:
            raise click.BadParameter(
                f"no template has a parameter {name!r}; they have {', '.join(declared) or 'none'}",
                param_hint="--parameter",
            )
    return [replace(system, parameters=values) for system in systems] if values else systems


def _systems(paths: Sequence[Path], artifacts: dict[str, Path]) -> Iterator[System]:
    """Yield the templates that are checked together: the files, and those of each folder."""
    folders = [path for path in paths if path.is_dir()]
    near = [inner for folder in folders for inner in (folder, *_folders_within(folder))]
    files = [path for path in paths if path not in folders]
    guessed: set[Path] = set()
    if files:
        system = read_files(files, artifacts, strict=False, read=read)
        yield _with_guesses(system, near, guessed)
    for folder in folders:
        try:
            system = read_folder(folder, artifacts)
        except TemplateError:
            if folder in guessed:
                continue  # it has the files of an artifact only
            raise
        system, shared = with_shared(system, folder)
        if shared is not None:
            printing.hint(f"{folder}: imports from {shared}, and is checked together with it")
        yield _with_guesses(system, near, guessed)


def _folders_within(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]


def _with_guesses(system: System, folders: Sequence[Path], guessed: set[Path]) -> System:
    """Take folders with the name of a source's repository for its artifact, and say so."""
    guesses = guess_folders(system, folders)
    for name, folder in guesses.items():
        printing.hint(
            f"artifact {name}: taken from {folder}, which has the name of its repository; give "
            f"--artifact {name}=FOLDER for another folder"
        )
    guessed.update(guesses.values())
    return with_artifacts(system, guesses) if guesses else system


def _text(file: str) -> str:
    return read_text(Path(file), errors="replace")
