"""IAM statements: each function returns what is allowed, or denied, on which resources.

ARNs are strings, or functions such as GetAtt and Sub. Statements without a resource have ``*``,
since their actions support no resources.
"""
