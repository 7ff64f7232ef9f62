"""The part of a stack to which a resource belongs, by its type."""

import re
from collections.abc import Mapping, Sequence

#: The parts, in the order in which a picture shows them, and the services or types in each. The
#: longest beginning that fits decides.
_PARTS: Mapping[str, Sequence[str]] = {
    "Pipeline and builds": (
        *("CodePipeline", "CodeBuild", "CodeCommit", "CodeDeploy", "CodeStarConnections"),
        *("CodeConnections", "CodeArtifact", "ECR", "ImageBuilder", "CloudFormation::StackSet"),
    ),
    "Load balancer and requests": (
        *("ElasticLoadBalancing", "ElasticLoadBalancingV2", "ApiGateway", "ApiGatewayV2"),
        *("CloudFront", "Route53", "CertificateManager", "WAFv2", "GlobalAccelerator"),
        *("Lambda::Url", "AppSync", "Serverless::Api", "Serverless::HttpApi"),
    ),
    "Compute": (
        *("ECS", "Lambda", "AutoScaling", "ApplicationAutoScaling", "Batch", "EKS", "AppRunner"),
        *("EC2::Instance", "EC2::LaunchTemplate", "EC2::SpotFleet", "EC2::EC2Fleet"),
        *("StepFunctions", "Scheduler", "Serverless", "ElasticBeanstalk", "SageMaker", "Glue"),
        *("CloudFormation::CustomResource", "CloudFormation::Stack"),
    ),
    "Databases": (
        *("RDS", "DynamoDB", "DocDB", "Neptune", "ElastiCache", "MemoryDB", "DAX", "Redshift"),
        *("RedshiftServerless", "OpenSearchService", "Elasticsearch", "Timestream", "QLDB"),
        *("Cassandra", "SDB", "OpenSearchServerless", "Serverless::SimpleTable"),
    ),
    "Storage": ("S3", "EFS", "FSx", "EC2::Volume", "Backup", "S3Express"),
    "Messages and events": (
        *("SNS", "SQS", "Events", "Kinesis", "KinesisFirehose", "MSK", "AmazonMQ", "Pipes"),
        *("SES", "Chatbot", "CodeStarNotifications"),
    ),
    "Network": ("EC2", "NetworkFirewall", "ServiceDiscovery", "VpcLattice"),
    "Permissions, keys and secrets": (
        *("IAM", "KMS", "SecretsManager", "SSM", "Cognito", "EC2::KeyPair", "Lambda::Permission"),
        *("S3::BucketPolicy", "SQS::QueuePolicy", "SNS::TopicPolicy", "SecurityHub", "SSO"),
        *("CloudFormation::Macro"),
    ),
    "Logs and alarms": ("Logs", "CloudWatch", "CloudTrail", "XRay", "Config", "Synthetics"),
}

_OTHER = "Other resources"

#: The parts, in the order in which a picture shows them.
PARTS = (*_PARTS, _OTHER)

_BY_BEGINNING = {beginning: part for part, every in _PARTS.items() for beginning in every}


def part_of(type_: str) -> str:
    """Return the part of a stack to which a type of resource belongs."""
    if type_.startswith("Custom::"):
        return "Compute"
    words = type_.removeprefix("AWS::").split("::")
    for count in range(len(words), 0, -1):
        part = _BY_BEGINNING.get("::".join(words[:count]))
        if part is not None:
            return part
    return _OTHER


def spoken(type_: str) -> str:
    """Return a type as people say it: ``ECS Service``, ``RDS DB Instance``."""
    words = type_.removeprefix("AWS::").split("::")
    *services, name = words
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    service = " ".join(re.sub(r"V2$", "", word) for word in services)
    service = _SERVICES.get(service, service)
    return name if name.startswith(service) else f"{service} {name}"


#: Services whose names in types are longer than people say them.
_SERVICES = {
    "ElasticLoadBalancing": "ELB",
    "ApplicationAutoScaling": "Application Auto Scaling",
    "AutoScaling": "Auto Scaling",
    "Logs": "CloudWatch",
    "SecretsManager": "Secrets Manager",
}
