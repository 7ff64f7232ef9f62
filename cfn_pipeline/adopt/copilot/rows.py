"""What has no counterpart: the rows of a table."""

from collections.abc import Mapping

from cfn_pipeline.frozen import Frozen, frozen


@frozen
class Row(Frozen):
    """Something of Copilot that the configuration does not have, or has otherwise.

    Args:
        where: the workload, environment or pipeline.
        what: the key, as the manifest has it.
        instead: what to do, or what is otherwise.

    """

    where: str
    what: str
    instead: str


#: What to do about keys that are not carried over, by the end of their path.
INSTEAD: Mapping[str, str] = {
    "additional_rules": "add an application, or a rule to the listener, for these paths",
    "additional_listeners": "add a listener in a template of your own",
    "alias": "point the name in DNS to the new load balancer, as the steps below say",
    "allowed_source_ips": "limit the security group of the load balancer, or use AWS WAF",
    "cdn": "put a distribution of CloudFront before the load balancer in a template of your own",
    "connect": "other services reach it by the name of its load balancer",
    "cooldown": "the defaults of Application Auto Scaling apply",
    "credentials": "copy the image to a repository in ECR, which ECS reads without credentials",
    "deployment": "tasks are replaced one after another, with a circuit breaker; see deployment:",
    "deregistration_delay": "tasks have 30 seconds to end their requests",
    "entrypoint": "set ENTRYPOINT in the Dockerfile, or use command",
    "env_file": "move its variables to environment:, and what is secret to secrets:",
    "ephemeral": "a task has Fargate's 20 GiB",
    "exec": "look into a task by its logs; ECS Exec is not switched on",
    "from_cfn": "write the value of the export, or keep it in a parameter of Systems Manager",
    "labels": "set LABEL in the Dockerfile",
    "nlb": "use an Application Load Balancer, or a template of your own (stack:)",
    "observability": "add the sidecar of AWS Distro for OpenTelemetry, with its permissions",
    "publish": "the topics stay in Copilot's stack, and tasks may publish to them; give their ARNs "
    "in environment:, as COPILOT_SNS_TOPIC_ARNS",
    "redirect_to_https": "with a certificate, HTTP is always redirected",
    "response_time": "scale by requests_per_task",
    "retries": "the job is not started again; let it retry inside, or watch its alarm",
    "security_groups": "use egress: in compute, or a template of your own",
    "stickiness": "keep sessions in a store that all tasks reach",
    "subscribe": "queues and subscriptions stay in Copilot's stack, and tasks may read them; give "
    "the address in environment:, as COPILOT_QUEUE_URI, and kms:Decrypt on the queue's key in "
    "permissions:",
    "tags": "add tags with 'aws cloudformation deploy --tags' or in a template of your own",
    "target_container": "the first container answers requests; let it be the proxy",
    "taskdef_overrides": "use a template of your own (stack:) where you need it",
    "timeout": "the job is not stopped; limit its time inside",
    "version": "HTTP/1.1 is spoken with the container",
}
_NONE = "it is left out; use a template of your own (stack:) where you need it"


def row(where: str, path: str) -> Row:
    """Return the row of a key that is not carried over."""
    steps = [step.partition("[")[0] for step in path.split(".")]
    known = next((INSTEAD[step] for step in reversed(steps) if step in INSTEAD), _NONE)
    return Row(where=where, what=path, instead=known)
