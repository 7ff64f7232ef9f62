"""Roles of actions: they trust the pipeline, and may read and write their artifacts.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from collections.abc import Iterator, Mapping

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import arn_of
from cfn_pipeline.analysis.system import Resource
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.checks.statement import Statement, statement_for, written_in
from cfn_pipeline.evaluation.access import (
    asking,
    assume,
    bucket_policies,
    unmet_conditions,
    use_key,
    use_objects,
)
from cfn_pipeline.evaluation.acting import pipeline_role, role_of
from cfn_pipeline.evaluation.asking import Asking
from cfn_pipeline.evaluation.decisions import Decision
from cfn_pipeline.evaluation.grants import grants_of
from cfn_pipeline.evaluation.places import apart, home_of, is_elsewhere, place_of
from cfn_pipeline.evaluation.stores import Store, store_of
from cfn_pipeline.frozen import Frozen, frozen

_CROSS_ACCOUNT = f"{CODEPIPELINE}/pipelines-create-cross-account.html"


@frozen
class Wanted(Frozen):
    """What a role must be allowed.

    Args:
        where: the action, as messages show it.
        what: what the role does, such as ``read artifacts in bucket orders-artifacts``.
        arn: the resource.
        opens: what must let the role in, such as ``the policy of bucket ArtifactBucket``.
        policy: its place.
        owner: the resource whose policy it is.
        decisions: the decisions, by call.
        grantee: the ARN for which the resource's policy allows it; default: the role's.

    """

    where: str
    what: str
    arn: str
    opens: str
    policy: Node
    owner: Resource
    decisions: Mapping[str, Decision]
    grantee: str | None = None


def lacking(asker: Asking, role: Resource | None, wanted: Wanted) -> Iterator[Problem]:
    """Yield what keeps a role from what it must be allowed: on its side, and on the other."""
    denied = {call: d for call, d in wanted.decisions.items() if d.is_allowed is False}
    for call, decision in denied.items():
        statement = decision.denied_by
        if statement is not None and statement.node is not None:
            yield Problem(
                at=statement.node,
                message=f"{wanted.where}: {statement.name} denies {_shown(asker, role)} {call}, so "
                f"it may not {wanted.what}; leave the role out of the statement",
                resource=wanted.owner,
            )
    of_role = [c for c, d in denied.items() if {"identity", "boundary"} & {*d.lacking}]
    if of_role and role is not None:
        yield _of_role(role, wanted, of_role)
    # Within an account, one side is enough: the role's is the one to mend.
    of_resource = [c for c, d in denied.items() if "resource" in d.lacking and not d.is_either]
    if of_resource:
        yield _of_resource(asker, role, wanted, of_resource)


def _of_role(role: Resource, wanted: Wanted, calls: list[str]) -> Problem:
    system = wanted.policy.system
    properties = properties_of(role, system)
    within = any("identity" not in wanted.decisions[call].lacking for call in calls)
    key = "PermissionsBoundary" if within else "Policies"
    named = f"role {role.logical_id} ({role.template.file})"
    subject = f"the permissions boundary of {named} does not allow it" if within else named
    node = properties.at(key)
    arn = written_in(role.template, wanted.arn, system)
    return Problem(
        at=node if node.is_there else properties,
        message=f"{wanted.where}: {subject}{'' if within else ' is not allowed'} to {wanted.what}; "
        f"allow {', '.join(calls)} on {arn}",
        resource=role,
        statements=(statement_for(role, calls, wanted.arn, system),),
    )


def _of_resource(asker: Asking, role: Resource | None, wanted: Wanted, calls: list[str]) -> Problem:
    template, grantee = wanted.policy.template, wanted.grantee or asker.arn
    allows = ", ".join(calls)
    return Problem(
        at=wanted.policy,
        message=f"{wanted.where}: {wanted.opens} ({template.file}) does not let "
        f"{_shown(asker, role)} {wanted.what}; allow {allows} for {readable(grantee)}",
        resource=wanted.owner,
        statements=(
            Statement(
                tuple(calls),
                _resource(wanted),
                principal=written_in(template, grantee, wanted.policy.system),
            ),
        ),
    )


def _resource(wanted: Wanted) -> str | None:
    if wanted.owner.type in ("AWS::IAM::Role", "AWS::ECR::Repository"):
        return None  # what such a policy is about, it does not say
    if wanted.owner.type == "AWS::KMS::Key":
        return "*"
    return written_in(wanted.policy.template, wanted.arn, wanted.policy.system)


def _shown(asker: Asking, role: Resource | None) -> str:
    name = asker.arn.rsplit("/", 1)[-1]
    known = f"role {role.logical_id}" if role is not None else f"role {readable(name)}"
    account = asker.arn.split(":")[4]
    return f"{known} of account {account}" if account.isdecimal() else known


def asker_of(action: Action, pipeline: Pipeline) -> tuple[Asking, Resource | None] | None:
    """Return the role with which an action works, as one that asks; None: nothing is known."""
    role, others = role_of(action, pipeline), apart(pipeline)
    if role is not None:
        return asking(grants_of(role, pipeline.system), others), role
    place, text = place_of(action, pipeline), action.node.at("RoleArn").text
    if place is None or text is None:
        return None
    return Asking(arn=text, apart=others), None


def pipeline_asker(pipeline: Pipeline) -> tuple[Asking, Resource | None]:
    """Return the pipeline's role as one that asks."""
    role, others, system = pipeline_role(pipeline), apart(pipeline), pipeline.system
    if role is not None:
        return asking(grants_of(role, system), others), role
    text = pipeline.node.at("RoleArn").text or ""
    if text.count(":") < 5:
        partition = system.unknowns.open("AWS::Partition")
        text = f"arn:{partition}:iam::{home_of(pipeline).account}:role/{ANYTHING}"
    return Asking(arn=text, apart=others), None


