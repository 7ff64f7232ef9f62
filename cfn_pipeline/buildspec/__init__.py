"""Buildspecs: their form, and what they say.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""
