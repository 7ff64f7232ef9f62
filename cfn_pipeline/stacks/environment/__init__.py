"""The stack beside an application's stack: the role that deploys it, and what it imports.

Each environment has its own, so that nothing of one environment reaches another.
"""