def _trust(pipeline: Pipeline) -> Iterator[Problem]:
    asker, own = pipeline_asker(pipeline)
    seen: set[int] = set()
    for action in pipeline.actions:
        role = role_of(action, pipeline)
        if role is None or role is own or not action.node.at("RoleArn").is_there:
            continue
        if id(role) in seen:
            continue
        seen.add(id(role))
        document = properties_of(role, pipeline.system).at("AssumeRolePolicyDocument")
        decision = assume(asker, role, pipeline.system)
        if "resource" in decision.lacking:
            yield _untrusting(asker, action, role, document)
        elif decision.denied_by is not None and decision.denied_by.principals is not None:
            yield Problem(
                at=decision.denied_by.node or document,
                message=f"{action.where}: {decision.denied_by.name} in the trust of role "
                f"{role.logical_id} denies the pipeline's role; leave it out of the statement",
                resource=role,
            )


def _untrusting(asker: Asking, action: Action, role: Resource, document: Node) -> Problem:
    mistake, way = "does not trust", "add the statement to its AssumeRolePolicyDocument"
    at = document
    for statement, condition in unmet_conditions(asker, role, document.system):
        if statement.node is not None:
            at = statement.node.at("Condition").at(condition.operator).at(condition.key)
        mistake = f"has a condition on {condition.key} that is not met by"
        values = ", ".join(readable(value) for value in condition.values or ())
        way = (
            "CodePipeline sends none; remove the condition"
            if condition.key.lower() == "sts:externalid"
            else f"it is {values}; use {written_in(role.template, asker.arn, document.system)}"
        )
        break
    principal = written_in(role.template, asker.arn, document.system)
    return Problem(
        at=at,
        message=f"{action.where}: role {role.logical_id} ({role.template.file}) {mistake} the "
        f"pipeline's role {principal}; {way}",
        resource=role,
        statements=(Statement(("sts:AssumeRole",), None, principal=principal),),
    )


