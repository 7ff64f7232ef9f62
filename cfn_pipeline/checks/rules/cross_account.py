"""Actions in other accounts and regions: keys, roles and artifacts that get there.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

import re
from collections.abc import Iterator

from cfn_pipeline.analysis.deployments import deployments
from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import arn_of, resource_behind
from cfn_pipeline.analysis.system import Resource
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.evaluation.acting import deployment_role, role_of
from cfn_pipeline.evaluation.grants import trusts
from cfn_pipeline.evaluation.matching import equals, same_account
from cfn_pipeline.evaluation.places import account_in, apart, home_of, is_elsewhere, place_of
from cfn_pipeline.evaluation.policies import policy_of
from cfn_pipeline.evaluation.stores import store_of, stores

_PAGE = f"{CODEPIPELINE}/pipelines-create-cross-account.html"
_REGIONS = f"{CODEPIPELINE}/actions-create-cross-region.html"
_KEY_ID = re.compile(r"(mrk-)?[0-9a-f-]{32,36}")
_KEY, _ALIAS = "AWS::KMS::Key", "AWS::KMS::Alias"


def _keys(pipeline: Pipeline) -> Iterator[Problem]:
    seen: set[object] = set()
    for action in _abroad(pipeline):
        store = store_of(action, pipeline)
        if store is None or store.node.path in seen:
            continue
        seen.add(store.node.path)
        key = store.node.at("EncryptionKey")
        if not store.node.is_there or store.node.hides_keys or key.hides_keys:
            continue
        mistake = _mistake(key)
        if mistake:
            yield problem(
                action,
                key.at("Id") if key.is_there else store.node,
                f"the action works in another account, but {mistake}; set EncryptionKey to the ARN "
                "of a key of your own",
            )


def _abroad(pipeline: Pipeline) -> Iterator[Action]:
    """Yield the actions with artifacts that certainly work in another account."""
    accounts: set[str] = set()
    for action in pipeline.actions:
        place = place_of(action, pipeline)
        if place is None or not (action.inputs or action.outputs):
            continue
        if is_elsewhere(action, pipeline):
            yield action
        elif place.account.isdecimal() and place.account != home_of(pipeline).account:
            # Where the pipeline's account is not known, one of two accounts is another.
            accounts.add(place.account)
            if len(accounts) > 1:
                yield action


def _mistake(key: Node) -> str:
    """Return what is wrong with the key of an artifact store."""
    if not key.is_there:
        return "artifacts are encrypted with AWS's key, which other accounts cannot use"
    node = key.at("Id")
    text = node.text or ""
    behind = resource_behind(node.value, node.template, node.system, _KEY)
    if "alias/" in text or resource_behind(node.value, node.template, node.system, _ALIAS):
        return f"'{readable(text)}' is an alias, which is not found in the other account"
    is_reference = isinstance(node.value, dict) and "Ref" in node.value and behind is not None
    if is_reference or _KEY_ID.fullmatch(text):
        shown = f"Ref {behind.logical_id}" if behind is not None else f"'{text}'"
        return f"{shown} is the id of a key, which is looked up in the account of the action"
    return ""


def _regions(pipeline: Pipeline) -> Iterator[Problem]:
    """Find stores whose key is certainly in another region, or whose store is in none."""
    for store in stores(pipeline):
        node = store.node.at("EncryptionKey").at("Id")
        fields = (node.text or "").split(":", 5)
        region = fields[3] if len(fields) > 5 and fields[2] == "kms" else ""
        if region and store.region and is_known(region) and is_known(store.region):
            if region != store.region:
                yield problem(
                    pipeline,
                    node,
                    f"the key of the artifact store in {store.region} is in {region}; use a key in "
                    f"{store.region}",
                )
            continue
        key, bucket = store.key, store.bucket
        if store.region is None or not is_known(store.region) or bucket is None or key is None:
            continue
        home = pipeline.resource.template.place
        is_here = key.template.place == home and bucket.template.place != home
        if is_here and bucket.template.file != key.template.file:
            yield problem(
                pipeline,
                node,
                f"key {key.logical_id} ({key.template.file}) of the artifact store in "
                f"{store.region} is in the region of the pipeline; use a key in {store.region}",
            )


def _roles(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        node = action.setting("RoleArn")
        role, place = deployment_role(action, pipeline), place_of(action, pipeline)
        account = account_in(node.text if role is None else arn_of(role, pipeline.system))
        if not action.is_cloudformation or place is None or account is None:
            continue
        if same_account(account, place.account, apart(pipeline)) is False:
            yield problem(
                action,
                node,
                f"the deployment role is in account {readable(account)}, but the action's role in "
                f"{readable(place.account)}; use a deployment role of account "
                f"{readable(place.account)}, or set the action's RoleArn to a role of account "
                f"{readable(account)}",
            )


def _flow(pipeline: Pipeline) -> Iterator[Problem]:
    """Find artifacts that go from one account to another, neither of which is the pipeline's."""
    made = {artifact.name: action for action in pipeline.actions for artifact in action.outputs}
    others = apart(pipeline)
    for action in pipeline.actions:
        for artifact in action.inputs:
            maker = made.get(artifact.name)
            if maker is None or maker is action:
                continue
            places = place_of(maker, pipeline), place_of(action, pipeline)
            if not (is_elsewhere(maker, pipeline) and is_elsewhere(action, pipeline)):
                continue
            one, other = (place.account for place in places if place is not None)
            if same_account(one, other, others) is False:
                yield problem(
                    action,
                    artifact.node,
                    f"artifact {readable(artifact.name)} is made in account {readable(one)} "
                    f"({maker.where}), and the action works in {readable(other)}; an action reads "
                    "artifacts of its own account and the pipeline's: make the artifact in the "
                    "pipeline's account",
                )


