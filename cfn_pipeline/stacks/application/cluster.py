"""The cluster of an application."""

from troposphere.ecs import Cluster, ClusterSetting

from cfn_pipeline.stacks.application import ids


def observed_cluster() -> Cluster:
    """Return the cluster, with CloudWatch Container Insights."""
    return Cluster(
        ids.CLUSTER,
        ClusterSettings=[ClusterSetting(Name="containerInsights", Value="enabled")],
    )
