"""The editions: one system, built in one way or another.

How they differ stands in a module of each, ``current`` and ``book``, and nowhere else.
"""
