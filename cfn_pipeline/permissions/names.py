"""How CloudFormation names resources, and in which property a resource names another."""

from collections.abc import Mapping

#: How CloudFormation begins the names that it makes, where not with the stack's name; ``*``: so
#: that nothing of the stack's name is sure to be left.
GENERATED_NAMES: Mapping[str, str] = {
    "AWS::ECR::Repository": "{stack-lower}-*",
    "AWS::ElastiCache::CacheCluster": "*",
    "AWS::ElastiCache::ReplicationGroup": "*",
    "AWS::ElasticLoadBalancing::LoadBalancer": "*",
    "AWS::ElasticLoadBalancingV2::Listener": "*",
    "AWS::ElasticLoadBalancingV2::ListenerRule": "*",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "*",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "*",
    "AWS::RDS::DBCluster": "{stack-lower}-*",
    "AWS::RDS::DBClusterParameterGroup": "{stack-lower}-*",
    "AWS::RDS::DBInstance": "{stack-lower}-*",
    "AWS::RDS::DBParameterGroup": "{stack-lower}-*",
    "AWS::RDS::DBSubnetGroup": "{stack-lower}-*",
    "AWS::S3::Bucket": "{stack-lower}-*",
    "AWS::SSM::Parameter": "CFN-{logical}-*",
    "AWS::SecretsManager::Secret": "{logical}-????????????",
    "AWS::StepFunctions::StateMachine": "{logical}-*",
}

#: The longest name that AWS takes, where that is less than a stack's name, a logical id and twelve
#: characters may have. CloudFormation then shortens the stack's part, and the logical id, to half
#: of what the twelve leave. (https://github.com/KensioSoftware/yulin/issues/1113 has three names;
#: AWS's pages do not say it.)
LONGEST_NAMES: Mapping[str, int] = {
    "AWS::CodePipeline::Pipeline": 100,
    "AWS::DynamoDB::Table": 255,
    "AWS::ECS::CapacityProvider": 255,
    "AWS::Events::EventBus": 256,
    "AWS::Events::Rule": 64,
    "AWS::IAM::Group": 128,
    "AWS::IAM::InstanceProfile": 128,
    "AWS::IAM::ManagedPolicy": 128,
    "AWS::IAM::Role": 64,
    "AWS::IAM::User": 64,
    "AWS::Kinesis::Stream": 128,
    "AWS::KinesisFirehose::DeliveryStream": 64,
    "AWS::Lambda::Function": 64,
    "AWS::Lambda::LayerVersion": 140,
    "AWS::RDS::DBCluster": 63,
    "AWS::RDS::DBInstance": 63,
    "AWS::S3::Bucket": 63,
    "AWS::SQS::Queue": 80,
    "AWS::Scheduler::Schedule": 64,
    "AWS::Serverless::Function": 64,
}

#: The types of which ARNs have the name without the slash at its beginning.
WITHOUT_SLASH = frozenset({"AWS::SSM::Parameter"})

_IAM = {"Groups": "group", "Roles": "role", "Users": "user"}
_FUNCTION = {"FunctionName": "function"}

#: The properties in which a type names what it changes of another, each with its kind. What is
#: done to these kinds is done to those that are named.
BELONGS_TO: Mapping[str, Mapping[str, str]] = {
    "AWS::AutoScaling::LifecycleHook": {"AutoScalingGroupName": "autoScalingGroup"},
    "AWS::AutoScaling::ScalingPolicy": {"AutoScalingGroupName": "autoScalingGroup"},
    "AWS::AutoScaling::ScheduledAction": {"AutoScalingGroupName": "autoScalingGroup"},
    "AWS::IAM::AccessKey": {"UserName": "user"},
    "AWS::IAM::GroupPolicy": {"GroupName": "group"},
    "AWS::IAM::ManagedPolicy": _IAM,
    "AWS::IAM::Policy": _IAM,
    "AWS::IAM::RolePolicy": {"RoleName": "role"},
    "AWS::IAM::User": {"Groups": "group"},
    "AWS::IAM::UserPolicy": {"UserName": "user"},
    "AWS::IAM::UserToGroupAddition": {"GroupName": "group", "Users": "user"},
    "AWS::IAM::VirtualMFADevice": {"Users": "user"},
    "AWS::Lambda::Alias": _FUNCTION,
    "AWS::Lambda::EventInvokeConfig": _FUNCTION,
    "AWS::Lambda::EventSourceMapping": _FUNCTION,
    "AWS::Lambda::Permission": _FUNCTION,
    "AWS::Lambda::Url": _FUNCTION,
    "AWS::Lambda::Version": _FUNCTION,
    "AWS::Logs::LogStream": {"LogGroupName": "log-group"},
    "AWS::Logs::MetricFilter": {"LogGroupName": "log-group"},
    "AWS::Logs::SubscriptionFilter": {"LogGroupName": "log-group"},
    "AWS::SNS::Subscription": {"TopicArn": "topic"},
    "AWS::SNS::TopicPolicy": {"Topics": "topic"},
    "AWS::SQS::QueuePolicy": {"Queues": "queue"},
    "AWS::SecretsManager::ResourcePolicy": {"SecretId": "Secret"},
    "AWS::SecretsManager::RotationSchedule": {"SecretId": "Secret"},
    "AWS::SecretsManager::SecretTargetAttachment": {"SecretId": "Secret"},
}
