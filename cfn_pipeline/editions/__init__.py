"""The editions; their differences are in ``current`` and ``book``, a module for each."""

#: The names of the editions, the default one first.
EDITIONS = ("current", "book")
