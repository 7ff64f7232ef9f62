"""Corrections of the schemas' permissions, with reasons."""

from collections.abc import Mapping, Sequence

#: Permissions of types whose schemas list none.
BY_HAND: Mapping[str, Mapping[str, Sequence[str]]] = {
    "AWS::CDK::Metadata": {},
    "AWS::CloudFormation::Macro": {},
    "AWS::CloudFormation::WaitCondition": {},
    "AWS::CloudFormation::WaitConditionHandle": {},
    "AWS::CodeBuild::Project": {
        "create": ["codebuild:CreateProject", "codebuild:BatchGetProjects", "iam:PassRole"],
        "read": ["codebuild:BatchGetProjects"],
        "update": ["codebuild:UpdateProject", "codebuild:BatchGetProjects", "iam:PassRole"],
        "delete": ["codebuild:DeleteProject"],
    },
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": {
        "create": ["elasticloadbalancing:AddListenerCertificates"],
        "read": ["elasticloadbalancing:DescribeListenerCertificates"],
        "update": [
            "elasticloadbalancing:AddListenerCertificates",
            "elasticloadbalancing:RemoveListenerCertificates",
        ],
        "delete": ["elasticloadbalancing:RemoveListenerCertificates"],
    },
    "AWS::Route53::RecordSetGroup": {
        "create": ["route53:ChangeResourceRecordSets", "route53:GetChange"],
        "read": ["route53:ListResourceRecordSets"],
        "update": ["route53:ChangeResourceRecordSets", "route53:GetChange"],
        "delete": ["route53:ChangeResourceRecordSets", "route53:GetChange"],
    },
    "AWS::IAM::AccessKey": {
        "create": ["iam:CreateAccessKey"],
        "read": ["iam:ListAccessKeys"],
        "update": ["iam:UpdateAccessKey"],
        "delete": ["iam:DeleteAccessKey"],
    },
    "AWS::IAM::UserToGroupAddition": {
        "create": ["iam:AddUserToGroup"],
        "read": ["iam:GetGroup"],
        "update": ["iam:AddUserToGroup", "iam:RemoveUserFromGroup"],
        "delete": ["iam:RemoveUserFromGroup"],
    },
}

#: Permissions that are missing in the schemas.
ADDED: Mapping[str, Mapping[str, str]] = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {
        "ec2:GetSecurityGroupsForVpc": "CreateLoadBalancer looks its groups up by it",
        "ec2:DescribeAccountAttributes": "CreateLoadBalancer asks what the account supports",
        "ec2:DescribeInternetGateways": "an internet-facing load balancer needs one in its VPC",
        "ec2:DescribeSubnets": "CreateLoadBalancer looks its subnets up",
        "ec2:DescribeSecurityGroups": "CreateLoadBalancer looks its groups up",
        "ec2:DescribeVpcs": "CreateLoadBalancer looks its VPC up",
    },
    "AWS::EC2::SecurityGroup": {
        "ec2:DescribeVpcs": "the group's VPC is looked up",
    },
    "AWS::ECS::CapacityProvider": {
        "autoscaling:DescribeAutoScalingGroups": "the provider's group is looked up",
    },
    "AWS::AutoScaling::AutoScalingGroup": {
        "autoscaling:DeleteLifecycleHook": "managed draining adds a lifecycle hook to the group",
        "autoscaling:PutLifecycleHook": "managed draining adds a lifecycle hook to the group",
        "autoscaling:TerminateInstanceInAutoScalingGroup": "instances end before the group",
        "ec2:CreateTags": "tags of the group are set on new instances",
        "ec2:DescribeAvailabilityZones": "the group's zones are looked up",
        "ec2:DescribeImages": "the launch template's image is looked up",
        "ec2:DescribeInstances": "the state of the group's instances is read",
        "ec2:DescribeLaunchTemplateVersions": "the launch template is looked up",
        "ec2:DescribeLaunchTemplates": "the launch template is looked up",
        "ec2:DescribeSecurityGroups": "the launch template's groups are looked up",
        "ec2:DescribeSubnets": "the group's subnets are looked up",
    },
    "AWS::ApplicationAutoScaling::ScalingPolicy": {
        "cloudwatch:DeleteAlarms": "target tracking uses the caller's permissions",
        "cloudwatch:DescribeAlarms": "target tracking looks its alarms up",
        "cloudwatch:PutMetricAlarm": "target tracking uses the caller's permissions",
    },
    "AWS::EFS::MountTarget": {
        "ec2:CreateNetworkInterface": "CreateMountTarget makes one by the caller's permissions",
        "ec2:DeleteNetworkInterface": "DeleteMountTarget deletes it",
        "ec2:DescribeNetworkInterfaces": "CreateMountTarget looks it up",
        "ec2:DescribeSubnets": "CreateMountTarget looks the subnet up",
        "ec2:ModifyNetworkInterfaceAttribute": "ModifyMountTargetSecurityGroups changes its groups",
    },
    "AWS::RDS::DBCluster": {
        "kms:CreateGrant": "RDS is lent a customer key by who creates the cluster",
    },
    "AWS::SecretsManager::Secret": {
        "kms:Decrypt": "a secret with a customer key is read after its creation",
        "kms:GenerateDataKey": "a secret with a customer key is encrypted by the caller",
    },
}

