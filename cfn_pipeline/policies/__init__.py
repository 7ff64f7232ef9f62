"""IAM statements by duty: each function says what somebody may do, and on what.

ARNs come from the caller: strings, or functions such as GetAtt and Sub. What is said about no
resource in particular stands on ``*`` since its actions take no resource.
"""
