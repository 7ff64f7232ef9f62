"""The templates of what applications share; applications import from their stacks."""

from troposphere import GetAtt, Parameter, Ref, Template
from troposphere.codeconnections import Connection

from cfn_pipeline.aws.pipelines import action_log_group
from cfn_pipeline.model.shared import Shared, SharedListener
from cfn_pipeline.policies import keys
from cfn_pipeline.policies.documents import document
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.builders.load_balancers import load_balancer_resources
from cfn_pipeline.stacks.delivery.ecr import build_image_repository
from cfn_pipeline.stacks.delivery.notifications import add_notifications
from cfn_pipeline.stacks.key import add_key
from cfn_pipeline.stacks.stack import Stack

CONNECTION = "Connection"
LOAD_BALANCER = "LoadBalancer"

#: As CloudFormation spells the providers of connections.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codeconnections-connection.html
_PROVIDER_TYPES = {
    "github": "GitHub",
    "gitlab": "GitLab",
    "bitbucket": "Bitbucket",
    "azure_devops": "AzureDevOps",
}


def shared_templates(shared: Shared) -> dict[str, Template]:
    """Return the templates by file name, in the order in which their stacks are deployed."""
    templates = {}
    if shared.key or shared.notifications or shared.build_image is not None:
        templates["kms.yml"] = shared_key_template(shared)
    if shared.notifications:
        templates["notifications.yml"] = shared_notifications_template(shared)
    if shared.connection is not None:
        templates["connection.yml"] = shared_connection_template(shared)
    if shared.listener is not None:
        templates["listener.yml"] = shared_listener_template(shared)
    if shared.build_image is not None:
        templates["ecr.yml"] = shared_ecr_template(shared)
    return templates


def shared_key_template(shared: Shared, *, arns: Arns = ARNS) -> Template:
    """Make one key for the artifacts, images, build logs and notifications of all pipelines."""
    name = shared.name
    stack = Stack(f"Key of the pipelines of {name}", name=name, arns=arns)
    policy = document(
        keys.administer_key(arns.root(), sid="EnableIamPolicies"),
        keys.grant_to_services_only(),
        keys.let_logs_encrypt(
            arns.service("logs"),
            [
                arns.regional("logs", f"log-group:{group}")
                for group in ("/aws/codebuild/*", action_log_group("*"))
            ],
        ),
        # Without shared notifications, the topics are those of the applications' pipelines.
        keys.let_events_publish(arns.regional("sns", f"{name}-*" if shared.notifications else "*")),
    )
    add_key(
        stack,
        policy,
        description=f"Artifacts, images, build logs and notifications of {name}",
        alias=name,
        output=f"ARN of the key of {name}",
        export=exports.key(name),
    )
    return stack.template


def shared_ecr_template(shared: Shared, *, arns: Arns = ARNS) -> Template:
    """Make the repository of the image in which applications are built."""
    stack = Stack(f"Repository of the build image of {shared.name}", name=shared.name, arns=arns)
    stack.add(build_image_repository(shared.build_image_repository, stack.key))
    return stack.template


def shared_notifications_template(shared: Shared, *, arns: Arns = ARNS) -> Template:
    """Make one topic for the events of all pipelines in the account and region."""
    stack = Stack(f"Notifications of all pipelines, for {shared.name}", name=shared.name, arns=arns)
    add_notifications(stack, None)
    return stack.template


def shared_connection_template(shared: Shared) -> Template:
    """Make a connection to a provider of repositories; its handshake is done in the console."""
    assert shared.connection is not None
    name, provider = shared.name, _PROVIDER_TYPES[shared.connection]
    stack = Stack(f"Connection to {provider}, for {name}", name=name)
    stack.add(Connection(CONNECTION, ConnectionName=name, ProviderType=provider))
    stack.output(
        CONNECTION,
        "ARN of the connection; PENDING until its handshake is done in the console",
        GetAtt(CONNECTION, "ConnectionArn"),
        export=exports.connection(name),
    )
    return stack.template


def shared_listener_template(shared: Shared) -> Template:
    """Make a load balancer that answers 404 where no application has a rule of its listener."""
    name, listener = shared.name, shared.listener or SharedListener()
    stack = Stack(f"Load balancer that the applications of {name} share", name=name)
    vpc = stack.parameter(
        Parameter("VpcId", Type="AWS::EC2::VPC::Id", Description="VPC of the applications")
    )
    kind = "Private" if listener.internal else "Public"
    subnets = stack.parameter(
        Parameter(
            "Subnets",
            Type="List<AWS::EC2::Subnet::Id>",
            Description=f"{kind} subnets in two availability zones",
        )
    )
    resources = load_balancer_resources(
        vpc=vpc,
        subnets=subnets,
        certificate=listener.certificate,
        internal=listener.internal,
        title=LOAD_BALANCER,
    )
    stack.add(*resources)
    group, balancer, *_, last = resources
    stack.output("Listener", "ARN of the listener", Ref(last), export=exports.listener(name))
    stack.output(
        "SecurityGroup",
        "Security group of the load balancer",
        Ref(group),
        export=exports.listener_security_group(name),
    )
    stack.output("Address", "Where the load balancer answers", GetAtt(balancer, "DNSName"))
    return stack.template
