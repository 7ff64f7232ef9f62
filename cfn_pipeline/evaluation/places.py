"""Accounts and regions: where an action works, and the role with which it works there.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import is_known, is_open
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import arn_of, resource_at, resource_behind
from cfn_pipeline.analysis.system import Place, Resource
from cfn_pipeline.evaluation.matching import Apart, Truth, same_account

_ROLE = "AWS::IAM::Role"


def account_in(arn: str | None) -> str | None:
    """Return the account in an ARN, which may have unknown parts; None if it is not known."""
    parts = (arn or "").split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or any(map(is_open, parts[:4])):
        return None
    return parts[4] or None


def home_of(pipeline: Pipeline) -> Place:
    """Return the account and region of a pipeline."""
    return pipeline.system.once(("home", pipeline), lambda: _home_of(pipeline))


def _home_of(pipeline: Pipeline) -> Place:
    if pipeline.resource.template.place is not None:
        return pipeline.resource.template.place
    unknowns = pipeline.system.unknowns
    account = account_in(pipeline.node.at("RoleArn").text)
    if account is None or not is_known(account):
        account = unknowns.open("AWS::AccountId")
    return Place(account, unknowns.open("AWS::Region"))


def region_of(action: Action, pipeline: Pipeline) -> str:
    """Return the region in which an action works."""
    return action.node.at("Region").text or home_of(pipeline).region


def place_of(action: Action, pipeline: Pipeline) -> Place | None:
    """Return the account and region in which an action works; None: not known."""
    home = home_of(pipeline)
    node = action.node.at("RoleArn")
    if not node.is_there and action.node.hides_keys:
        return None
    account: str | None = home.account
    if node.is_there:
        account = account_in(_arn(node, pipeline))
        if account == pipeline.system.unknowns.open("AWS::AccountId"):
            account = home.account
    return None if account is None else Place(account, region_of(action, pipeline))


def apart(pipeline: Pipeline) -> Apart:
    """Return accounts that are known to be others than the pipeline's.

    Where the pipeline's own account is not written down, a role with the number of an account may
    be in it. In what we render it is in another.
    """
    home = home_of(pipeline).account
    if not is_known(home) and not pipeline.system.is_rendered:
        return {}
    own = pipeline.system.unknowns.open("AWS::AccountId")
    return {own: accounts_of_actions(pipeline) - {home}}


def accounts_of_actions(pipeline: Pipeline) -> frozenset[str]:
    """Return the numbers of the accounts in which actions work, as far as they are known."""
    key = ("accounts of actions", pipeline)
    return pipeline.system.once(key, lambda: _accounts_of_actions(pipeline))


def _accounts_of_actions(pipeline: Pipeline) -> frozenset[str]:
    nodes = (key.at("RoleArn") for a in pipeline.actions for key in (a.node, a.configuration))
    accounts = (account_in(_arn(node, pipeline)) for node in nodes if node.is_there)
    return frozenset(a for a in accounts if a is not None and a.isdecimal())


def _arn(node: Node, pipeline: Pipeline) -> str | None:
    role = resource_behind(node.value, node.template, pipeline.system, _ROLE)
    return node.text if role is None else arn_of(role, pipeline.system)


def is_elsewhere(action: Action, pipeline: Pipeline) -> Truth:
    """Return whether an action works in another account than the pipeline's."""
    place = place_of(action, pipeline)
    if place is None:
        return None
    same = same_account(home_of(pipeline).account, place.account, apart(pipeline))
    return None if same is None else not same


def role_behind(node: Node, place: Place | None, pipeline: Pipeline) -> Resource | None:
    """Return the role to which a value refers, in the place of its account; None: not known.

    Args:
        node: a reference, an import or an ARN.
        place: where an action works; None: not known.
        pipeline: the action's pipeline.

    """
    if not node.is_there:
        return None
    system = pipeline.system
    role = resource_behind(node.value, node.template, system, _ROLE)
    if role is not None or place is None:
        return role
    account = account_in(node.text)
    if account is None:
        return None
    there = place if account == place.account else Place(account, place.region)
    return resource_at(node.text, system, there, _ROLE)
