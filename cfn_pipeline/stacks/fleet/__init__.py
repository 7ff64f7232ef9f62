"""The pipeline of pipelines: its stacks, its boundary, and the role for each application."""
