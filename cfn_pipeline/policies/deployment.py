"""What CloudFormation may do when it deploys an application's stack, by duty.

Everything that carries a name is bound to names that begin with one of the application's stacks;
load balancers and what EC2 numbers carry none that CloudFormation does not shorten.
"""

from collections.abc import Callable, Sequence

from awacs.aws import Action, Condition, Statement, StringEquals, StringEqualsIfExists

from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.documents import allow

__all__ = ["deploy_application"]

_SERVICE_LINKED = (
    "autoscaling",
    "ecs",
    "ecs.application-autoscaling",
    "elasticloadbalancing",
    "rds",
)
_PASSED_TO = ("ec2", "ecs-tasks", "lambda", "monitoring.rds")


def deploy_application(
    arn: Callable[[str, str], Value],
    *,
    stacks: Sequence[str],
    key: Value,
    images: Value,
    image_parameter: Value,
    secrets: Sequence[str] = (),
) -> dict[str, list[Statement]]:
    """Return policies for an application's stacks, by the policies' names.

    Args:
        arn: makes the ARN of a service's resource in this account and region.
        stacks: the names of the stacks, with which CloudFormation begins what it names.
        key: the key that encrypts logs, secrets and the database.
        images: AMIs, which belong to no account of the stack's.
        secrets: the names of secrets that the stacks read and do not make.
        image_parameter: the public parameters that hold the newest AMIs.

    """
    names = _Names(arn, stacks)
    return {
        "DeployCluster": [
            *_deploy_cluster(names),
            *_deploy_instances(names, images),
            *_scale(names),
            allow(Action("ssm", "GetParameters"), on=image_parameter, sid="FindImage"),
        ],
        "DeployNetwork": [*_deploy_network(names), *_deploy_load_balancer(names)],
        "DeployData": [*_deploy_database(names), *_deploy_secrets(names, secrets), *_use_key(key)],
        "DeployFunctions": [*_deploy_functions(names), *_deploy_logs(names), *_deploy_roles(names)],
    }


class _Names:
    """The ARNs that the stacks' names allow."""

    def __init__(self, arn: Callable[[str, str], Value], stacks: Sequence[str]) -> None:
        self.arn = arn
        self.stacks = stacks

    def __call__(self, service: str, *resources: str) -> list[Value]:
        """Return ARNs of resources; ``{}`` in them stands for each stack."""
        # RDS lowercases names.
        stacks = [s.lower() if service == "rds" else s for s in self.stacks]
        named = [r.replace("{}", s) for r in resources for s in (stacks if "{}" in r else [""])]
        return [self.arn(service, resource) for resource in named]


def _deploy_network(names: _Names) -> list[Statement]:
    return [
        allow(
            *_actions(
                "ec2",
                "CreateSecurityGroup",
                "DeleteSecurityGroup",
                "AuthorizeSecurityGroupEgress",
                "AuthorizeSecurityGroupIngress",
                "RevokeSecurityGroupEgress",
                "RevokeSecurityGroupIngress",
                "UpdateSecurityGroupRuleDescriptionsEgress",
                "UpdateSecurityGroupRuleDescriptionsIngress",
                "CreateTags",
                "DeleteTags",
            ),
            on=names("ec2", "security-group/*", "security-group-rule/*", "vpc/*"),
            sid="ManageSecurityGroups",
        ),
        # A load balancer looks its groups up by a call that is no Describe.
        allow(
            Action("ec2", "Describe*"), Action("ec2", "GetSecurityGroupsForVpc"), sid="ReadNetwork"
        ),
    ]


def _deploy_instances(names: _Names, images: Value) -> list[Statement]:
    return [
        allow(
            *_actions(
                "ec2",
                "CreateLaunchTemplate",
                "CreateLaunchTemplateVersion",
                "ModifyLaunchTemplate",
                "DeleteLaunchTemplate",
                "DeleteLaunchTemplateVersions",
                "CreateTags",
            ),
            on=names("ec2", "launch-template/*"),
            sid="ManageLaunchTemplates",
        ),
        # Auto Scaling asks for this on behalf of whoever gives it a launch template.
        allow(
            Action("ec2", "RunInstances"),
            on=[
                *names("ec2", "instance/*", "launch-template/*", "network-interface/*"),
                *names("ec2", "security-group/*", "subnet/*", "volume/*"),
                images,
            ],
            sid="UseLaunchTemplates",
        ),
        allow(
            *_actions(
                "autoscaling",
                "CreateAutoScalingGroup",
                "UpdateAutoScalingGroup",
                "DeleteAutoScalingGroup",
                "CreateOrUpdateTags",
                "DeleteTags",
                "SuspendProcesses",
                "ResumeProcesses",
                "TerminateInstanceInAutoScalingGroup",
                "PutLifecycleHook",
                "DeleteLifecycleHook",
            ),
            on=names("autoscaling", "autoScalingGroup:*:autoScalingGroupName/{}-*"),
            sid="ManageInstances",
        ),
        allow(Action("autoscaling", "Describe*"), sid="ReadInstances"),
    ]