def _transferring(pipeline: Pipeline) -> Iterator[tuple[Action, Store, Asking, Resource | None]]:
    """Yield the actions in other accounts whose role reads or writes artifacts.

    A build reads and writes with the role of its project.
    """
    for action in pipeline.actions:
        store, asker = store_of(action, pipeline), None
        if is_elsewhere(action, pipeline) and not action.is_codebuild:
            asker = asker_of(action, pipeline)
        if store is not None and asker is not None and (action.inputs or action.outputs):
            yield action, store, *asker


def _calls(action: Action, reading: str, writing: str) -> Iterator[str]:
    if action.inputs:
        yield reading
    if action.outputs:
        yield writing


def _buckets(pipeline: Pipeline) -> Iterator[Problem]:
    for action, store, asker, role in _transferring(pipeline):
        bucket = store.bucket
        if bucket is None:
            continue
        system = pipeline.system
        policy = next((d for d in bucket_policies(bucket, system) if d is not None), None)
        calls = _calls(action, "s3:GetObject", "s3:PutObject")
        yield from lacking(
            asker,
            role,
            Wanted(
                where=action.where,
                what=f"{_verbs(action)} artifacts in bucket {bucket.logical_id}",
                arn=f"{arn_of(bucket, system)}/*",
                opens=f"the policy of bucket {bucket.logical_id}"
                if policy is not None
                else f"bucket {bucket.logical_id}, which has no policy,",
                policy=properties_of(bucket, system) if policy is None else policy,
                owner=bucket,
                decisions={call: use_objects(asker, bucket, call, system) for call in calls},
            ),
        )


def _keys(pipeline: Pipeline) -> Iterator[Problem]:
    for action, store, asker, role in _transferring(pipeline):
        key, system = store.key, pipeline.system
        if key is None:
            continue
        calls = _calls(action, "kms:Decrypt", "kms:GenerateDataKey")
        yield from lacking(
            asker,
            role,
            Wanted(
                where=action.where,
                what=f"{_verbs(action)} artifacts that key {key.logical_id} encrypts",
                arn=arn_of(key, system),
                opens=f"the policy of key {key.logical_id}",
                policy=properties_of(key, system).at("KeyPolicy"),
                owner=key,
                decisions={call: use_key(asker, key, call, system) for call in calls},
            ),
        )


def _verbs(action: Action) -> str:
    return " and ".join(
        verb for verb, names in (("read", action.inputs), ("write", action.outputs)) if names
    )


RULES = (
    CheckRule(
        id="E9728",
        title="Roles of actions trust the pipeline's role",
        impact="The action fails each time it runs.",
        aws_message="... is not authorized to perform: sts:AssumeRole on resource: ...",
        source=_CROSS_ACCOUNT,
        certainty="documented",
        fix="Let the account of the pipeline's role assume the role, on the condition that "
        "aws:PrincipalArn is the pipeline's role.",
        find_in_pipeline=_trust,
    ),
    CheckRule(
        id="E9730",
        title="Roles of actions in other accounts may read and write artifacts",
        impact="The action fails each time it runs.",
        aws_message="The service role or action role doesn't have the permissions required to "
        "access the Amazon S3 bucket",
        source=_CROSS_ACCOUNT,
        certainty="documented",
        fix="Allow s3:GetObject for inputs and s3:PutObject for outputs: in the policies of the "
        "role and, where the bucket is in another account, in the bucket's policy, too.",
        find_in_pipeline=_buckets,
    ),
    CheckRule(
        id="E9731",
        title="Roles of actions in other accounts may use the key of the artifacts",
        impact="The action fails each time it runs.",
        aws_message="... is not authorized to perform: kms:Decrypt on the resource associated with "
        "this ciphertext",
        source=_CROSS_ACCOUNT,
        certainty="documented",
        fix="Allow kms:Decrypt for inputs and kms:GenerateDataKey for outputs: in the policies of "
        "the role and, where the key is in another account, in the key's policy, too.",
        find_in_pipeline=_keys,
    ),
)
