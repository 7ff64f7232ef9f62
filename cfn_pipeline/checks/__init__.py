"""Checks: whether a delivery pipeline can work, told from its templates.

They take any CloudFormation template, and nothing of what builds ours.
"""

from cfn_pipeline.checks.catalogue import GROUPS, RULES
from cfn_pipeline.checks.finding import Finding
from cfn_pipeline.checks.judging import check, judge, selected
from cfn_pipeline.checks.rule import Rule

__all__ = ["GROUPS", "RULES", "Finding", "Rule", "check", "judge", "selected"]
