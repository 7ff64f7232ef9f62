"""Logical ids that more than one part names. Renaming one replaces a live resource."""

__all__ = [
    "CLUSTER",
    "DATABASE",
    "DATABASE_SECURITY_GROUP",
    "DESIRED_COUNT",
    "IMAGE_ID",
    "IMAGE_TAG",
    "INSTANCES",
    "INSTANCES_SECURITY_GROUP",
    "LISTENER",
    "LOAD_BALANCER",
    "LOAD_BALANCER_SECURITY_GROUP",
    "LOG_GROUP",
    "MIGRATE_TASK",
    "SECRETS",
    "SERVICE",
    "SUBNETS",
    "TARGET_GROUP",
    "TASK_ROLE",
    "VPC",
]

# Parameters
VPC = "VpcId"
SUBNETS = "ApplicationSubnets"
DESIRED_COUNT = "ApplicationDesiredCount"
IMAGE_ID = "ApplicationImageId"
IMAGE_TAG = "ApplicationImageTag"

# Resources
CLUSTER = "ApplicationCluster"
DATABASE = "ApplicationDatabase"
DATABASE_SECURITY_GROUP = "ApplicationDatabaseSecurityGroup"
INSTANCES = "ApplicationAutoscaling"
INSTANCES_SECURITY_GROUP = "ApplicationAutoscalingSecurityGroup"
LISTENER = "ApplicationLoadBalancerHttpListener"
LOAD_BALANCER = "ApplicationLoadBalancer"
LOAD_BALANCER_SECURITY_GROUP = "ApplicationLoadBalancerSecurityGroup"
LOG_GROUP = "ApplicationLogGroup"
MIGRATE_TASK = "MigrateTask"
SECRETS = "Secrets"
SERVICE = "ApplicationService"
TARGET_GROUP = "ApplicationServiceTargetGroup"
TASK_ROLE = "ApplicationTaskRole"
