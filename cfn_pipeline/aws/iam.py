"""Facts of IAM's policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
"""

import re

#: The version of the policy language; the one before it, 2008-10-17, has no policy variables.
POLICY_VERSION = "2012-10-17"

#: The names of condition operators.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
CONDITION_OPERATOR = re.compile(
    "(ForAllValues:|ForAnyValue:)?"
    "(String(Not)?(Equals(IgnoreCase)?|Like)|Arn(Not)?(Equals|Like)|(Not)?IpAddress"
    "|(Numeric|Date)((Not)?Equals|(LessThan|GreaterThan)(Equals)?)|BinaryEquals|Bool|Null)"
    "(IfExists)?"
)

#: Characters of all inline policies of a role together, without white space.
INLINE_POLICIES = 10_240

#: The types that give policies to roles which stand elsewhere.
POLICY_TYPES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