#: Permissions of other services that every type needs where its properties mention these.
ADDED_TO_ALL: Mapping[str, str] = {
    "kms:DescribeKey": "a key is looked up by the caller where a resource is given one",
}

#: Permissions that the schemas list and a stack does not need, or that undo what keeps it safe;
#: for a type, or (``*``) wherever they are listed.
DROPPED: Mapping[str, Mapping[str, str]] = {
    "*": {
        "iam:CreateServiceLinkedRole": "allowed for the services of the template only",
        "iam:DeleteRolePermissionsBoundary": "a role that may remove its boundary has no limit",
        "iam:DeleteUserPermissionsBoundary": "a role that may remove its boundary has no limit",
        "iam:ListRoles": "roles are looked up by name",
        "iam:PutRolePermissionsBoundary": "a role that may change its boundary has no limit",
        "iam:PutUserPermissionsBoundary": "a role that may change its boundary has no limit",
        "ssm:Get*": "parameters are read by ssm:GetParameters, each by its name",
        "ec2:Get*": "reads far more than a stack needs",
    },
    "AWS::AutoScaling::AutoScalingGroup": {
        "cloudwatch:PutMetricAlarm": "alarms of scaling policies are separate resources",
        "ec2:Describe*": "the calls that are needed are listed",
        "elasticloadbalancing:Describe*": "the calls that are needed are listed",
    },
    "AWS::ApplicationAutoScaling::ScalableTarget": {
        "cloudwatch:DeleteAlarms": "the service-linked role creates the alarms",
        "cloudwatch:PutMetricAlarm": "the service-linked role creates the alarms",
    },
    "AWS::ECS::Cluster": {
        "ecs:PutAccountSetting": "a stack must not change settings of the account",
        "ecs:PutAccountSettingDefault": "a stack must not change settings of the account",
    },
    "AWS::IAM::ServiceLinkedRole": {
        "iam:UpdateRole": "a service-linked role is changed by its service",
    },
    "AWS::Logs::LogGroup": {
        "logs:CreateLogDelivery": "deliveries are separate resources",
        "logs:DeleteIndexPolicy": "only with FieldIndexPolicies, which is not bound to a group",
        "logs:DeleteResourcePolicy": "resource policies are separate resources",
        "logs:PutIndexPolicy": "only with FieldIndexPolicies, which is not bound to a group",
        "logs:PutResourcePolicy": "resource policies are separate resources",
    },
}

#: A type's permissions of other services are needed where its properties mention these; without
#: an entry: where they name the service.
FOREIGN: Mapping[str, str] = {
    "autoscaling": "AutoScaling",
    "cloudwatch": "",
    "cognito-idp": "Cognito",
    "ec2": "",  # networks and instances are behind nearly everything
    "elasticfilesystem": "FileSystem",
    "elasticloadbalancing": "LoadBalancer|TargetGroup",
    "firehose": "Firehose",
    "events": "Event|Schedule",
    "iam": "Role|InstanceProfile|DeliverLogsPermissionArn",
    "kinesis": "Kinesis",
    "kms": "Kms|KMS|EncryptionKey",
    "lambda": "Lambda|lambda",
    "logs": "Log",
    "managed-fleets": "ManagedFleet",
    "s3": "S3|Bucket",
    "s3files": "S3Files",
    "secretsmanager": "ManageMasterUserPassword|SecretArn|SecretManager",
    "sns": "Sns|SNS|Topic",
    "sqs": "Sqs|SQS|Queue",
    "ssm": "ssm|SSM",
    "vpc-lattice": "TrafficSources",
}

