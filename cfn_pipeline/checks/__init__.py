"""Rules that find mistakes of delivery pipelines in any CloudFormation templates.

- ``rule``: what a rule and a problem are
- ``rules``: the rules, a module for each concern
- ``catalogue``: all rules, by id
- ``checking``: runs the rules over templates
- ``ignoring``: rules that a template ignores, with the reason
- ``finding``, ``locating``, ``reports``: the result, with its lines, and its formats
"""

from cfn_pipeline.checks.catalogue import GROUPS, RULES
from cfn_pipeline.checks.checking import check, check_system, selected
from cfn_pipeline.checks.finding import Finding
from cfn_pipeline.checks.rule import CheckRule

__all__ = ["GROUPS", "RULES", "CheckRule", "Finding", "check", "check_system", "selected"]
