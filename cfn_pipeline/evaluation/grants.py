"""What the policies of a role allow, and who may use a resource by its own policy."""

from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING, is_open, may_be
from cfn_pipeline.analysis.resolving import arn_of, name_of, resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.iam import POLICY_TYPES
from cfn_pipeline.aws.managed_policies import managed_policy
from cfn_pipeline.evaluation.conditions import Context
from cfn_pipeline.evaluation.decisions import Request, allows, denying, opened
from cfn_pipeline.evaluation.policies import UNKNOWN, Policy, Statement, allowing, policy_of
from cfn_pipeline.frozen import Frozen, frozen


@frozen
class Grants(Frozen):
    """The permissions of a role.

    Args:
        role: the role.
        arn: its ARN, which may have unknown parts.
        identity: its policies.
        boundary: its permissions boundary; None: it has none.

    """

    role: Resource
    arn: str
    identity: Policy
    boundary: Policy | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all policies of the role are known."""
        return self.identity.is_whole

    def may(self, action: str, resource: str, *, service: str | None = None) -> bool:
        """Whether the role is allowed an action by its own policies; True if that is not known.

        Args:
            action: such as ``s3:GetObject``.
            resource: an ARN, which may have unknown parts.
            service: the service to which a role is passed, or which uses a key for the role;
                default: any.

        """
        request = self._request(action, resource, service)
        policies = (self.identity, self.boundary)
        return self.denied_by(action, resource, service=service) is None and all(
            allows(policy, request) is not False for policy in policies
        )

    def denied_by(
        self, action: str, resource: str, *, service: str | None = None
    ) -> Statement | None:
        """Return the statement of its policies that certainly denies an action; None: none does."""
        request = self._request(action, resource, service)
        return denying(self.identity, request) or denying(self.boundary, request)

    def _request(self, action: str, resource: str, service: str | None) -> Request:
        known = ("iam:PassedToService", "kms:ViaService") if service is not None else ()
        return Request(
            principal=self.arn,
            action=action,
            resource=resource,
            account="",
            context=Context(keys={key: (str(service),) for key in known}),
        )


def grants_of(role: Resource, system: System) -> Grants:
    """Collect the permissions of a role from all policies in the templates."""
    return system.once(("grants", role), lambda: _collected(role, system))


def _collected(role: Resource, system: System) -> Grants:
    identity = Policy(is_whole=not any(t.rewritten or t.hides_resources for t in system.templates))
    for policy in _policies(role, system):
        identity += policy
    node = properties_of(role, system).at("PermissionsBoundary")
    return Grants(
        role=role,
        arn=arn_of(role, system),
        identity=identity,
        boundary=_managed(node, system) if node.is_there else None,
    )


def _policies(role: Resource, system: System) -> Iterator[Policy]:
    """Yield the policies of a role."""
    if _is_exported(role):
        yield UNKNOWN
    properties = properties_of(role, system)
    inline, managed = properties.at("Policies"), properties.at("ManagedPolicyArns")
    if (inline.is_there and not inline.is_whole) or managed.is_function:
        yield UNKNOWN
    for policy in inline.items():
        yield policy_of(policy.at("PolicyDocument"))
    for arn in managed.items():
        yield _managed(arn, system)
    for resource in system.resources(*POLICY_TYPES, place=role.template.place):
        policy = properties_of(resource, system)
        holders = [*policy.at("Roles").items(), policy.at("RoleName")]
        if policy.at("Roles").is_function or any(_is_role(h, role, system) for h in holders):
            yield policy_of(policy.at("PolicyDocument"))
        elif any(_may_be_role(h, role, system) for h in holders):
            yield UNKNOWN


def _is_exported(role: Resource) -> bool:
    """Whether other stacks may attach policies to the role, because its name is exported."""
    return any(
        isinstance(body, dict)
        and "Export" in body
        and body.get("Value") == {"Ref": role.logical_id}
        for body in role.template.section("Outputs").values()
    )


def _is_role(holder: Node, role: Resource, system: System) -> bool:
    if not holder.is_there:
        return False
    if resource_behind(holder.value, holder.template, system, "AWS::IAM::Role") is role:
        return True
    return holder.text == name_of(role, system)


def _may_be_role(holder: Node, role: Resource, system: System) -> bool:
    """Whether a holder that is not known, such as a parameter, may be the role."""
    if holder.text is None or not is_open(holder.text):
        return holder.is_there and holder.is_function and holder.text is None
    other = resource_behind(holder.value, holder.template, system, "AWS::IAM::Role")
    return other is None and may_be(holder.text, name_of(role, system))


def _managed(arn: Node, system: System) -> Policy:
    policy = resource_behind(arn.value, arn.template, system, "AWS::IAM::ManagedPolicy")
    if policy is not None:
        return policy_of(properties_of(policy, system).at("PolicyDocument"))
    actions = managed_policy(arn.text or "")
    return UNKNOWN if actions is None else allowing(*actions)


def trusts(role: Resource, service: str, system: System) -> bool:
    """Whether a service (``codebuild.amazonaws.com``) may assume the role; True if not known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    document = properties_of(role, system).at("AssumeRolePolicyDocument")
    return lets_in(document, "sts:AssumeRole", service=service)


def lets_in(
    document: Node, action: str, *, service: str | None = None, role: Resource | None = None
) -> bool:
    """Whether a resource's own policy allows a service or a role; True if not known."""
    principals = [] if service is None else [service]
    if role is not None:
        principals.append(arn_of(role, document.system))
    if not document.is_there:
        return False
    policy = policy_of(document)
    for principal in principals:
        request = Request(principal=principal, action=action, resource=ANYTHING, account="")
        by_name, _ = opened(policy, request)
        if by_name is not False:
            return True
    return False
