"""What an application, its cluster and its functions may do."""

from collections.abc import Mapping, Sequence

from awacs import application_autoscaling as scaling
from awacs import autoscaling, cloudwatch, ecr, ecs, kms, logs, secretsmanager, sns
from awacs.aws import Action, Allow, ArnEquals, Condition, Principal, Statement

from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.documents import allow, principals

__all__ = [
    "administer_key",
    "complete_lifecycle_action",
    "decrypt_secrets",
    "describe_container_instances",
    "drain_container_instances",
    "get_secrets",
    "join_cluster",
    "let_pull",
    "list_container_instances",
    "publish",
    "publish_metrics",
    "pull_images",
    "run_tasks",
    "scale_service",
    "write_instance_logs",
    "write_logs",
]

_PULL = (ecr.GetDownloadUrlForLayer, ecr.BatchGetImage, ecr.BatchCheckLayerAvailability)


def write_logs(group: Value) -> Statement:
    """Write to the log group of a Lambda function."""
    return allow(logs.CreateLogStream, logs.PutLogEvents, on=group, sid="ManageLambdaLogs")


def write_instance_logs(groups: Value) -> Statement:
    """Let an instance's Docker daemon make log groups and write its containers' output."""
    return allow(
        logs.CreateLogGroup,
        logs.CreateLogStream,
        logs.PutLogEvents,
        logs.DescribeLogStreams,
        on=groups,
    )


def publish_metrics(action: Action = cloudwatch.PutMetricData) -> Statement:
    """Publish metrics of one's own; ``action``: its spelling, which IAM reads in any case."""
    return allow(action, sid="PublishCloudwatchMetrics")


def publish(topic: Value, *, sid: str) -> Statement:
    """Publish to an SNS topic."""
    return allow(sns.Publish, on=topic, sid=sid)


def get_secrets(secrets: Value) -> Statement:
    """Read secrets."""
    return allow(secretsmanager.GetSecretValue, on=secrets, sid="GetSecrets")


def decrypt_secrets(key: Value) -> Statement:
    """Decrypt the secrets that are encrypted with a key."""
    return allow(kms.Decrypt, on=key, sid="DecryptSecrets")


def administer_key(account: Value) -> Statement:
    """Give a key to the account, whose IAM policies then decide: AWS's default key policy."""
    return Statement(
        Sid="Allow root account access to key",
        Effect=Allow,
        Principal=Principal("AWS", account),
        Action=[kms.Action("*")],
        Resource=["*"],
    )


def let_pull(named: Mapping[str, Sequence[Value]], *, sid: str) -> Statement:
    """Let others pull from a repository, as a statement of the repository's own policy."""
    return Statement(Sid=sid, Effect=Allow, Principal=principals(named), Action=list(_PULL))


def pull_images() -> Statement:
    """Log in to ECR and pull from every repository."""
    return allow(*reversed(_PULL), ecr.GetAuthorizationToken)


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


def join_cluster(cluster: Value) -> list[Statement]:
    """Let an instance register itself in a cluster and report to it."""
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
    """Let Application Auto Scaling change a service's number of tasks."""
    return allow(
        scaling.DescribeScalableTargets,
        scaling.DescribeScalingActivities,
        scaling.DescribeScalingPolicies,
        cloudwatch.DescribeAlarms,
        cloudwatch.PutMetricAlarm,
        ecs.DescribeServices,
        ecs.UpdateService,
    )


def complete_lifecycle_action(group: Value) -> Statement:
    """Tell an Auto Scaling group to go on with what a lifecycle hook has held up."""
    return allow(autoscaling.CompleteLifecycleAction, on=group, sid="CompleteLifecycleAction")


def _in_cluster(cluster: Value) -> Condition:
    return Condition(ArnEquals({"ecs:cluster": cluster}))
