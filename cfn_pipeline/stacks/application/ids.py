"""Logical ids that more than one part names; renaming one replaces a live resource."""

# Parameters
VPC = "VpcId"
SUBNETS = "ApplicationSubnets"
PRIVATE_SUBNETS = "PrivateSubnets"
DESIRED_COUNT = "ApplicationDesiredCount"
IMAGE_ID = "ApplicationImageId"
MINIMUM_INSTANCES = "ApplicationMinimumInstances"
IMAGE_TAG = "ApplicationImageTag"
IMAGE_DIGEST = "ApplicationImageDigest"

# Resources
CLUSTER = "ApplicationCluster"
DATABASE = "ApplicationDatabase"
DATABASE_SECURITY_GROUP = "ApplicationDatabaseSecurityGroup"
EXECUTION_ROLE = "ApplicationExecutionRole"
INSTANCES = "ApplicationAutoscaling"
INSTANCES_SECURITY_GROUP = "ApplicationAutoscalingSecurityGroup"
INSTANCE_PROFILE = "ApplicationAutoscalingInstanceProfile"
INSTANCE_ROLE = "ApplicationAutoscalingInstanceRole"
HTTPS_LISTENER = "ApplicationLoadBalancerHttpsListener"
LISTENER = "ApplicationLoadBalancerHttpListener"
LISTENER_RULE = "ApplicationLoadBalancerListenerRule"
LOAD_BALANCER = "ApplicationLoadBalancer"
LOAD_BALANCER_SECURITY_GROUP = "ApplicationLoadBalancerSecurityGroup"
LOG_GROUP = "ApplicationLogGroup"
MIGRATE_TASK = "MigrateTask"
SECRET = "ApplicationSecret"
SECRETS = "Secrets"
SERVICE = "ApplicationService"
TARGET_GROUP = "ApplicationServiceTargetGroup"
TASK_ROLE = "ApplicationTaskRole"

# What instances have in common, however they are made
#: Docker gives containers without a fixed host port one of these.
DYNAMIC_PORTS = (32768, 60999)
#: The user of containers, to whom the folders of volumes belong.
CONTAINER_USER = "1000:1000"
