"""Logical ids that more than one part names. Renaming one replaces a live resource."""

__all__ = [
    "CAPACITY_PROVIDER",
    "CLUSTER",
    "CLUSTER_CAPACITY",
    "DATABASE",
    "DATABASE_SECURITY_GROUP",
    "DELETION_PROTECTION",
    "DESIRED_COUNT",
    "EXECUTION_ROLE",
    "HTTPS_LISTENER",
    "IMAGE_ID",
    "IMAGE_TAG",
    "INSTANCES",
    "INSTANCES_SECURITY_GROUP",
    "LISTENER",
    "LOAD_BALANCER",
    "LOAD_BALANCER_SECURITY_GROUP",
    "LOG_GROUP",
    "MIGRATE_TASK",
    "SECRET",
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
DELETION_PROTECTION = "DeletionProtection"

# Resources
CAPACITY_PROVIDER = "ApplicationCapacityProvider"
CLUSTER = "ApplicationCluster"
CLUSTER_CAPACITY = "ApplicationClusterCapacity"
DATABASE = "ApplicationDatabase"
DATABASE_SECURITY_GROUP = "ApplicationDatabaseSecurityGroup"
EXECUTION_ROLE = "ApplicationExecutionRole"
INSTANCES = "ApplicationAutoscaling"
INSTANCES_SECURITY_GROUP = "ApplicationAutoscalingSecurityGroup"
HTTPS_LISTENER = "ApplicationLoadBalancerHttpsListener"
LISTENER = "ApplicationLoadBalancerHttpListener"
LOAD_BALANCER = "ApplicationLoadBalancer"
LOAD_BALANCER_SECURITY_GROUP = "ApplicationLoadBalancerSecurityGroup"
LOG_GROUP = "ApplicationLogGroup"
MIGRATE_TASK = "MigrateTask"
SECRET = "ApplicationSecret"
SECRETS = "Secrets"
SERVICE = "ApplicationService"
TARGET_GROUP = "ApplicationServiceTargetGroup"
TASK_ROLE = "ApplicationTaskRole"
