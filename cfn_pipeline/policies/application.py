"""The permissions of an application, its cluster and its functions."""

from collections.abc import Mapping, Sequence

from awacs import application_autoscaling as scaling
from awacs import autoscaling, cloudwatch, ecr, ecs, iam, logs, secretsmanager, sns
from awacs import elasticloadbalancing as elb
from awacs.aws import Action, Allow, ArnEquals, Condition, Statement, StringEquals

from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.documents import Roles, allow, principals

_PULL = (ecr.GetDownloadUrlForLayer, ecr.BatchGetImage, ecr.BatchCheckLayerAvailability)


def write_logs(group: Value, *, sid: str = "ManageLambdaLogs") -> Statement:
    """Write to a log group."""
    return allow(logs.CreateLogStream, logs.PutLogEvents, on=group, sid=sid)


def write_instance_logs(groups: Value) -> Statement:
    """Allow an instance's Docker daemon to create log groups and write containers' output."""
    return allow(
        logs.CreateLogGroup,
        logs.CreateLogStream,
        logs.PutLogEvents,
        logs.DescribeLogStreams,
        on=groups,
    )


def monitor_database(groups: Value, streams: Value) -> list[Statement]:
    """Allow RDS to write metrics of a database's operating system, as its managed policy does."""
    return [
        allow(logs.CreateLogGroup, logs.PutRetentionPolicy, on=groups, sid="CreateLogGroups"),
        allow(
            logs.CreateLogStream,
            logs.PutLogEvents,
            logs.DescribeLogStreams,
            logs.GetLogEvents,
            on=streams,
            sid="WriteMetrics",
        ),
    ]


def publish_metrics(action: Action = cloudwatch.PutMetricData) -> Statement:
    """Publish custom metrics; ``action``: its spelling, which IAM reads in any case."""
    return allow(action, sid="PublishCloudwatchMetrics")


def publish(topic: Value, *, sid: str) -> Statement:
    """Publish to an SNS topic."""
    return allow(sns.Publish, on=topic, sid=sid)


def get_secrets(secrets: Value | Sequence[Value]) -> Statement:
    """Read secrets."""
    return allow(secretsmanager.GetSecretValue, on=secrets, sid="GetSecrets")


def let_pull(named: Mapping[str, Sequence[Value]], *, sid: str) -> Statement:
    """Allow principals to pull from a repository, as a statement of its own policy."""
    return Statement(Sid=sid, Effect=Allow, Principal=principals(named), Action=list(_PULL))


def let_environments_pull(roles: Roles) -> list[Statement]:
    """Allow roles of other accounts to pull from a repository, as statements of its own policy."""
    return [roles.allow(*_PULL, on=None, sid="AllowEnvironmentsToPull")] if roles else []


def pull_any_image() -> Statement:
    """Log in to ECR and pull from every repository."""
    return allow(*reversed(_PULL), ecr.GetAuthorizationToken)


def pull_images(
    repositories: Value | Sequence[Value], *, sid: str = "PullImages"
) -> list[Statement]:
    """Log in to ECR and pull from one repository or several."""
    return [log_in_to_ecr(), allow(*reversed(_PULL), on=repositories, sid=sid)]


def push_images(repository: Value) -> Statement:
    """Push to one repository, and pull from it."""
    return allow(
        *reversed(_PULL),
        ecr.InitiateLayerUpload,
        ecr.UploadLayerPart,
        ecr.CompleteLayerUpload,
        ecr.PutImage,
        on=repository,
        sid="PushImages",
    )


def log_in_to_ecr() -> Statement:
    """Log in to ECR; other statements decide what the login can do."""
    return allow(ecr.GetAuthorizationToken, sid="LogInToEcr")


def list_container_instances(cluster: Value) -> Statement:
    """List a cluster's instances."""
    return allow(ecs.ListContainerInstances, on=cluster, sid="ListContainerInstances")


def describe_container_instances(cluster: Value) -> Statement:
    """Describe a cluster's instances."""
    return allow(
        ecs.DescribeContainerInstances,
        sid="DescribeContainerInstances",
        condition=_in_cluster(cluster),
    )


