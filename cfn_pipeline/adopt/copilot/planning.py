"""The page of a migration: what becomes what, what has no counterpart, and the steps."""

import re
from collections.abc import Iterator, Sequence

from cfn_pipeline.adopt.copilot.converting import Converted, Part
from cfn_pipeline.adopt.copilot.reading import (
    LOAD_BALANCED,
    REQUEST_DRIVEN,
    SCHEDULED_JOB,
    STATIC_SITE,
    WORKER,
    Addon,
    CopilotApplication,
    Workload,
)
from cfn_pipeline.aws.data_stores import DATA

_BECOMES = {
    STATIC_SITE: "a bucket behind CloudFront, and commands that copy the files",
    SCHEDULED_JOB: "a scheduled task",
    WORKER: "a service without a load balancer",
}
_SERVICE = "a service on Fargate behind a load balancer"


def migration(application: CopilotApplication, converted: Converted) -> str:
    """Return the page."""
    parts = converted.parts
    return "\n".join(
        [
            f"# `{_cell(application.name)}`, from AWS Copilot to plain CloudFormation",
            "",
            "Both run side by side until you switch. Nothing that Copilot made is removed before",
            "step 5, and nothing that holds data is removed at all.",
            "",
            "## What becomes what",
            "",
            "| Copilot | type | application | environments | it becomes |",
            "| --- | --- | --- | --- | --- |",
            *map(_part, parts),
            "",
            "## What has no counterpart",
            "",
            "| where | what | instead |",
            "| --- | --- | --- |",
            *(
                f"| {_cell(each.where)} | `{_cell(each.what)}` | {_cell(each.instead)} |"
                for each in converted.rows
            ),
            *([] if converted.rows else ["| | nothing | |"]),
            "",
            "## What holds data, and stays where it is",
            "",
            "| owner | template | resource | type | it holds |",
            "| --- | --- | --- | --- | --- |",
            *map(_addon, application.addons),
            *([] if application.addons else ["| | | no addons | | |"]),
            "",
            *_steps(application, parts),
        ]
    )


def _part(part: Part) -> str:
    environments = ", ".join(stage.name for stage in part.stages)
    kind = part.workload.type
    return (
        f"| {_cell(part.workload.name)} | {kind} | `{part.name}` | {_cell(environments)} | "
        f"{_BECOMES.get(kind, _SERVICE)} |"
    )


def _addon(addon: Addon) -> str:
    holds = DATA.get(addon.type, "no data")
    owner, file, logical_id, kind = map(
        _cell, (addon.owner, addon.file, addon.logical_id, addon.type)
    )
    return f"| {owner} | {file} | `{logical_id}` | {kind} | {holds} |"


