"""Ways in: what exists on AWS, or was described for another tool, comes under this one.

- ``pipelines``: the answer of ``aws codepipeline get-pipeline``, as a template, in Python, as
  configuration
- ``copilot``: an application of AWS Copilot, as configuration, with a plan of migration
- ``folder``: a folder in which no file of others is replaced
"""
