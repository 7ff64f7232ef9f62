"""Checks: whether a delivery pipeline can work, told from its templates.

They take any CloudFormation template, and nothing of what builds ours.
"""

from cfn_pipeline.checks.catalogue import GROUPS, RULES
from cfn_pipeline.checks.finding import Finding
from cfn_pipeline.checks.folders import (
    Folder,
    artifact_names,
    left_open,
    system_of_files,
    system_of_folder,
    system_of_texts,
)
from cfn_pipeline.checks.judging import check, judge, selected
from cfn_pipeline.checks.rule import Rule
from cfn_pipeline.checks.system import Artifact, System, Template

__all__ = [
    "GROUPS",
    "RULES",
    "Artifact",
    "Finding",
    "Folder",
    "Rule",
    "System",
    "Template",
    "artifact_names",
    "check",
    "judge",
    "left_open",
    "selected",
    "system_of_files",
    "system_of_folder",
    "system_of_texts",
]
