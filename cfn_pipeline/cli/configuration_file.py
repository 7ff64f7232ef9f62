"""The name of the configuration file, which verbs look for in a deployment folder."""

CONFIG = "cfn-pipeline.yml"
