"""Roles of builds: artifacts, their key, logs, networks, and values from other services.

https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
"""

import re
from collections.abc import Iterator

from cfn_pipeline.analysis.builds import Build, builds
from cfn_pipeline.analysis.nodes import properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING, is_known, readable
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.resolving import arn_of, name_of
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.codebuild import LOG_CALLS, NETWORK_CALLS, VARIABLE_CALLS
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.checks.statement import statement_for
from cfn_pipeline.evaluation.acting import build_grants, local_arn
from cfn_pipeline.evaluation.grants import Grants
from cfn_pipeline.evaluation.stores import Store, may_use_bucket, may_use_key, store_of

_SETTING_UP = "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html"


def _roles(pipeline: Pipeline) -> Iterator[tuple[Build, Resource, Grants]]:
    """Yield the builds whose project and role are in the templates."""
    for build in builds(pipeline):
        if build.project is not None:
            grants = build_grants(build.action, build.project, pipeline.system)
            if grants is not None:
                yield build, build.project, grants


def _missing(
    build: Build, project: Resource, grants: Grants, calls: list[str], arn: str, what: str
) -> Problem:
    node = properties_of(project, build.action.node.system).at("ServiceRole")
    return problem(
        build.action,
        node,
        f"role {grants.role.logical_id} ({grants.role.template.file}) of project "
        f"{project.logical_id} is not allowed to {what}; allow {', '.join(calls)} on "
        f"{readable(arn)}",
        resource=project,
        statements=(statement_for(grants.role, calls, arn, node.system),),
    )


def _transfers(build: Build, pipeline: Pipeline) -> dict[str, tuple[str, str]]:
    """Return what a build does with artifacts: the calls of S3 and of KMS, by what they do."""
    transfers = {}
    cloned = {
        out.name
        for action in pipeline.actions
        if action.category == "Source" and action.setting("OutputArtifactFormat").is_there
        for out in action.outputs
    }
    if any(artifact.name not in cloned for artifact in build.action.inputs):
        transfers["read"] = ("s3:GetObject", "kms:Decrypt")
    if build.action.outputs and _uploads(build):
        transfers["write"] = ("s3:PutObject", "kms:GenerateDataKey")
    return transfers


def _uploads(build: Build) -> bool:
    """Whether the build may upload artifacts: its buildspec has some, or is not known."""
    content = build.buildspec.content if build.buildspec else None
    return content is None or content.artifact is not None or bool(content.secondary)


def _stored(pipeline: Pipeline) -> Iterator[tuple[Build, Resource, Grants, Store]]:
    for build, project, grants in _roles(pipeline):
        store = store_of(build.action, pipeline)
        if store is not None:
            yield build, project, grants, store