def drain_container_instances(cluster: Value) -> Statement:
    """Drain a cluster's instances and see what still runs on them."""
    return allow(
        ecs.DescribeContainerInstances,
        ecs.UpdateContainerInstancesState,
        sid="ManageContainerInstances",
        condition=_in_cluster(cluster),
    )


def run_tasks(cluster: Value) -> Statement:
    """Run tasks in a cluster and follow them."""
    return allow(
        ecs.RunTask,
        ecs.DescribeTasks,
        ecs.ListTasks,
        sid="EcsTasks",
        condition=_in_cluster(cluster),
    )


def run_task(definition: Value, *, tasks: Value, cluster: Value) -> list[Statement]:
    """Run one task definition in a cluster and follow its tasks."""
    return [
        start_task(definition, cluster=cluster),
        allow(ecs.DescribeTasks, ecs.StopTask, on=tasks, sid="DescribeAndStopTask"),
    ]


def start_task(definitions: Value | Sequence[Value], *, cluster: Value) -> Statement:
    """Run task definitions in a cluster."""
    return allow(ecs.RunTask, on=definitions, sid="RunTask", condition=_in_cluster(cluster))


def pass_roles(roles: Sequence[Value], *, service: Value, sid: str) -> Statement:
    """Pass roles to one service."""
    return allow(
        iam.PassRole,
        on=roles,
        sid=sid,
        condition=Condition(StringEquals({"iam:PassedToService": service})),
    )


def join_one_cluster(cluster: Value, instances: Value) -> list[Statement]:
    """Allow an instance to join one cluster and report to it; ``instances``: of the cluster."""
    return [
        allow(
            ecs.RegisterContainerInstance,
            ecs.DeregisterContainerInstance,
            ecs.SubmitAttachmentStateChanges,
            ecs.SubmitContainerStateChange,
            ecs.SubmitTaskStateChange,
            on=cluster,
            sid="JoinCluster",
        ),
        allow(
            ecs.Poll,
            ecs.StartTelemetrySession,
            ecs.UpdateContainerInstancesState,
            on=instances,
            sid="ReportToCluster",
        ),
        allow(ecs.DiscoverPollEndpoint, sid="DiscoverClusterEndpoint"),
    ]


def join_cluster(cluster: Value) -> list[Statement]:
    """Allow an instance to register itself in a cluster and report to it."""
    return [
        allow(
            ecs.RegisterContainerInstance,
            ecs.DeregisterContainerInstance,
            ecs.UpdateContainerInstancesState,
            on=cluster,
        ),
        allow(ecs.DiscoverPollEndpoint, ecs.Poll, ecs.StartTelemetrySession, ecs.Action("Submit*")),
    ]


def scale_service() -> Statement:
    """Allow Application Auto Scaling to change a service's number of tasks."""
    return allow(
        scaling.DescribeScalableTargets,
        scaling.DescribeScalingActivities,
        scaling.DescribeScalingPolicies,
        cloudwatch.DescribeAlarms,
        cloudwatch.PutMetricAlarm,
        ecs.DescribeServices,
        ecs.UpdateService,
    )


def shift_traffic(target_groups: Sequence[Value], rule: Value) -> list[Statement]:
    """Shift requests between target groups, as AmazonECSInfrastructureRolePolicyForLoadBalancers.

    That policy allows it on every load balancer.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
    """
    return [
        allow(
            elb.DescribeListeners,
            elb.DescribeRules,
            elb.DescribeTargetGroups,
            elb.DescribeTargetHealth,
            sid="ReadLoadBalancers",
        ),
        allow(elb.RegisterTargets, elb.DeregisterTargets, on=target_groups, sid="RegisterTasks"),
        allow(elb.ModifyRule, on=rule, sid="ShiftRequests"),
    ]


def complete_lifecycle_action(group: Value) -> Statement:
    """Complete an action that a lifecycle hook holds up."""
    return allow(autoscaling.CompleteLifecycleAction, on=group, sid="CompleteLifecycleAction")


def _in_cluster(cluster: Value) -> Condition:
    return Condition(ArnEquals({"ecs:cluster": cluster}))
