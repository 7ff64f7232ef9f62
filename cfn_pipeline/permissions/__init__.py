"""Permissions: what a role must be allowed, derived from the templates that it deploys.

They take any CloudFormation template, and nothing of what builds ours.
"""

from cfn_pipeline.permissions.comparing import Change, compare
from cfn_pipeline.permissions.deriving import (
    Permissions,
    Unbound,
    derive,
    explain,
    template_of,
)
from cfn_pipeline.permissions.needs import Need, Unknown, stored_parameters

__all__ = [
    "Change",
    "Need",
    "Permissions",
    "Unbound",
    "Unknown",
    "compare",
    "derive",
    "explain",
    "stored_parameters",
    "template_of",
]
