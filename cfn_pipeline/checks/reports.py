"""Formats of findings: text, JSON, SARIF, JUnit XML, and GitHub annotations.

Messages are printable. Names of files, and keys of templates, may have any character; each format
stays valid with them.
"""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from cfn_pipeline.checks.finding import Finding
from cfn_pipeline.checks.rule import CheckRule
from cfn_pipeline.checks.statement import Statement
from cfn_pipeline.printable import printable
from cfn_pipeline.template.positions import Position

#: SARIF's and GitHub's words for a severity.
_SARIF_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}

#: A finding, and its line and column.
Located = tuple[Finding, Position]

#: Formats a report from the findings, the rules that were checked, the files that were read, and
#: what was not looked at.
Report = Callable[[Sequence[Located], Sequence[CheckRule], Sequence[str], Sequence[str]], str]


def as_text(
    findings: Sequence[Located],
    rules: Sequence[CheckRule],
    files: Sequence[str],
    left_out: Sequence[str] = (),
    *,
    hints: bool = False,
) -> str:
    """Write a line for each finding: ``file:line:column: rule message``.

    With ``hints``, the statements that a role lacks follow.
    """
    del rules, files, left_out
    lines = []
    for finding, (line, column) in findings:
        lines.append(f"{finding.file}:{line}:{column}: {finding.rule} {finding.message}")
        if hints and finding.statements:
            lines += [f"    {text}" for text in _as_yaml(finding.statements)]
    return "".join(f"{printable(line)}\n" for line in lines)


def _as_yaml(statements: Sequence[Statement]) -> list[str]:
    """Return the lines of statements, as items of a policy document."""
    from cfn_pipeline.template import emit  # only those who ask for statements need it

    _, *lines = emit({"Statement": [statement.to_dict() for statement in statements]}).splitlines()
    return [line.removeprefix("  ") for line in lines]


def as_json(
    findings: Sequence[Located],
    rules: Sequence[CheckRule],
    files: Sequence[str],
    left_out: Sequence[str] = (),
    *,
    hints: bool = False,
) -> str:
    """Write a list of objects: rule, severity, file, line, column, path, message.

    With ``hints``, also statements: those that a role lacks.
    """
    del rules, files, left_out
    entries = [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "file": _unicode(finding.file),
            "line": line,
            "column": column,
            "path": [_unicode(step) for step in finding.path],
            "message": finding.message,
            **({"statements": [s.to_dict() for s in finding.statements]} if hints else {}),
        }
        for finding, (line, column) in findings
    ]
    return json.dumps(entries, indent=2) + "\n"


def as_sarif(
    findings: Sequence[Located],
    rules: Sequence[CheckRule],
    files: Sequence[str],
    left_out: Sequence[str] = (),
) -> str:
    """Write SARIF 2.1.0, the format of code scanning services.

    What was not looked at are notifications of the run.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    """
    del files
    driver = {
        "name": "cfn-pipeline",
        "rules": [
            {
                "id": rule.id,
                "shortDescription": {"text": f"{rule.title}."},
                "fullDescription": {"text": rule.impact},
                "help": {"text": rule.fix},
                **({"helpUri": rule.source} if rule.source.startswith("https://") else {}),
                "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
            }
            for rule in rules
        ],
    }
    results = [
        {
            "ruleId": finding.rule,
            "level": _SARIF_LEVELS[finding.severity],
            # Text in brackets before an address in parentheses would be a link.
            "message": {"text": finding.message.replace("](", "] (")},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(finding.file)},
                        "region": {"startLine": position.line, "startColumn": position.column},
                    }
                }
            ],
        }
        for finding, position in findings
    ]
    invocation = {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {"level": "note", "message": {"text": line.replace("](", "] (")}} for line in left_out
        ],
    }
    content = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "invocations": [invocation], "results": results}],
    }
    return json.dumps(content, indent=2) + "\n"


def as_junit(
    findings: Sequence[Located],
    rules: Sequence[CheckRule],
    files: Sequence[str],
    left_out: Sequence[str] = (),
) -> str:
    """Write JUnit XML: a test for each finding; a file without findings has a test that passes.

    What was not looked at is what the suite writes to standard error.
    """
    from xml.etree import ElementTree  # only this format needs it

    del rules
    names = list(dict.fromkeys([*files, *(finding.file for finding, _ in findings)]))
    cases = {name: [entry for entry in findings if entry[0].file == name] for name in names}
    suite = ElementTree.Element(
        "testsuite",
        name="cfn-pipeline check",
        tests=str(sum(max(1, len(entries)) for entries in cases.values())),
        failures=str(len(findings)),
    )
    for file, entries in cases.items():
        name = printable(file)
        if not entries:
            ElementTree.SubElement(suite, "testcase", classname=name, name="check")
        for finding, position in entries:
            test = f"{finding.rule} at line {position.line}"
            case = ElementTree.SubElement(suite, "testcase", classname=name, name=test)
            message = finding.message
            failure = ElementTree.SubElement(case, "failure", type=finding.rule, message=message)
            failure.text = f"{name}:{position.line}:{position.column}: {message}"
    if left_out:
        ElementTree.SubElement(suite, "system-err").text = "\n".join(left_out)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    # In ASCII, so that it is what its first line says in any encoding of standard output.
    text: str = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=True).decode()
    return text + "\n"


def as_github(
    findings: Sequence[Located],
    rules: Sequence[CheckRule],
    files: Sequence[str],
    left_out: Sequence[str] = (),
) -> str:
    """Write GitHub's workflow commands, which annotate the lines of a pull request.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    """
    del rules, files, left_out
    return "".join(
        f"::{_GITHUB_COMMANDS[finding.severity]} "
        f"file={_escaped(printable(finding.file), ':,')},line={line},col={column},"
        f"title={finding.rule}::{_escaped(finding.message)}\n"
        for finding, (line, column) in findings
    )


def _unicode(value: str | int) -> str | int:
    """Return a text with replacement characters for halves of surrogate pairs, invalid in JSON."""
    return re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value


def _uri(file: str) -> str:
    """Return a file's URI: relative to the working directory, if the file is in it.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317427
    """
    from urllib.parse import quote_from_bytes  # only this format needs it

    path = file.replace(os.sep, "/")
    here = os.getcwd().replace(os.sep, "/").rstrip("/") + "/"  # noqa: PTH109 - it is a text
    path = path.removeprefix(here)
    quoted = quote_from_bytes(_bytes(path), safe="/")
    return f"file://{quoted}" if path.startswith("/") else quoted


def _bytes(path: str) -> bytes:
    """Return the bytes of a file's name, which may be in no encoding."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "replace")


def _escaped(text: str, more: str = "") -> str:
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


#: The reports, by the name of their format.
FORMATS: Mapping[str, Report] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
}

#: The reports that can have the statements that roles lack.
FORMATS_WITH_HINTS: Mapping[str, Report] = {
    "text": partial(as_text, hints=True),
    "json": partial(as_json, hints=True),
}
