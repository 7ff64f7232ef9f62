"""Actions that deploy to clusters: images to services of ECS, manifests and charts to EKS."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.action_calls import ACTION_CALLS, CLUSTER_NETWORK_CALLS
from cfn_pipeline.aws.codebuild import INTERFACE_CALLS, INTERFACE_PERMISSION_CALL
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.permissions import Allow, action_logs, pass_roles, regional_arn
from cfn_pipeline.model.values import Value, present


@frozen
class ECSDeploy(Action):
    """Deploys the images of imagedefinitions.json to a service that another stack has made.

    ``ECSDeploy(name="Api", input=built, cluster="main", service="api", roles=[task_role_arn])``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html

    Args:
        input: the artifact with the file.
        cluster: its name.
        service: its name.
        roles: the ARNs of the roles of the service's task definition, which each new revision has;
            empty: it has none.
        file: its path; absent: ``imagedefinitions.json``.
        timeout_minutes: 1 to 60; absent: 60.

    """

    type: ClassVar[ActionType] = ActionType(category="Deploy", owner="AWS", provider="ECS")
    type_name: ClassVar[str] = "ecs_deploy"

    input: Artifact
    cluster: str
    service: str
    roles: Sequence[str] = ()
    file: str | None = None
    timeout_minutes: int | None = None

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The one artifact."""
        return (self.input,)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return service, file and time limit."""
        minutes = None if self.timeout_minutes is None else str(self.timeout_minutes)
        settings = {
            "ClusterName": self.cluster,
            "ServiceName": self.service,
            "FileName": self.file,
            "DeploymentTimeout": minutes,
        }
        return {name: value for name, value in settings.items() if value is not None}

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return updating the service with a new revision of its task definition."""
        return (
            Allow(
                ("ecs:DescribeServices", "ecs:UpdateService"),
                on=regional_arn("ecs", f"service/{self.cluster}/{self.service}"),
            ),
            # ECS does not bind these to a resource.
            Allow(("ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"), on="*"),
            Allow("ecs:TagResource", on=regional_arn("ecs", "task-definition/*")),
            *([pass_roles(self.roles, to=("ecs", "ecs-tasks"))] if self.roles else []),
        )

    def problems(self) -> Iterator[str]:
        """Yield also a time limit that CodePipeline refuses."""
        yield from super().problems()
        if self.timeout_minutes is not None and not 1 <= self.timeout_minutes <= 60:
            yield f"{self.where}: timeout_minutes must be 1 to 60 (got {self.timeout_minutes})"


@frozen
class EKSDeploy(Action):
    """Applies Kubernetes manifests, or a Helm chart, to a cluster of EKS.

    ``EKSDeploy(name="Api", input=code.artifact, cluster="main", manifests=["deployment.yml"])``

    The pipeline's role must have an access entry of the cluster. It runs on compute of
    CodePipeline's own.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-EKS.html

    Args:
        input: the artifact with manifests or chart.
        cluster: its name.
        manifests: their paths in the artifact; empty: a chart is deployed.
        release: the name of the Helm release; absent: manifests are applied.
        chart: its path in the artifact, or a chart's address; absent: manifests are applied.
        values: values files of the chart; empty: its own.
        kubernetes_namespace: absent: the default one.
        environment: variables that manifests and values files refer to, such as
            ``{"IMAGE_TAG": "#{codepipeline.PipelineExecutionId}"}``; empty: none.
        subnets: in which it runs, for a cluster whose endpoint is private; empty: the endpoint is
            public.
        security_groups: of its network interfaces there; empty: those of the cluster.

    """

    type: ClassVar[ActionType] = ActionType(category="Deploy", owner="AWS", provider="EKS")
    type_name: ClassVar[str] = "eks_deploy"

    input: Artifact
    cluster: str
    manifests: Sequence[str] = ()
    release: str | None = None
    chart: str | None = None
    values: Sequence[str] = ()
    kubernetes_namespace: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    subnets: Sequence[str] = ()
    security_groups: Sequence[str] = ()

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The one artifact."""
        return (self.input,)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return the cluster, what is deployed, and from where."""
        return present(
            ClusterName=self.cluster,
            ManifestFiles=",".join(self.manifests) or None,
            HelmReleaseName=self.release,
            HelmChartLocation=self.chart,
            HelmValuesFiles=",".join(self.values) or None,
            Namespace=self.kubernetes_namespace,
            Subnets=",".join(self.subnets) or None,
            SecurityGroupIds=",".join(self.security_groups) or None,
        )

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:
        """Return finding the cluster, interfaces in its network, and logs."""
        cluster = regional_arn("eks", f"cluster/{self.cluster}")
        subnets = [regional_arn("ec2", f"subnet/{subnet}") for subnet in self.subnets]
        joining = (
            Allow(
                INTERFACE_CALLS,
                on="*",
                condition={"StringEqualsIfExists": {"ec2:Subnet": subnets}},
            ),
            Allow(
                INTERFACE_PERMISSION_CALL,
                on="*",
                condition={"ArnEquals": {"ec2:Subnet": subnets}},
            ),
        )
        return (
            action_logs(pipeline),
            Allow(ACTION_CALLS["Deploy", self.type.provider], on=cluster),
            Allow(CLUSTER_NETWORK_CALLS, on="*"),
            *(joining if subnets else ()),
        )

    def problems(self) -> Iterator[str]:
        """Yield also manifests and a chart together, or neither, and half of a chart."""
        yield from super().problems()
        if bool(self.manifests) == (self.chart is not None):
            got = "both" if self.manifests else "neither"
            yield f"{self.where}: manifests or chart is required (got {got}); use one of them"
        if (self.chart is None) != (self.release is None):
            lacking = "release" if self.release is None else "chart"
            yield f"{self.where}: {lacking} is absent; a chart needs release and chart"
        if self.values and self.chart is None:
            yield f"{self.where}: values are those of a chart, and chart is absent; remove values"
        if self.security_groups and not self.subnets:
            yield f"{self.where}: security_groups need subnets; add subnets="
        for subnet in self.subnets:
            yield from name_forms.SUBNET.problems(subnet, self.where)
        for group in self.security_groups:
            yield from name_forms.SECURITY_GROUP.problems(group, self.where)
