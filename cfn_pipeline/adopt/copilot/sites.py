"""A static site: a bucket behind CloudFront, and the commands that copy its files."""

import shlex
from collections.abc import Sequence
from typing import Any

from cfn_pipeline.adopt.copilot.sections import Section
from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.template import emit
from cfn_pipeline.template.header import HEADER

BUCKET_SUFFIX = "site"
#: CloudFront's own policy, CachingOptimized.
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_CACHE_POLICY = "658327ea-f89d-4fab-a63d-7e88639e58f6"


def site_template(name: str) -> str:
    """Return the template of a site, which has its files in a private bucket."""
    bucket = {"Fn::Sub": f"${{AWS::StackName}}-{BUCKET_SUFFIX}-${{AWS::AccountId}}"}
    private = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    statement = {
        "Sid": "ReadByDistribution",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "${Bucket.Arn}/*"},
        "Condition": {
            "StringEquals": {
                "aws:SourceArn": {
                    "Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/"
                    "${Distribution}"
                }
            }
        },
    }
    deny = {
        "Sid": "DenyInsecureTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::Sub": "${Bucket.Arn}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    distribution = {
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "HttpVersion": "http2and3",
        "Origins": [
            {
                "Id": "Bucket",
                "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
                "OriginAccessControlId": {"Ref": "AccessControl"},
                "S3OriginConfig": {"OriginAccessIdentity": ""},
            }
        ],
        "DefaultCacheBehavior": {
            "TargetOriginId": "Bucket",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": _CACHE_POLICY,
            "Compress": True,
        },
    }
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The site {name}: a bucket behind CloudFront",
        "Resources": {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "RetainExceptOnCreate",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "BucketName": bucket,
                    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
                    "PublicAccessBlockConfiguration": dict.fromkeys(private, True),
                    "VersioningConfiguration": {"Status": "Enabled"},
                },
            },
            "BucketPolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "Bucket": {"Ref": "Bucket"},
                    "PolicyDocument": {"Version": POLICY_VERSION, "Statement": [statement, deny]},
                },
            },
            "AccessControl": {
                "Type": "AWS::CloudFront::OriginAccessControl",
                "Properties": {
                    "OriginAccessControlConfig": {
                        "Name": {"Fn::Sub": "${AWS::StackName}"},
                        "OriginAccessControlOriginType": "s3",
                        "SigningBehavior": "always",
                        "SigningProtocol": "sigv4",
                    }
                },
            },
            "Distribution": {
                "Type": "AWS::CloudFront::Distribution",
                "Properties": {"DistributionConfig": distribution},
            },
        },
        "Outputs": {
            "Bucket": {"Description": "Bucket with the files", "Value": {"Ref": "Bucket"}},
            "Distribution": {
                "Description": "Id of the distribution",
                "Value": {"Ref": "Distribution"},
            },
            "Address": {
                "Description": "Address of the site",
                "Value": {"Fn::GetAtt": ["Distribution", "DomainName"]},
            },
        },
    }
    return emit(template, header=f"{HEADER} (adopt) from the static site {name}.")


def upload(section: Section, stack: str, artifact: str) -> dict[str, Any]:
    """Return the action that copies the files of a site after its stack is deployed.

    Args:
        section: the manifest.
        stack: the name of the stack of the environment.
        artifact: with the files.

    """
    outputs = f"aws cloudformation describe-stacks --stack-name {stack} --output text --query "
    commands = [
        f"BUCKET=$({outputs}\"Stacks[0].Outputs[?OutputKey=='Bucket'].OutputValue\")",
        f"SITE=$({outputs}\"Stacks[0].Outputs[?OutputKey=='Distribution'].OutputValue\")",
        *_copies(section),
        "aws cloudfront create-invalidation --distribution-id $SITE --paths '/*'",
    ]
    bucket = f"arn:${{AWS::Partition}}:s3:::{stack}-{BUCKET_SUFFIX}-*"
    place = "${AWS::Region}:${AWS::AccountId}"
    distribution = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*"
    return {
        "type": "commands",
        "name": "Upload",
        "input": artifact,
        "commands": commands,
        "allow": [
            {
                "actions": "cloudformation:DescribeStacks",
                "on": f"arn:${{AWS::Partition}}:cloudformation:{place}:stack/{stack}/*",
            },
            {"actions": "s3:ListBucket", "on": bucket},
            {"actions": ["s3:PutObject", "s3:DeleteObject"], "on": f"{bucket}/*"},
            {"actions": "cloudfront:CreateInvalidation", "on": distribution},
        ],
    }


def _copies(section: Section) -> Sequence[str]:
    commands = []
    for files in section.items("files"):
        source = files.text("source") or "."
        destination = (files.text("destination") or "").strip("./")
        recursive, context = files.flag("recursive"), files.text("context")
        place = f"{context.rstrip('/')}/{source}" if context else source
        target = f"s3://$BUCKET/{destination}{'/' if destination else ''}"
        filters = [f"--exclude {shlex.quote(each)}" for each in files.texts("exclude")]
        filters += [f"--include {shlex.quote(each)}" for each in files.texts("reinclude")]
        words = ["aws s3 cp", shlex.quote(place), f'"{target}"', *filters]
        if recursive is not False:
            words.append("--recursive")
        commands.append(" ".join(words))
    return commands or ['aws s3 cp . "s3://$BUCKET/" --recursive']
