"""Amazon S3: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html."""

from troposphere.s3 import Bucket

from cfn_pipeline.model.values import Value

__all__ = ["bucket"]


def bucket(title: str, *, name: Value) -> Bucket:
    """Make a bucket; ``name`` is unique in all of AWS."""
    return Bucket(title, BucketName=name)
