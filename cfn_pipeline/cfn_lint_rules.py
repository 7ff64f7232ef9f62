"""The rules as a plugin of cfn-lint: ``cfn-lint -a cfn_pipeline.cfn_lint_rules``.

cfn-lint judges templates one by one, so that rules across templates see what one template holds.
What cfn-lint finds itself is left to it.
"""

import sys
from collections.abc import Iterator
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.checks import RULES, Finding, Rule, judge

__all__: list[str] = []


def _findings(cfn: Any) -> list[Finding]:
    """Judge a template once for all rules."""
    if _judged.get("template") is not cfn:
        template = Template(str(cfn.filename or "template"), cfn.template)
        _judged.update(template=cfn, findings=judge(System(templates=[template])))
    found: list[Finding] = _judged["findings"]
    return found


#: The template that was judged last: cfn-lint asks each rule about it.
_judged: dict[str, Any] = {}


def _plugin(rule: Rule) -> type[CloudFormationLintRule]:
    """Make the class that cfn-lint wants for a rule."""

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
            "id": rule.id,
            "shortdesc": rule.title,
            "description": f"{rule.breaks} {rule.mend}",
            "tags": ["resources", "codepipeline"],
            "match": match,
        },
    )


for _rule in RULES:
    setattr(sys.modules[__name__], f"Pipeline{_rule.id}", _plugin(_rule))
