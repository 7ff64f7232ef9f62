"""The applications of a configuration file, few or many.

- ``plan``, ``planning``: what has changed since it was rendered
- ``orphans``: files that no application has any more
- ``rendering``: renders it, in several processes
"""