def _deploy_cluster(names: _Names) -> list[Statement]:
    return [
        allow(
            *_actions(
                "ecs",
                "CreateCluster",
                "UpdateCluster",
                "UpdateClusterSettings",
                "DeleteCluster",
                "PutClusterCapacityProviders",
                "CreateCapacityProvider",
                "UpdateCapacityProvider",
                "DeleteCapacityProvider",
                "CreateService",
                "UpdateService",
                "DeleteService",
                "StopServiceDeployment",
                "RegisterTaskDefinition",
                "TagResource",
                "UntagResource",
            ),
            on=names(
                "ecs",
                "cluster/{}-*",
                "capacity-provider/{}-*",
                "service/{}-*/{}-*",
                "service-deployment/{}-*/{}-*/*",
                "task-definition/{}:*",
                "task-definition/{}-*:*",
            ),
            sid="ManageCluster",
        ),
        allow(Action("ecs", "DeregisterTaskDefinition"), sid="RetireTaskDefinitions"),
        allow(Action("ecs", "Describe*"), Action("ecs", "List*"), sid="ReadCluster"),
    ]


def _scale(names: _Names) -> list[Statement]:
    return [
        allow(
            *_actions(
                "application-autoscaling",
                "RegisterScalableTarget",
                "DeregisterScalableTarget",
                "PutScalingPolicy",
                "DeleteScalingPolicy",
                "TagResource",
                "UntagResource",
            ),
            on=names("application-autoscaling", "scalable-target/*"),
            sid="ManageScaling",
        ),
        allow(
            Action("application-autoscaling", "Describe*"),
            Action("application-autoscaling", "ListTagsForResource"),
            Action("cloudwatch", "DescribeAlarms"),
            sid="ReadScaling",
        ),
        allow(
            Action("cloudwatch", "PutMetricAlarm"),
            Action("cloudwatch", "DeleteAlarms"),
            on=names("cloudwatch", "alarm:TargetTracking-*"),
            sid="ManageScalingAlarms",
        ),
    ]


def _deploy_load_balancer(names: _Names) -> list[Statement]:
    return [
        allow(
            *_actions(
                "elasticloadbalancing",
                "CreateLoadBalancer",
                "DeleteLoadBalancer",
                "ModifyLoadBalancerAttributes",
                "SetSecurityGroups",
                "SetSubnets",
                "SetIpAddressType",
                "CreateListener",
                "ModifyListener",
                "ModifyListenerAttributes",
                "DeleteListener",
                "CreateTargetGroup",
                "ModifyTargetGroup",
                "ModifyTargetGroupAttributes",
                "DeleteTargetGroup",
                "AddTags",
                "RemoveTags",
            ),
            on=names(
                "elasticloadbalancing", "loadbalancer/app/*", "listener/app/*", "targetgroup/*"
            ),
            sid="ManageLoadBalancer",
        ),
        allow(Action("elasticloadbalancing", "Describe*"), sid="ReadLoadBalancer"),
    ]


def _deploy_database(names: _Names) -> list[Statement]:
    return [
        allow(
            *_actions(
                "rds",
                "CreateDBInstance",
                "ModifyDBInstance",
                "RebootDBInstance",
                "DeleteDBInstance",
                "CreateDBSnapshot",
                "CreateDBSubnetGroup",
                "ModifyDBSubnetGroup",
                "DeleteDBSubnetGroup",
                "CreateDBParameterGroup",
                "ModifyDBParameterGroup",
                "ResetDBParameterGroup",
                "DeleteDBParameterGroup",
                "AddTagsToResource",
                "RemoveTagsFromResource",
            ),
            # The snapshot that is taken before a database goes is named after the stack.
            on=[
                *names("rds", "db:{}-*", "subgrp:{}-*", "snapshot:{}-*", "pg:{}-*"),
                *names("rds", "pg:default.*", "og:default:*"),
            ],
            sid="ManageDatabase",
        ),
        allow(
            Action("rds", "Describe*"), Action("rds", "ListTagsForResource"), sid="ReadDatabases"
        ),
    ]