def _steps(application: CopilotApplication, parts: Sequence[Part]) -> Iterator[str]:
    app = _cell(application.name)
    environments = list(dict.fromkeys(stage.name for part in parts for stage in part.stages))
    yield "## 1. Save the data"
    yield ""
    yield "Take a backup first, and keep what holds data when its stack goes:"
    yield ""
    yield from _retention(application)
    yield "## 2. Render, and fill in"
    yield ""
    yield "    cfn-pipeline render --config cfn-pipeline.yml"
    yield ""
    yield "tells what is to be filled in; render again, until it finds nothing."
    yield ""
    yield "Put the files of each application into its folder of the repository, and push them:"
    yield ""
    yield from (f"- `{part.name}`: folder `deploy/{part.name}`" for part in parts)
    yield ""
    yield "`VpcId`, `ApplicationSubnets` and `PrivateSubnets` in the configuration file of each"
    yield "environment are those of Copilot's environment, so that tasks reach what they reached:"
    yield ""
    for name in environments:
        yield f"    aws cloudformation describe-stacks --stack-name {app}-{_cell(name)} \\"
        yield "        --query 'Stacks[0].Outputs[].[OutputKey,OutputValue]' --output table"
    yield ""
    yield from _values(application, parts)
    yield "## 3. Deploy beside Copilot"
    yield ""
    yield from _switched_off_jobs(app, parts)
    yield "The applications in the order of the table, their environments in that of the row:"
    yield ""
    for part in parts:
        yield f"    cfn-pipeline deploy {part.name if len(parts) > 1 else '.'}"
    yield ""
    yield "The pipelines build the images and create the services. Try each service at its own"
    yield "address, the output `PublicURL` of its stack."
    yield ""
    yield "## 4. Switch DNS"
    yield ""
    hosts = {host: part for part in parts for host in part.hosts}
    if hosts:
        yield "A day before, lower the time to live of these names to 60 seconds. Then point each"
        yield "to the new load balancer, with a weight of 10 of 100 at first, and watch its alarms:"
        yield ""
        yield from (f"- `{_cell(host)}`: application `{part.name}`" for host, part in hosts.items())
    else:
        yield "No manifest has an alias: give clients the new addresses, or your own names in DNS."
    yield ""
    yield "To go back, give the old load balancer its weight again: it still runs."
    yield ""
    yield "## 5. Remove Copilot's stacks"
    yield ""
    yield "When no request has reached the old services for a week, in this order:"
    yield ""
    yield from _removal(application, environments)


def _switched_off_jobs(app: str, parts: Sequence[Part]) -> Iterator[str]:
    jobs = [part for part in parts if part.workload.type == SCHEDULED_JOB]
    if not jobs:
        return
    yield "A job must not run twice: switch Copilot's rules off first."
    yield ""
    for part in jobs:
        for stage in part.stages:
            stack = f"{app}-{_cell(stage.name)}-{_cell(part.workload.name)}"
            yield f"    RULE=$({_resource(stack, 'Rule')})"
            yield '    aws events disable-rule --name "$RULE"'
    yield ""


def _retention(application: CopilotApplication) -> Iterator[str]:
    kept = [addon for addon in application.addons if addon.type in DATA]
    for addon in kept:
        if addon.type == "AWS::RDS::DBCluster":
            yield "    aws rds create-db-cluster-snapshot --db-cluster-identifier IDENTIFIER \\"
            yield "        --db-cluster-snapshot-identifier before-migration"
            yield "    aws rds modify-db-cluster --db-cluster-identifier IDENTIFIER \\"
            yield "        --deletion-protection --apply-immediately"
            yield ""
        elif addon.type == "AWS::DynamoDB::Table":
            yield "    aws dynamodb update-table --table-name NAME --deletion-protection-enabled"
            yield ""
    for addon in kept:
        yield (
            f"- `{_cell(addon.file)}`: add `DeletionPolicy: Retain` and `UpdateReplacePolicy: "
            f"Retain` to `{_cell(addon.logical_id)}`"
        )
    if kept:
        yield ""
        yield "and deploy that with `copilot deploy` once more, or by an update of the stack."
    else:
        yield "- the addons of this application hold no data that must be kept"
    yield "- file systems of `storage:` are in the environment's stack, which step 5 keeps"
    yield "- queues and topics are in stacks that step 5 keeps, too"
    yield ""


def _values(application: CopilotApplication, parts: Sequence[Part]) -> Iterator[str]:
    yield "Others, where the files have them:"
    yield ""
    yield "- `ConnectionArn`: a connection whose handshake is done; Copilot's own serves"
    if any(addon.type.startswith("AWS::RDS") for addon in application.addons):
        yield (
            "- `DatabaseHost`, `DatabaseSecretArn`, `DatabaseSecurityGroup`: of the database, in "
            "the resources of the addons' stack"
        )
    if sum(part.workload.type == LOAD_BALANCED for part in parts) > 1:
        yield (
            "- `ListenerArn`, `LoadBalancerSecurityGroup`: in the resources of the stack of the "
            "application that has the load balancer, when step 3 has deployed it"
        )
    if any("storage" in part.workload.manifest for part in parts):
        yield "- `...FileSystemId`, `...FileSystemSecurityGroup`: of the file system, which is in"
        yield "  the resources of the environment's stack where Copilot made it"
    yield ""


