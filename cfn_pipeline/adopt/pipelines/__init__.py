"""A live pipeline, from what ``aws codepipeline get-pipeline`` returns.

- ``structure``: the keys of that answer
- ``reading``: reads it into the properties of a template
- ``importing``: the template, and what brings the pipeline under CloudFormation
- ``expressions``: values of the pipeline language, and the Python that makes them
- ``actions``, ``language``: the pipeline in that language
- ``configuring``: the pipeline as cfn-pipeline.yml, where it fits
"""
