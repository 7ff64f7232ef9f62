"""What IAM decides: may a principal take an action on a resource, in its own account or another.

- ``matching``: patterns, of which parts may be unknown
- ``conditions``: operators and keys of conditions
- ``policies``: policy documents as IAM reads them
- ``decisions``: the decision on a request, from all policies that count
- ``asking``: a role that makes requests, and what IAM is told of them
- ``grants``: the permissions of a role, from all policies in the templates
- ``acting``: the role that acts, for a pipeline, its actions and builds
- ``places``: the account and region in which an action works, and what is deployed there
- ``stores``: artifact stores, and who may use them
- ``access``: what the roles of a pipeline ask for: other roles, buckets and keys

An answer is True, False, or None where it is not known before the deployment.
"""
