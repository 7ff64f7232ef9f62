"""Findings of security checkers that would be wrong to fix, by resource, each with the reason.

An application's ``suppressions`` have them rendered as Metadata, so that a reviewer sees the reason
beside the resource. An exemption without a finding, and a finding without an exemption, fail
``make audit``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from troposphere import Template

#: Rules by logical id, then by checker, with the reasons.
Exemptions: TypeAlias = Mapping[str, Mapping[str, Mapping[str, str]]]

_PARAMETER = "A parameter, which is true by default"
_DAYS = "A parameter, which is 7 by default"
_KEY = "It is encrypted with a key that another stack exports"
_NAMED = "The wildcard ends a name that begins with the application's"
_LOGIN = "ecr:GetAuthorizationToken has no resource"
_NAMED_OR_LOGIN = f"{_NAMED}; {_LOGIN}"
_NAMED_OR_READ = (
    "The wildcard ends a stack's name or stands for an id of EC2, or the action only reads or has "
    "no resource"
)
_BRIDGE = "The load balancer reaches containers through dynamic ports of the instances"
_SOFT_LIMIT = "Memory is reserved; a container may use what others leave"
_CERTIFICATE = "Without a certificate, HTTP cannot be redirected to HTTPS"
_OUTSIDE = "It calls ECS and CloudFormation only, which are outside any VPC"
_OUTSIDE_OF_DELIVERY = "It calls services of delivery only, which are outside any VPC"
_NO_EVENTS = "Nothing is notified of objects in this bucket"
_MUTABLE = "Objects expire, and CodePipeline overwrites none"
_SUB = "It denies requests without TLS; the rule does not evaluate Sub"
_PLAIN = "The variables hold no secret: those come from Secrets Manager"

EXEMPTIONS: Exemptions = {
    "CodebuildRepository": {
        "checkov": {"CKV_AWS_51": "Every tag is immutable but latest, the image to build in"},
        "guard": {
            "ecr_private_tag_immutability_enabled_check": (
                "Every tag is immutable but latest, the image to build in"
            )
        },
    },
    "CodePipelineRole": {"cdk-nag": {"AwsSolutions-IAM5": _NAMED}},
    "ActionRole": {
        "cdk-nag": {
            "AwsSolutions-IAM5": (
                f"{_NAMED}; which of the pipeline's keys may be used, their own policies say"
            )
        }
    },
    "CodeBuildRole": {"cdk-nag": {"AwsSolutions-IAM5": _NAMED_OR_LOGIN}},
    **{
        f"DeploymentPolicy{number}": {"cdk-nag": {"AwsSolutions-IAM5": _NAMED_OR_READ}}
        for number in (1, 2, 3, 4)
    },
    "PermissionsBoundary": {"cdk-nag": {"AwsSolutions-IAM5": _NAMED_OR_LOGIN}},
    "BuildProject": {
        "guard": {
            "codebuild_project_environment_privileged_check": (
                "Docker in Docker starts in privileged mode only"
            )
        },
        "cdk-nag": {"AwsSolutions-CB5": "CodeBuild's own images lack what the build needs"},
    },
    "BuildLogGroup": {"guard": {"cloudwatch_log_group_encrypted_check": _KEY}},
    "ArtifactBucket": {
        "guard": {
            "s3_bucket_object_lock_enabled_check": _MUTABLE,
            "s3_event_notifications_enabled_check": _NO_EVENTS,
        }
    },
    "ArtifactBucketPolicy": {"guard": {"s3_bucket_policy_ssl_requests_only_check": _SUB}},
    "LogBucketPolicy": {"guard": {"s3_bucket_policy_ssl_requests_only_check": _SUB}},
    "LogBucket": {
        "checkov": {"CKV_AWS_18": "A log of the log bucket would log itself"},
        "guard": {
            "s3_bucket_default_encryption_kms_check": (
                "Load balancers write to buckets with S3's own key only"
            ),
            "s3_bucket_logging_enabled_check": "A log of the log bucket would log itself",
            "s3_bucket_object_lock_enabled_check": _MUTABLE,
            "s3_event_notifications_enabled_check": _NO_EVENTS,
        },
        "cdk-nag": {"AwsSolutions-S1": "A log of the log bucket would log itself"},
    },
    "ApplicationLoadBalancerSecurityGroup": {
        "checkov": {"CKV_AWS_260": "A public web service, redirected where it can be"},
        "cdk-nag": {"AwsSolutions-EC23": "A public web service"},
    },
    "ApplicationLoadBalancer": {
        "guard": {"elbv2_deletion_protection_enabled_check": _PARAMETER},
    },
    "ApplicationLoadBalancerHttpListener": {
        "checkov": {"CKV_AWS_2": _CERTIFICATE, "CKV_AWS_103": _CERTIFICATE},
        "guard": {"alb_http_to_https_redirection_check": _CERTIFICATE},
    },
    "ApplicationLoadBalancerHttpsListener": {
        "guard": {"elbv2_acm_certificate_required_check": "The certificate is a parameter"},
    },
    "ApplicationTaskDefinition": {
        "guard": {
            "ecs_awsvpc_networking_enabled_check": _BRIDGE,
            "ecs_task_definition_memory_hard_limit_check": _SOFT_LIMIT,
        },
        "cdk-nag": {"AwsSolutions-ECS2": _PLAIN},
    },
    "MigrateTaskDefinition": {
        "guard": {
            "ecs_awsvpc_networking_enabled_check": _BRIDGE,
            "ecs_task_definition_memory_hard_limit_check": _SOFT_LIMIT,
        },
        "cdk-nag": {"AwsSolutions-ECS2": _PLAIN},
    },
    "ApplicationExecutionRole": {"cdk-nag": {"AwsSolutions-IAM5": _LOGIN}},
    "ApplicationLogGroup": {"guard": {"cloudwatch_log_group_encrypted_check": _KEY}},
    "ApprovalFunction": {
        "checkov": {
            "CKV_AWS_115": "EventBridge calls it once an approval; nothing to limit",
            "CKV_AWS_117": _OUTSIDE_OF_DELIVERY,
            "CKV_AWS_173": "The variables hold no secret: names of stacks, and a topic",
        },
        "guard": {"lambda_inside_vpc_check": _OUTSIDE_OF_DELIVERY},
        "cdk-nag": {"AwsSolutions-L1": "A newer runtime is not yet known to cfn-lint and boto3"},
    },
    "ApprovalFunctionRole": {
        "cdk-nag": {"AwsSolutions-IAM5": "The wildcards end the ARNs of stacks, and data keys"}
    },
    "ApprovalFunctionLogGroup": {"guard": {"cloudwatch_log_group_encrypted_check": _KEY}},
    "EcsTaskRunner": {
        "checkov": {
            "CKV_AWS_115": "CloudFormation calls it once a deployment; nothing to limit",
            "CKV_AWS_116": "CloudFormation waits for its answer and sees its failure",
            "CKV_AWS_117": _OUTSIDE,
        },
        "guard": {"lambda_inside_vpc_check": _OUTSIDE},
        "cdk-nag": {"AwsSolutions-L1": "A newer runtime is not yet known to cfn-lint and boto3"},
    },
    "EcsTaskRunnerRole": {"cdk-nag": {"AwsSolutions-IAM5": _NAMED}},
    "EcsTaskRunnerLogGroup": {"guard": {"cloudwatch_log_group_encrypted_check": _KEY}},
    "ApplicationDatabase": {
        "guard": {
            "rds_instance_deletion_protection_enabled_check": _PARAMETER,
            "rds_instance_multi_az_support_check": _PARAMETER,
            "rds_instance_backup_enabled_check": _DAYS,
            "rds_instance_no_default_ports_check": "Its security group allows the instances only",
            "rds_instance_logging_enabled_check": (
                "The general log would have users' data and passwords in it"
            ),
            "rds_storage_encrypted_kms_key_check": _KEY,
        },
        "cdk-nag": {
            "AwsSolutions-RDS3": _PARAMETER,
            "AwsSolutions-RDS10": _PARAMETER,
            "AwsSolutions-RDS13": _DAYS,
            "AwsSolutions-RDS11": "Its security group allows the instances only",
        },
    },
    "ApplicationDatabaseMonitoringRole": {
        "cdk-nag": {"AwsSolutions-IAM5": "RDS writes metrics to log groups whose names it makes"}
    },
    "ApplicationSecret": {
        "cdk-nag": {"AwsSolutions-SMG4": "Containers read the password only when they start"}
    },
    "ApplicationAutoscaling": {
        "guard": {
            "autoscaling_mixed_instances_policy_multiple_instance_types_check": (
                "A capacity provider scales best with one type of instance"
            ),
            "autoscaling_multiple_az_check": "The subnets, and so their zones, are a parameter",
        },
        "cdk-nag": {"AwsSolutions-AS3": "ECS scales the group; its tasks are what matters"},
    },
    "ApplicationAutoscalingInstanceRole": {"cdk-nag": {"AwsSolutions-IAM5": _NAMED}},
}


def exempt(template: Template, exemptions: Exemptions, checkers: Sequence[str]) -> None:
    """Tell security checkers in the resources' Metadata what to skip, and why."""
    for logical_id, resource in template.resources.items():
        rules = exemptions.get(logical_id, {})
        metadata = [_FORMS[checker](rules[checker]) for checker in checkers if checker in rules]
        if metadata:
            resource.Metadata = dict(metadata)


def _reasons(key: str, reasons: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": rule, key: reason} for rule, reason in reasons.items()]


#: The key of a resource's Metadata, and its value, as each checker reads them.
#: https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
#: https://docs.aws.amazon.com/cfn-guard/latest/ug/what-is-guard.html
#: https://github.com/cdklabs/cdk-nag
_FORMS: Mapping[str, Callable[[Mapping[str, str]], tuple[str, object]]] = {
    "checkov": lambda reasons: ("checkov", {"skip": _reasons("comment", reasons)}),
    "guard": lambda reasons: ("guard", {"SuppressedRules": dict(reasons)}),
    "cdk-nag": lambda reasons: ("cdk_nag", {"rules_to_suppress": _reasons("reason", reasons)}),
}
