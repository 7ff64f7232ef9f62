"""The configuration file ``cfn-pipeline.yml``: applications without Python.

Its keys are the fields of the model's dataclasses: reading and schema follow the annotations.
"""
