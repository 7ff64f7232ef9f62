"""The rules as a plugin of cfn-lint: ``cfn-lint -a cfn_pipeline.cfn_lint_rules``.

cfn-lint checks templates one by one, so rules that compare templates see only one of them. Problems
that cfn-lint reports itself are left out.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.checks import RULES, CheckRule, Finding, check_system

__all__: list[str] = []


def _findings(cfn: Any) -> list[Finding]:
    """Check a template once for all rules."""
    # A language server may check several templates at the same time, in threads.
    last = _checked.get("last")
    if last is None or last[0] is not cfn:
        template = Template(str(cfn.filename or "template"), cfn.template, _text(cfn.filename))
        last = _checked["last"] = (cfn, check_system(System(templates=[template]), RULES))
    return last[1]


def _text(file: str | None) -> str | None:
    """Return the text of a template's file; None if it cannot be read."""
    try:
        return None if file is None else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


#: The last template and its findings: cfn-lint calls each rule for it.
_checked: dict[str, tuple[Any, list[Finding]]] = {}


def _plugin(rule: CheckRule) -> type[CloudFormationLintRule]:
    """Return the class that cfn-lint expects for a rule."""

    def match(self: CloudFormationLintRule, cfn: Any) -> Iterator[RuleMatch]:
        del self
        for finding in _findings(cfn):
            if finding.rule == rule.id and finding.cfn_lint is None:
                yield RuleMatch(list(finding.path), finding.message)

    return type(
        f"Pipeline{rule.id}",
        (CloudFormationLintRule,),
        {
            "__doc__": rule.title,
            "__module__": __name__,
            "id": _id(rule),
            "source_url": rule.source,
            "shortdesc": rule.title,
            "description": f"{rule.impact} {rule.fix}",
            "tags": ["resources", "codepipeline"],
            "match": match,
        },
    )


def _id(rule: CheckRule) -> str:
    """Return the id whose first letter is the severity, as cfn-lint reads it.

    cfn-lint leaves out rules with I unless ``--include-checks I`` is given.
    """
    return rule.severity[0].upper() + rule.id[1:]


for _rule in RULES:
    setattr(sys.modules[__name__], f"Pipeline{_rule.id}", _plugin(_rule))
