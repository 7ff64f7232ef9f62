"""Check templates against the rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.analysis.pipelines import Pipeline, pipelines
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.analysis.system import Artifact, System
from cfn_pipeline.checks.catalogue import RULES
from cfn_pipeline.checks.finding import SEVERITIES, Finding, Severity
from cfn_pipeline.checks.ignoring import ignored
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.printable import printable, shortened
from cfn_pipeline.template.positions import Path


def check(
    files: Mapping[str, str],
    *,
    artifacts: Mapping[str, Mapping[str, str]] | None = None,
    severity: Severity = "warning",
) -> list[Finding]:
    """Check the delivery pipelines of templates.

    Usage: ``check({"pipeline.yml": text})``

    Args:
        files: text by file name: templates that are deployed together, and the files beside them.
            For the files that ``render`` returns, the templates that the pipeline deploys and its
            buildspec are checked, too.
        artifacts: the files in the pipelines' artifacts: text by path, by name of the artifact;
            default: rules about the contents of artifacts find nothing.
        severity: the lowest severity of the findings: ``error``, ``warning`` or ``info``.

    Returns:
        The findings, sorted by file and place; empty if there are none.

    Raises:
        TypeError: ``files`` is not a mapping, but a path.

    """
    if not isinstance(files, Mapping):
        raise TypeError(
            "files must be a mapping of texts by file name, such as {'pipeline.yml': text} "
            f"(got a {type(files).__name__})"
        )
    contents = [
        Artifact(name=n, files=texts, shown=f"{n}::") for n, texts in (artifacts or {}).items()
    ]
    return check_system(read_texts(files, contents), selected(RULES, severity=severity))


def check_system(system: System, rules: Sequence[CheckRule] | None = None) -> list[Finding]:
    """Check templates that are deployed together.

    Args:
        system: the templates, and what is known of the artifacts.
        rules: the rules to check; default: the errors and warnings.

    Returns:
        The findings, sorted by file and place. A value that is not known before deployment causes
        no finding.

    """
    all_pipelines = list(pipelines(system))
    findings: dict[tuple[str, str, Path, str], Finding] = {}
    for rule in selected(RULES) if rules is None else rules:
        places: set[tuple[str, Path]] = set()
        for problems in _problems(rule, system, all_pipelines):
            # A problem of two scenarios is reported once, even if the messages differ.
            new = [f for f in problems if (f.file, f.path) not in places]
            places |= {(finding.file, finding.path) for finding in new}
            for finding in new:
                key = (rule.id, finding.file, finding.path, finding.message)
                findings.setdefault(key, finding)
    return sorted(findings.values(), key=lambda finding: _order(finding, system))


def selected(
    rules: Sequence[CheckRule],
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Severity = "warning",
) -> list[CheckRule]:
    """Return the rules to check.

    Args:
        rules: the rules to choose from.
        select: prefixes of ids; default: all rules.
        ignore: prefixes of the ids of rules to leave out.
        severity: the lowest severity; a rule whose whole id is in ``select`` is checked regardless.

    """
    prefixes, ignored_prefixes = tuple(select), tuple(ignore)
    severe = SEVERITIES[: SEVERITIES.index(severity) + 1]
    return [
        rule
        for rule in rules
        if (not prefixes or rule.id.startswith(prefixes))
        and not rule.id.startswith(ignored_prefixes or "\0")
        and (rule.severity in severe or rule.id in prefixes)
    ]


def _problems(
    rule: CheckRule, system: System, all_pipelines: Sequence[Pipeline]
) -> Iterator[list[Finding]]:
    if rule.find_in_system is not None:
        yield _findings(rule, rule.find_in_system(system), system)
    if rule.find_in_pipeline is not None:
        for pipeline in all_pipelines:
            yield _findings(rule, rule.find_in_pipeline(pipeline), system)


def _findings(rule: CheckRule, problems: Iterable[Problem], system: System) -> list[Finding]:
    return [
        _finding(rule, problem, system)
        for problem in problems
        if not _is_ignored(rule, problem, system)
    ]


def _finding(rule: CheckRule, problem: Problem, system: System) -> Finding:
    if isinstance(problem.at, tuple):
        file, path = problem.at
        for template in system.templates:
            if template.file == file:
                path = _existing(template.content, path)
    else:
        file, path = problem.at.template.file, problem.at.path
        path = _existing(problem.at.template.content, path)
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        file=file,
        path=path,
        message=printable(shortened(problem.message)),
        cfn_lint=problem.cfn_lint,
        position=problem.position,
        statements=problem.statements,
    )


def _existing(content: Any, path: Path) -> Path:
    """Return the path up to the last part that exists."""
    for number, step in enumerate(path):
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return path[:number]
        if isinstance(content, str):
            return path[: number + 1]
    return path


def _is_ignored(rule: CheckRule, problem: Problem, system: System) -> bool:
    holders: list[tuple[object, str | None]] = []
    if problem.resource is not None:
        holders += [
            (problem.resource.template, problem.resource.logical_id),
            (problem.resource.template, None),
        ]
    if isinstance(problem.at, tuple):
        file, path = problem.at
        places = [(template, path) for template in system.templates if template.file == file]
    else:
        places = [(problem.at.template, problem.at.path)]
    for template, path in places:
        holders.append((template, None))
        if path[:1] == ("Resources",) and len(path) > 1:
            holders.append((template, str(path[1])))
    return any(
        entry.rule == rule.id and entry.reason and (template, entry.resource) in holders
        for template in system.templates
        for entry in ignored(template)
    )


def _order(finding: Finding, system: System) -> tuple[int, list[int], str]:
    """Return the sort key of a finding: template, place in it, rule."""
    for number, template in enumerate(system.templates):
        if template.file == finding.file:
            return number, _place(template.content, finding.path), finding.rule
    return len(system.templates), [], f"{finding.file} {finding.path} {finding.rule}"


def _place(content: Any, path: Path) -> list[int]:
    place = []
    for step in path:
        if isinstance(content, Mapping):
            place.append(list(content).index(step))
        elif isinstance(step, int):
            place.append(step)
        else:
            break
        content = content[step]
    return place