def _missing(pipeline: Pipeline) -> Iterator[Problem]:
    """Find roles that do not exist beside those of the same action."""
    for action in pipeline.actions:
        pairs = (
            (action.node.at("RoleArn"), role_of(action, pipeline), deployment_role),
            (action.setting("RoleArn"), deployment_role(action, pipeline), role_of),
        )
        for node, role, other in pairs:
            if not node.is_there or place_of(action, pipeline) is None:
                continue
            if role is not None:
                text, arn = node.text or "", arn_of(role, pipeline.system)
                if account_in(text) is not None and equals(arn, text) is False:
                    yield _no_role(action, node, role.template.file, [role], pipeline)
                continue
            beside = other(action, pipeline)
            if beside is not None and action.node.at("RoleArn").is_there:
                named = _like(beside, deploys=other is role_of, pipeline=pipeline)
                if (
                    named
                    and _has_all(beside, pipeline)
                    and not _may_be_made(action, pipeline)
                    and is_known((node.text or "").rsplit("/", 1)[-1])
                ):
                    yield _no_role(action, node, beside.template.file, named, pipeline)


def _may_be_made(action: Action, pipeline: Pipeline) -> bool:
    """Whether a role may be in a template that is not known.

    An action before this one may deploy it, and what is deleted may be gone from the templates.
    """
    if action.mode == "DELETE_ONLY":
        return True
    known = {d.action for d in deployments(pipeline) if d.template is not None}
    stack, place = action.setting("StackName").text, place_of(action, pipeline)
    return any(
        other not in known
        and other.setting("TemplatePath").is_there
        and other.setting("StackName").text != stack
        and other.runs_before(action) is not False
        and place_of(other, pipeline) == place
        for other in pipeline.actions
    )


def _has_all(beside: Resource, pipeline: Pipeline) -> bool:
    """Whether a role that is not in a template of its account does not exist."""
    return pipeline.system.is_rendered or beside.template.account is not None


def _like(beside: Resource, *, deploys: bool, pipeline: Pipeline) -> list[Resource]:
    """Return the roles in a template that CloudFormation assumes, or that another role assumes."""
    system = pipeline.system
    found = []
    for role in beside.template.resources.values():
        if role.type != "AWS::IAM::Role" or role is beside:
            continue
        trust = policy_of(properties_of(role, system).at("AssumeRolePolicyDocument"))
        by_roles = any(
            "AWS" in (statement.principals.of_type or {})
            for statement in trust.statements
            if statement.principals is not None
        )
        if trusts(role, "cloudformation.amazonaws.com", system) if deploys else by_roles:
            found.append(role)
    return found


def _no_role(
    action: Action, node: Node, file: str, named: list[Resource], pipeline: Pipeline
) -> Problem:
    arns = ", ".join(readable(arn_of(role, pipeline.system)) for role in named)
    return problem(
        action,
        node,
        f"role {readable(node.text or '')} does not exist; {file} has {arns}: use the same name "
        "and path",
    )


RULES = (
    CheckRule(
        id="E9723",
        title="Artifacts for other accounts are encrypted with a key of one's own, given by its "
        "ARN",
        impact="The action in the other account cannot read its artifacts.",
        source=_PAGE,
        certainty="documented",
        fix="Set the ArtifactStore's EncryptionKey to the ARN of a customer managed key.",
        find_in_pipeline=_keys,
    ),
    CheckRule(
        id="E9724",
        title="Deployment roles are in the account of the action's role",
        impact="The action fails each time it runs.",
        aws_message="Cross-account pass role is not allowed.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        fix="Use a deployment role of the account in which the action works.",
        find_in_pipeline=_roles,
    ),
    CheckRule(
        id="E9732",
        title="Artifacts do not go from one other account to another",
        impact="The action fails each time it runs.",
        source=_PAGE,
        certainty="documented",
        fix="Make the artifact in the account of the pipeline, or in that of the action that "
        "reads it.",
        find_in_pipeline=_flow,
    ),
    CheckRule(
        id="E9734",
        title="Keys of artifact stores are in the region of the store",
        impact="The action in that region fails each time it runs.",
        source=_REGIONS,
        certainty="documented",
        fix="Use a key that is in the region of the bucket and of the action.",
        find_in_pipeline=_regions,
    ),
    CheckRule(
        id="E9735",
        title="Roles of actions in other accounts have the names that the pipeline gives",
        impact="The action fails each time it runs.",
        aws_message="... is not authorized to perform: sts:AssumeRole on resource: ...",
        source=_PAGE,
        certainty="inferred",
        fix="Use the same name and path in the pipeline and in the template of the account.",
        find_in_pipeline=_missing,
    ),
)
