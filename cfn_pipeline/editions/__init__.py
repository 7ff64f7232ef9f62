"""The editions; their differences are in ``current`` and ``book``, a module for each."""