#: Actions that are used where a resource's properties mention something. What takes away is not
#: among them: the property may have been there before.
ONLY_WITH: Mapping[str, str] = {
    "application-autoscaling:PutScheduledAction": "ScheduledActions",
    "autoscaling:AttachLoadBalancerTargetGroups": "TargetGroupARNs",
    "autoscaling:AttachLoadBalancers": "LoadBalancerNames",
    "autoscaling:AttachTrafficSources": "TrafficSources",
    "autoscaling:EnableMetricsCollection": "MetricsCollection",
    "autoscaling:PutNotificationConfiguration": "Notification",
    "ec2:RunInstances": "LaunchTemplate|ImageId",
    "elasticloadbalancing:ModifyCapacityReservation": "MinimumLoadBalancerCapacity",
    "elasticloadbalancing:ModifyIpPools": "Ipam",
    "elasticloadbalancing:RegisterTargets": "Targets",
    "iam:AddUserToGroup": "Groups|GroupName",
    "iam:AttachGroupPolicy": "Groups|ManagedPolicyArns",
    "iam:AttachRolePolicy": "Roles|ManagedPolicyArns",
    "iam:AttachUserPolicy": "Users|ManagedPolicyArns",
    "iam:CreateLoginProfile": "LoginProfile",
    "iam:PutGroupPolicy": "Groups|GroupName|Policies",
    "iam:PutUserPolicy": "Users|UserName|Policies",
    "iam:UpdateLoginProfile": "LoginProfile",
    "lambda:GetCodeSigningConfig": "CodeSigning",
    "lambda:GetLayerVersion": "Layers",
    "lambda:PassCapacityProvider": "CapacityProvider",
    "lambda:PutFunctionCodeSigningConfig": "CodeSigning",
    "lambda:PutFunctionConcurrency": "ReservedConcurrent",
    "lambda:PutFunctionRecursionConfig": "RecursiveLoop",
    "lambda:PutFunctionScalingConfig": "ScalingConfig",
    "lambda:PutRuntimeManagementConfig": "RuntimeManagement",
    "logs:PutBearerTokenAuthentication": "BearerToken",
    "logs:PutDataProtectionPolicy": "DataProtection",
    "logs:PutLogGroupDeletionProtection": "DeletionProtection",
    "rds:AddRoleToDBCluster": "AssociatedRoles",
    "rds:AddRoleToDBInstance": "AssociatedRoles",
    "rds:CreateDBInstanceReadReplica": "SourceDB",
    "rds:PromoteReadReplica": "SourceDB",
    "rds:EnableHttpEndpoint": "EnableHttpEndpoint",
    "rds:RestoreDBClusterFromSnapshot": "SnapshotIdentifier",
    "rds:RestoreDBClusterToPointInTime": "Restore|SourceDB",
    "rds:RestoreDBInstanceFromDBSnapshot": "SnapshotIdentifier",
    "rds:RestoreDBInstanceToPointInTime": "Restore|SourceDbiResourceId",
    "rds:StartDBInstanceAutomatedBackupsReplication": "BackupReplication",
    "s3:PutReplicationConfiguration": "Replication",
    "secretsmanager:ReplicateSecretToRegions": "ReplicaRegions",
}

#: The kinds of resources on which an action that can be on many is used.
KINDS: Mapping[str, Sequence[str]] = {
    "ec2:RunInstances": (
        *("image", "instance", "key-pair", "launch-template", "network-interface"),
        *("security-group", "subnet", "volume"),
    ),
    "AWS::AutoScaling::AutoScalingGroup ec2:CreateTags": (
        *("instance", "network-interface", "volume"),
    ),
}