def _artifacts(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    for build, project, grants, store in _stored(pipeline):
        bucket = store.bucket
        if bucket is None:
            continue
        transfers = _transfers(build, pipeline)
        missing = {
            verb: call
            for verb, (call, _) in transfers.items()
            if not may_use_bucket(grants, bucket, call, system)
        }
        if missing:
            what = f"{' and '.join(missing)} artifacts in the bucket {bucket.logical_id}"
            arn = f"{arn_of(bucket, system)}/*"
            yield _missing(build, project, grants, list(missing.values()), arn, what)


def _key(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    for build, project, grants, store in _stored(pipeline):
        key = store.key
        if key is None:
            continue
        missing = [
            call
            for _, call in _transfers(build, pipeline).values()
            if not may_use_key(grants, key, call, system)
        ]
        if missing:
            what = f"use the key {key.logical_id}, which encrypts the artifacts"
            yield _missing(build, project, grants, missing, arn_of(key, system), what)


def _logs(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    for build, project, grants in _roles(pipeline):
        group = _log_group(project, system)
        if group is None:
            continue
        arn = local_arn(system, "logs", f"log-group:{group}")
        # Policies name the group with and without what stands behind its name.
        forms = (arn, f"{arn}:{ANYTHING}")
        missing = [c for c in LOG_CALLS if not any(grants.may(c, form) for form in forms)]
        if missing:
            # The group of a new project does not exist yet.
            if not any(grants.may("logs:CreateLogGroup", form) for form in forms):
                missing.insert(0, "logs:CreateLogGroup")
            what = "write the build's logs"
            yield _missing(build, project, grants, missing, f"{arn}:*", what)


def _log_group(project: Resource, system: System) -> str | None:
    """Return the name of the log group of a project; None if it is not known, or has none."""
    properties = properties_of(project, system)
    logs = properties.at("LogsConfig").at("CloudWatchLogs")
    if properties.at("LogsConfig").is_function or logs.is_function:
        return None
    status = logs.at("Status")
    if status.is_there and status.text != "ENABLED":
        return None
    group = logs.at("GroupName")
    return group.text if group.is_there else f"/aws/codebuild/{name_of(project, system)}"


def _network(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    for build, project, grants in _roles(pipeline):
        network = properties_of(project, system).at("VpcConfig")
        if not network.at("VpcId").is_there:
            continue
        missing = [call for call in NETWORK_CALLS if not grants.may(call, ANYTHING)]
        if missing:
            yield _missing(build, project, grants, missing, "*", "run builds in the VPC")


def _values(pipeline: Pipeline) -> Iterator[Problem]:
    """Find parameters and secrets that a build reads, but that its role may not."""
    system = pipeline.system
    for build, project, grants in _roles(pipeline):
        needed: dict[str, list[str]] = {}
        for kind, name in _references(build, project, system):
            call = VARIABLE_CALLS[kind]
            if not grants.may(call, _value_arn(kind, name, system)):
                needed.setdefault(call, []).append(readable(name))
        for call, names in needed.items():
            what = f"read {', '.join(dict.fromkeys(names))} for its environment variables"
            yield _missing(build, project, grants, [call], "it", what)


def _references(build: Build, project: Resource, system: System) -> Iterator[tuple[str, str]]:
    """Yield the kind and name of each parameter and secret of the environment."""
    variables = properties_of(project, system).at("Environment").at("EnvironmentVariables")
    for variable in variables.items():
        kind, name = variable.at("Type").text, variable.at("Value").text
        if kind in VARIABLE_CALLS and name is not None:
            yield str(kind), name
    content = build.buildspec.content if build.buildspec else None
    if content is not None:
        for name in content.parameter_store.values():
            yield "PARAMETER_STORE", name
        for name in content.secrets_manager.values():
            yield "SECRETS_MANAGER", name


def _value_arn(kind: str, name: str, system: System) -> str:
    if not is_known(name) or "$" in name or name.startswith("arn:"):
        # What stands in a variable or behind a colon, such as a secret's key, is not known.
        return name if re.fullmatch(r"arn:[^$]*", name) and is_known(name) else ANYTHING
    if kind == "PARAMETER_STORE":
        return local_arn(system, "ssm", f"parameter/{name.lstrip('/')}")
    return local_arn(system, "secretsmanager", f"secret:{name.split(':')[0]}{ANYTHING}")


RULES = (
    CheckRule(
        id="E9717",
        title="Roles of builds may read and write artifacts",
        impact="The build fails in DOWNLOAD_SOURCE or in UPLOAD_ARTIFACTS.",
        aws_message="CLIENT_ERROR: AccessDenied: Access Denied status code: 403",
        source=_SETTING_UP,
        certainty="documented",
        fix="Allow s3:GetObject and s3:PutObject on the objects of the artifact bucket.",
        find_in_pipeline=_artifacts,
    ),
    CheckRule(
        id="E9718",
        title="Roles of builds may use the key that encrypts the artifacts",
        impact="The build fails in DOWNLOAD_SOURCE or in UPLOAD_ARTIFACTS.",
        aws_message="CLIENT_ERROR: AccessDenied: ... is not authorized to perform: kms:Decrypt",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption"
        ".html",
        certainty="documented",
        fix="Allow kms:Decrypt and kms:GenerateDataKey on the key.",
        find_in_pipeline=_key,
    ),
    CheckRule(
        id="E9719",
        title="Roles of builds may write logs",
        impact="The build fails before its first phase, or its log is empty.",
        aws_message="ACCESS_DENIED: Service role ... does not allow AWS CodeBuild to create Amazon "
        "CloudWatch Logs log streams for build ...",
        source="aws/aws-cdk#12179",
        certainty="observed",
        fix="Allow logs:CreateLogGroup, logs:CreateLogStream and logs:PutLogEvents on the log "
        "group /aws/codebuild/PROJECT.",
        find_in_pipeline=_logs,
    ),
    CheckRule(
        id="E9720",
        title="Roles of builds in a VPC may make network interfaces",
        impact="The build fails in PROVISIONING.",
        aws_message="VPC_CLIENT_ERROR: Unexpected EC2 error: UnauthorizedOperation",
        source="https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-"
        "identity-based-access-control.html",
        certainty="documented",
        fix="Allow the calls of EC2 that the page lists for builds in a VPC.",
        find_in_pipeline=_network,
    ),
    CheckRule(
        id="E9721",
        title="Roles of builds may read the parameters and secrets of their environment",
        impact="The build fails in DOWNLOAD_SOURCE.",
        aws_message="Parameter Store request error: AccessDeniedException",
        source=_SETTING_UP,
        certainty="documented",
        fix="Allow ssm:GetParameters on the parameters, and secretsmanager:GetSecretValue on the "
        "secrets.",
        find_in_pipeline=_values,
    ),
)
