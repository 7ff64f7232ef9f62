"""An application of AWS Copilot, from the folder ``copilot`` of its repository.

- ``sections``: a mapping of a manifest, of which what was not used is told
- ``reading``: the folder
- ``values``: durations, schedules, secrets, as this project writes them
- ``containers``, ``services``, ``sites``, ``delivery``: what each becomes
- ``converting``: the whole application
- ``planning``: the page with what has no counterpart, and the steps of the migration

https://aws.github.io/copilot-cli/docs/manifest/overview/
"""
