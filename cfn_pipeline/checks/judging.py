"""Holds templates against the rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.analysis.folders import system_of_texts
from cfn_pipeline.analysis.pipelines import Pipeline, pipelines
from cfn_pipeline.analysis.system import Artifact, System
from cfn_pipeline.checks.catalogue import RULES
from cfn_pipeline.checks.finding import Finding
from cfn_pipeline.checks.ignoring import ignored
from cfn_pipeline.checks.rule import Problem, Rule
from cfn_pipeline.template.positions import Path

__all__ = ["check", "judge", "selected"]


def check(
    files: Mapping[str, str], *, artifacts: Mapping[str, Mapping[str, str]] | None = None
) -> list[Finding]:
    """Find what is wrong with delivery pipelines.

    Args:
        files: templates that are deployed together, and whatever lies beside them: text by name.
            Of what ``render`` returns, what the pipeline deploys is judged, too.
        artifacts: what the pipelines will find in their artifacts: text by path, by the
            artifact's name; absent: what they find is not known.

    Returns:
        What was found, by file and place; nothing where all is well.

    Raises:
        TemplateError: a template that cannot be read.

    """
    known = [
        Artifact(name=n, files=texts, shown=f"{n}::") for n, texts in (artifacts or {}).items()
    ]
    return judge(system_of_texts(files, known))


def judge(system: System, rules: Sequence[Rule] = RULES) -> list[Finding]:
    """Find what breaks the rules.

    Args:
        system: templates that are deployed together.
        rules: those that matter.

    Returns:
        What was found, by file and place. What cannot be known before deployment is not reported.

    """
    every = list(pipelines(system))
    found: dict[tuple[str, str, Path, str], Finding] = {}
    for rule in rules:
        places: set[tuple[str, Path]] = set()
        for problems in _problems(rule, system, every):
            # What holds in two scenarios is told once, though the words may differ.
            fresh = [f for f in problems if (f.file, f.path) not in places]
            places |= {(finding.file, finding.path) for finding in fresh}
            for finding in fresh:
                key = (rule.id, finding.file, finding.path, finding.message)
                found.setdefault(key, finding)
    return sorted(found.values(), key=lambda finding: _order(finding, system))


def selected(rules: Sequence[Rule], select: Iterable[str], ignore: Iterable[str]) -> list[Rule]:
    """Return the rules whose ids begin with one of ``select`` and with none of ``ignore``.

    Without ``select`` all rules are meant.
    """
    wanted, unwanted = tuple(select), tuple(ignore)
    return [
        rule
        for rule in rules
        if (not wanted or rule.id.startswith(wanted)) and not rule.id.startswith(unwanted or "\0")
    ]


def _problems(rule: Rule, system: System, every: Sequence[Pipeline]) -> Iterator[list[Finding]]:
    if rule.find_in_system is not None:
        yield _findings(rule, rule.find_in_system(system), system)
    if rule.find_in_pipeline is not None:
        for pipeline in every:
            yield _findings(rule, rule.find_in_pipeline(pipeline), system)


def _findings(rule: Rule, problems: Iterable[Problem], system: System) -> list[Finding]:
    return [
        _finding(rule, problem, system)
        for problem in problems
        if not _is_ignored(rule, problem, system)
    ]


def _finding(rule: Rule, problem: Problem, system: System) -> Finding:
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
        message=problem.message,
        cfn_lint=problem.cfn_lint,
    )


def _existing(content: Any, path: Path) -> Path:
    """Return the path as far as it leads to something."""
    for number, step in enumerate(path):
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return path[:number]
        if isinstance(content, str):
            return path[: number + 1]
    return path


def _is_ignored(rule: Rule, problem: Problem, system: System) -> bool:
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
    """Return where a finding stands: by template, then by place in it, then by rule."""
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
