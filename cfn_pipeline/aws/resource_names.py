"""How resources are named: the property that names a type, what Ref gives, and the form of ARNs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html
"""

from collections.abc import Mapping

#: The property that gives a resource its name. A load balancer's and a target group's is Name:
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-loadbalancer.html
NAME_PROPERTIES: Mapping[str, str] = {
    "AWS::AutoScaling::AutoScalingGroup": "AutoScalingGroupName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::CodeBuild::Project": "Name",
    "AWS::CodeDeploy::Application": "ApplicationName",
    "AWS::CodePipeline::Pipeline": "Name",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::ECS::CapacityProvider": "Name",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::ECS::TaskDefinition": "Family",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::VirtualMFADevice": "VirtualMfaDeviceName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::RDS::DBCluster": "DBClusterIdentifier",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::RDS::DBParameterGroup": "DBParameterGroupName",
    "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Serverless::SimpleTable": "TableName",
    "AWS::Serverless::StateMachine": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}

#: The types of which two in one account and region may have the same name: it is unique in a
#: cluster or in a schedule group, or names the versions of one thing.
NOT_UNIQUE = frozenset(
    {
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::Lambda::LayerVersion",
        "AWS::Scheduler::Schedule",
    }
)

#: The types of which Ref gives the name (of a key: its id, which AWS makes up); of others it gives
#: an ARN, a URL or an id. Not all that there are: those that checks need.
REF_GIVES_NAME = frozenset(
    {
        "AWS::CodeBuild::Project",
        "AWS::CodeDeploy::Application",
        "AWS::CodePipeline::Pipeline",
        "AWS::ECR::Repository",
        "AWS::IAM::Role",
        "AWS::KMS::Key",
        "AWS::Lambda::Function",
        "AWS::S3::Bucket",
    }
)

_A, _P, _R = "${AWS::AccountId}", "${AWS::Partition}", "${AWS::Region}"

#: What Fn::GetAtt gives, by type and attribute, with {name} for what Ref gives.
#: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
ATTRIBUTES: Mapping[tuple[str, str], str] = {
    ("AWS::CodeBuild::Project", "Arn"): f"arn:{_P}:codebuild:{_R}:{_A}:project/{{name}}",
    ("AWS::ECR::Repository", "Arn"): f"arn:{_P}:ecr:{_R}:{_A}:repository/{{name}}",
    ("AWS::ECR::Repository", "RepositoryUri"): f"{_A}.dkr.ecr.{_R}.${{AWS::URLSuffix}}/{{name}}",
    ("AWS::IAM::Role", "Arn"): f"arn:{_P}:iam::{_A}:role/{{name}}",
    ("AWS::KMS::Key", "Arn"): f"arn:{_P}:kms:{_R}:{_A}:key/{{name}}",
    ("AWS::Lambda::Function", "Arn"): f"arn:{_P}:lambda:{_R}:{_A}:function:{{name}}",
    ("AWS::S3::Bucket", "Arn"): f"arn:{_P}:s3:::{{name}}",
}
