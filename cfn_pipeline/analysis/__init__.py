"""What CloudFormation templates of any origin mean.

- ``system``: templates that are deployed together, their resources and exports
- ``sources``: artifacts of source actions, and the repositories behind them
- ``reading``: reads a system from files, folders or texts
- ``partial_text``: strings of which parts are unknown before deployment, and their comparison
- ``resolving``: the string that a value or an intrinsic function resolves to
- ``scenarios``: the combinations of values that a template's conditions can have
- ``nodes``: a value of a template with its path, in one scenario
- ``pipelines``: pipelines, stages and actions
- ``artifact_references``: files and values that CloudFormation actions read from artifacts
- ``variable_references``: where actions use variables, ``#{namespace.name}``
- ``builds``: CodeBuild actions with their projects and buildspecs
- ``deployments``: CloudFormation actions with their templates, configurations and parameters
- ``capabilities``: the capabilities that a template needs
"""