#: ARNs with names that AWS chooses, by type and action.
ARNS: Mapping[str, str] = (
    {
        f"AWS::ApplicationAutoScaling::ScalingPolicy cloudwatch:{call}": (
            "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:TargetTracking-*"
        )
        for call in ("DeleteAlarms", "DescribeAlarms", "PutMetricAlarm")
    }
    | {
        f"{type_} secretsmanager:{call}": (
            "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:rds!*"
        )
        for type_ in ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster")
        for call in ("CreateSecret", "TagResource", "RotateSecret")
    }
    | {
        f"AWS::IAM::ServiceLinkedRole iam:{call}": (
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/*"
        )
        for call in ("DeleteServiceLinkedRole", "GetServiceLinkedRoleDeletionStatus", "GetRole")
    }
)

#: Kinds of resources of which a request names one where its properties mention it.
KIND_WITH: Mapping[tuple[str, str], str] = {
    ("rds", "auto-backup"): "BackupReplication|Restore",
    ("rds", "cluster"): "DBCluster",
    ("rds", "cluster-auto-backup"): "RestoreType|SourceDbClusterResourceId",
    ("rds", "cluster-snapshot"): "ClusterSnapshot",
    ("rds", "global-cluster"): "GlobalCluster",
    ("rds", "secgrp"): "DBSecurityGroups",
}

#: Kinds of resources on which an action is used where the template makes one of them.
ONLY_OWN = frozenset({("s3", "accesspoint"), ("s3", "accesspointobject")})

#: The names of things that a template does not make, and that its resources use or leave behind.
KIND_NAMES: Mapping[tuple[str, str], Sequence[str]] = {
    ("rds", "og"): ["default:*"],
    ("rds", "pg"): ["default.*"],
    ("rds", "cluster-snapshot"): ["{stack-lower}-*"],
    ("rds", "snapshot"): ["{stack-lower}-*"],
}

#: Names of types in statement ids, if not the last part of the type.
NOUNS: Mapping[str, str] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "Scaling",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "ScalingPolicies",
    "AWS::AutoScaling::AutoScalingGroup": "Instances",
    "AWS::CloudFormation::CustomResource": "CustomResources",
    "AWS::ECS::ClusterCapacityProviderAssociations": "ClusterCapacity",
    "AWS::RDS::DBCluster": "DatabaseCluster",
    "AWS::RDS::DBClusterParameterGroup": "DatabaseClusterParameters",
    "AWS::RDS::DBInstance": "Database",
    "AWS::RDS::DBParameterGroup": "DatabaseParameters",
    "AWS::RDS::DBSubnetGroup": "DatabaseSubnets",
}

#: The services whose service-linked role a type needs, made when it is first used.
SERVICE_LINKED: Mapping[str, Sequence[str]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ["ecs.application-autoscaling.amazonaws.com"],
    "AWS::AutoScaling::AutoScalingGroup": ["autoscaling.amazonaws.com"],
    "AWS::ECS::CapacityProvider": ["autoscaling.amazonaws.com", "ecs.amazonaws.com"],
    "AWS::ECS::Cluster": ["ecs.amazonaws.com"],
    "AWS::ECS::Service": ["ecs.amazonaws.com"],
    "AWS::EFS::FileSystem": ["elasticfilesystem.amazonaws.com"],
    "AWS::ElastiCache::ReplicationGroup": ["elasticache.amazonaws.com"],
    "AWS::ElasticLoadBalancing::LoadBalancer": ["elasticloadbalancing.amazonaws.com"],
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ["elasticloadbalancing.amazonaws.com"],
    "AWS::OpenSearchService::Domain": ["opensearchservice.amazonaws.com"],
    "AWS::RDS::DBCluster": ["rds.amazonaws.com"],
    "AWS::RDS::DBClusterParameterGroup": ["rds.amazonaws.com"],
    "AWS::RDS::DBInstance": ["rds.amazonaws.com"],
    "AWS::RDS::DBParameterGroup": ["rds.amazonaws.com"],
    "AWS::RDS::DBSubnetGroup": ["rds.amazonaws.com"],
}

#: The same, of a type with a certain property.
SERVICE_LINKED_WITH: Mapping[tuple[str, str], Sequence[str]] = {
    ("AWS::ECS::CapacityProvider", "ManagedInstancesProvider"): ["ecs-compute.amazonaws.com"],
}

#: Actions that delete data of resources with ids that AWS makes. They are bound by the tag that
#: CloudFormation gives what it makes for a stack.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
BY_TAG = frozenset(
    {
        "elasticfilesystem:DeleteFileSystem",
        "elasticfilesystem:DeleteFileSystemPolicy",
        "elasticfilesystem:DeleteReplicationConfiguration",
    }
)

#: The kinds of resources that a type makes, where its deletion does not tell.
OWN: Mapping[str, Sequence[str]] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": ["ScalableTarget"],
    "AWS::ECS::ClusterCapacityProviderAssociations": ["cluster"],
    "AWS::ECS::TaskDefinition": ["task-definition"],
    "AWS::EC2::SecurityGroupEgress": ["security-group", "security-group-rule"],
    "AWS::EC2::SecurityGroupIngress": ["security-group", "security-group-rule"],
    "AWS::EC2::EIP": ["elastic-ip"],
    "AWS::ElasticLoadBalancingV2::Listener": ["listener/app", "listener/net", "listener/gwy"],
    "AWS::Route53::RecordSetGroup": ["hostedzone"],
}

#: The services that use a key when a resource of a type is created; a use is bound to them.
#: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
KEY_SERVICES: Mapping[str, str] = {
    "AWS::EFS::FileSystem": "elasticfilesystem",
    "AWS::RDS::DBCluster": "rds",
    "AWS::RDS::DBInstance": "rds",
    "AWS::SecretsManager::Secret": "secretsmanager",
}

#: Actions that change something, and that AWS allows on ``*`` only.
UNSCOPED: Mapping[str, str] = {
    "ecs:DeregisterTaskDefinition": "AWS allows it on * only; running tasks of a revision "
    "continue, and it can still be used",
    "logs:PutIndexPolicy": "AWS allows it on * only",
    "logs:DeleteIndexPolicy": "AWS allows it on * only",
    "logs:PutResourcePolicy": "AWS allows it on * only; policies belong to the account",
    "logs:DeleteResourcePolicy": "AWS allows it on * only; policies belong to the account",
    "kms:CreateKey": "the id of a key is not known before its creation",
    "cloudfront:CreateConnectionGroup": "AWS gives ids to connection groups",
    "cloudfront:CreateOriginAccessControl": "AWS gives ids to origin access controls",
}