def _removal(application: CopilotApplication, environments: Sequence[str]) -> Iterator[str]:
    app = _cell(application.name)
    for name in application.pipelines:
        yield f"1. the pipeline: `copilot pipeline delete --name {_cell(name)}`"
    holders = {each.name: each for each in application.workloads}
    held_by = {name: list(_held(application, each)) for name, each in holders.items()}
    if not all(held_by.values()):
        yield "1. the services and jobs whose stacks hold nothing that is still used:"
        yield ""
        for environment in environments:
            for name in (name for name, held in held_by.items() if not held):
                stack = f"{app}-{_cell(environment)}-{_cell(name)}"
                yield f"        aws cloudformation delete-stack --stack-name {stack}"
        yield ""
    for name, held in held_by.items():
        if held:
            yield (
                f"1. of `{_cell(name)}` the tasks alone, since its stack holds {', '.join(held)}:"
            )
            yield ""
            for environment in environments:
                yield from _stop(holders[name], f"{app}-{_cell(environment)}-{_cell(name)}")
            yield ""
    stacks = ", ".join(f"`{app}-{_cell(name)}`" for name in environments)
    yield (
        f"1. not the environments' stacks ({stacks}): they have the VPC, and file systems and "
        "addons of the environment, which the new services use. They cost what they are used for."
    )
    yield f"1. the stack set `{app}-infrastructure` last: it has Copilot's repositories of images."
    yield (
        "1. never the hosted zone, certificates or parameters under `/copilot/` before nothing "
        "refers to them."
    )
    yield ""


def _stop(workload: Workload, stack: str) -> Iterator[str]:
    """Yield the commands that stop the tasks of a workload."""
    if workload.type == REQUEST_DRIVEN:
        yield f"        SERVICE=$({_resource(stack, 'Service')})"
        yield '        aws apprunner pause-service --service-arn "$SERVICE"'
        return
    if workload.type == SCHEDULED_JOB:
        yield f"        RULE=$({_resource(stack, 'Rule')})"
        yield '        aws events disable-rule --name "$RULE"'
        return
    # The id of a service is its ARN: .../CLUSTER/NAME.
    yield f"        SERVICE=$({_resource(stack, 'Service')})"
    yield '        SERVICE="${SERVICE#*:service/}"'
    if isinstance(workload.manifest.get("count"), dict):
        yield "        aws application-autoscaling register-scalable-target \\"
        yield "            --service-namespace ecs --scalable-dimension ecs:service:DesiredCount \\"
        yield '            --resource-id "service/$SERVICE" --min-capacity 0 --max-capacity 0'
    yield '        aws ecs update-service --cluster "${SERVICE%/*}" \\'
    yield '            --service "${SERVICE#*/}" --desired-count 0'


def _resource(stack: str, logical_id: str) -> str:
    """Return the command that prints the physical id of a resource."""
    return (
        f"aws cloudformation describe-stack-resource --stack-name {stack} "
        f"--logical-resource-id {logical_id} "
        "--query StackResourceDetail.PhysicalResourceId --output text"
    )


def _held(application: CopilotApplication, workload: Workload) -> Iterator[str]:
    """Yield what the stacks of a workload hold that the new application uses."""
    if "publish" in workload.manifest:
        yield "topics"
    if "subscribe" in workload.manifest:
        yield "queues"
    yield from dict.fromkeys(
        f"{DATA[addon.type]} ({_cell(addon.logical_id)})"
        for addon in application.addons
        if addon.owner == workload.name and addon.type in DATA
    )


def _cell(text: str) -> str:
    """Return a text that stands in a cell, or in a command, of Markdown."""
    return re.sub(r"[\s|`<>]+", " ", text).strip()
