"""The checks as a CloudFormation Lambda Hook: an account refuses pipelines that cannot work.

``handler`` is what Lambda calls, ``payload`` reads the template that a request leads to.
``stacks/hook.py`` has the template of the Hook.
"""