def _deploy_secrets(names: _Names, read: Sequence[str]) -> list[Statement]:
    existing = names("secretsmanager", *(f"secret:{name}-??????" for name in read))
    return [
        allow(
            *_actions(
                "secretsmanager",
                "CreateSecret",
                "UpdateSecret",
                "DeleteSecret",
                "DescribeSecret",
                "GetSecretValue",
                "TagResource",
                "UntagResource",
            ),
            on=names("secretsmanager", "secret:{}/*"),
            sid="ManageSecrets",
        ),
        allow(Action("secretsmanager", "GetRandomPassword"), sid="MakePasswords"),
        *(
            [allow(Action("secretsmanager", "GetSecretValue"), on=existing, sid="ReadSecrets")]
            if existing
            else []
        ),
    ]


def _use_key(key: Value) -> list[Statement]:
    return [
        allow(
            *_actions("kms", "CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"),
            on=key,
            sid="UseKey",
        )
    ]


def _deploy_functions(names: _Names) -> list[Statement]:
    return [
        allow(
            *_actions(
                "lambda",
                "CreateFunction",
                "DeleteFunction",
                "GetFunction",
                "GetFunctionCodeSigningConfig",
                "GetFunctionRecursionConfig",
                "GetFunctionScalingConfig",
                "GetRuntimeManagementConfig",
                "InvokeFunction",
                "TagResource",
                "UntagResource",
                "UpdateFunctionCode",
                "UpdateFunctionConfiguration",
            ),
            on=names("lambda", "function:{}-*"),
            sid="ManageFunctions",
        )
    ]


def _deploy_logs(names: _Names) -> list[Statement]:
    return [
        allow(
            *_actions(
                "logs",
                "CreateLogGroup",
                "DeleteLogGroup",
                "PutRetentionPolicy",
                "DeleteRetentionPolicy",
                "AssociateKmsKey",
                "DisassociateKmsKey",
                "TagResource",
                "UntagResource",
                "ListTagsForResource",
                "GetDataProtectionPolicy",
            ),
            on=names("logs", "log-group:/{}/*", "log-group:/aws/lambda/{}-*"),
            sid="ManageLogGroups",
        ),
        allow(
            Action("logs", "DescribeLogGroups"),
            Action("logs", "DescribeIndexPolicies"),
            Action("logs", "DescribeResourcePolicies"),
            sid="ReadLogGroups",
        ),
    ]


def _deploy_roles(names: _Names) -> list[Statement]:
    """Roles of the stack's own name alone: these are what it may make, change and hand on."""
    roles = names("iam", "role/{}-*")
    return [
        allow(
            *_actions(
                "iam",
                "CreateRole",
                "UpdateRole",
                "UpdateRoleDescription",
                "UpdateAssumeRolePolicy",
                "DeleteRole",
                "GetRole",
                "PutRolePolicy",
                "GetRolePolicy",
                "DeleteRolePolicy",
                "ListRolePolicies",
                "ListAttachedRolePolicies",
                "TagRole",
                "UntagRole",
            ),
            on=roles,
            sid="ManageRoles",
        ),
        allow(
            *_actions(
                "iam",
                "CreateInstanceProfile",
                "DeleteInstanceProfile",
                "GetInstanceProfile",
                "AddRoleToInstanceProfile",
                "RemoveRoleFromInstanceProfile",
            ),
            on=names("iam", "instance-profile/{}-*"),
            sid="ManageInstanceProfiles",
        ),
        allow(
            Action("iam", "PassRole"),
            on=roles,
            sid="PassRoles",
            condition=Condition(StringEqualsIfExists("iam:PassedToService", _services(_PASSED_TO))),
        ),
        allow(
            Action("iam", "CreateServiceLinkedRole"),
            on=names("iam", "role/aws-service-role/*"),
            sid="MakeServiceLinkedRoles",
            condition=Condition(StringEquals("iam:AWSServiceName", _services(_SERVICE_LINKED))),
        ),
    ]


def _services(names: Sequence[str]) -> list[str]:
    return [f"{name}.amazonaws.com" for name in names]


def _actions(service: str, *names: str) -> list[Action]:
    return [Action(service, name) for name in names]
