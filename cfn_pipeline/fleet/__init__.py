"""The applications of a configuration file, few or many.

- ``plan``, ``planning``: what has changed since it was rendered
- ``orphans``: files that no application has any more
- ``likeness``: applications that differ by their names alone
- ``rendering``: renders it, in several processes
"""
