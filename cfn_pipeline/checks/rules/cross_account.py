"""Actions in other accounts: the key of the artifacts, and the deployment role.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.evaluation.stores import stores

_PAGE = (
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html"
)


def _account(node: Node) -> str | None:
    """Return the account in an ARN; None if it is not known."""
    parts = (node.text or "").split(":")
    known = len(parts) > 5 and parts[0] == "arn" and parts[4].isdecimal() and is_known(parts[4])
    return parts[4] if known else None


def _abroad(pipeline: Pipeline) -> Action | None:
    """Return an action with artifacts that certainly works in another account."""
    home = _account(pipeline.node.at("RoleArn"))
    accounts: dict[str, Action] = {}
    for action in pipeline.actions:
        account = _account(action.node.at("RoleArn"))
        if account is not None and (action.inputs or action.outputs):
            accounts.setdefault(account, action)
    foreign = [action for account, action in accounts.items() if account != home]
    # Where the pipeline's account is not known, one of two accounts is another.
    return foreign[-1] if len(foreign) > (0 if home else 1) else None


def _keys(pipeline: Pipeline) -> Iterator[Problem]:
    action = _abroad(pipeline)
    if action is None:
        return
    for store in stores(pipeline):
        key = store.node.at("EncryptionKey")
        text = key.at("Id").text
        if not store.node.is_there or store.node.hides_keys or key.hides_keys:
            continue
        if not key.is_there:
            mistake = "artifacts are encrypted with AWS's key, which other accounts cannot use"
        elif text is not None and is_known(text) and text.startswith(("alias/", "arn:")):
            if "alias/" not in text:
                continue
            mistake = f"'{text}' is an alias, which is not found in the other account"
        else:
            continue
        yield problem(
            action,
            key.at("Id") if key.is_there else store.node,
            f"the action works in another account, but {mistake}; set EncryptionKey to the ARN of "
            "a key of your own",
        )


def _roles(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        acting, deploying = action.node.at("RoleArn"), action.setting("RoleArn")
        accounts = (_account(acting), _account(deploying))
        if action.is_cloudformation and None not in accounts and accounts[0] != accounts[1]:
            yield problem(
                action,
                deploying,
                f"the deployment role is in account {accounts[1]}, but the action's role in "
                f"{accounts[0]}; use a deployment role of account {accounts[0]}",
            )


RULES = (
    CheckRule(
        id="E9723",
        title="Artifacts for other accounts are encrypted with a key of one's own",
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
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-"
        "CloudFormation.html",
        certainty="documented",
        fix="Use a deployment role of the account in which the action works.",
        find_in_pipeline=_roles,
    ),
)
