"""Who is allowed something: roles by their policies, and resources that let others in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from cfn_pipeline.aws.iam import POLICY_TYPES
from cfn_pipeline.aws.managed_policies import managed_policy
from cfn_pipeline.diff.matching import Side
from cfn_pipeline.diff.texts import NO_VALUE, Form, replaced, text
from cfn_pipeline.frozen import Frozen, frozen

#: identity: what a role may do; policy: what a policy allows that the template attaches to nothing;
#: trust: who may assume a role; resource: whom a resource lets in.
Kind = Literal["identity", "policy", "trust", "resource"]

_PRINCIPALS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
_HOLDER_KEYS = ("Roles", "RoleName", "Users", "Groups")

#: The property with a resource's own policy, and the one that names the resource; None: itself.
_OWN_POLICIES: Mapping[str, tuple[str, str | None]] = {
    "AWS::ApiGateway::RestApi": ("Policy", None),
    "AWS::Backup::BackupVault": ("AccessPolicy", None),
    "AWS::EC2::VPCEndpoint": ("PolicyDocument", None),
    "AWS::ECR::RegistryPolicy": ("PolicyText", None),
    "AWS::ECR::Repository": ("RepositoryPolicyText", None),
    "AWS::EFS::FileSystem": ("FileSystemPolicy", None),
    "AWS::KMS::Key": ("KeyPolicy", None),
    "AWS::OpenSearchService::Domain": ("AccessPolicies", None),
    "AWS::S3::AccessPoint": ("Policy", None),
    "AWS::S3::BucketPolicy": ("PolicyDocument", "Bucket"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics"),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues"),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", "SecretId"),
}


@frozen
class Holder(Frozen):
    """What a role or resource is allowed, or allows.

    Args:
        name: the logical id of the role, or the resource.
        kind: of what its policies say.
        documents: policy documents in the one form, each with the condition of the resource in
            which it stands.
        policies: ARNs of policies that are not in the template, as text.
        boundary: the document of its permissions boundary, or its ARN as text; None: it has none.

    """

    name: str
    kind: Kind
    documents: list[tuple[Form, str]] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    boundary: Form | None = None


def holders(sides: Sequence[Side], names: Mapping[str, str]) -> dict[tuple[Kind, str], Holder]:
    """Return who is allowed something by the resources of a template.

    Args:
        sides: the resources.
        names: the logical ids under which resources are compared, by their own.

    """
    properties = {
        names.get(side.name, side.name): (
            side,
            replaced(side.properties, lambda name: names.get(name, name)),
        )
        for side in sides
    }
    return _Collection(properties).collected()


class _Collection:
    def __init__(self, properties: Mapping[str, tuple[Side, Form]]) -> None:
        self._properties = properties
        self._found: dict[tuple[Kind, str], Holder] = {}

    def collected(self) -> dict[tuple[Kind, str], Holder]:
        attached: set[str] = set()
        for name, (side, properties) in self._properties.items():
            if side.type in _PRINCIPALS:
                attached |= self._principal(name, side, properties)
        for name, (side, properties) in self._properties.items():
            guard = _guard(side)
            if side.type in POLICY_TYPES:
                self._policy(name, properties, guard, is_attached=name in attached)
            elif side.type in _OWN_POLICIES:
                key, target = _OWN_POLICIES[side.type]
                for thing in [name] if target is None else _named(properties.get(target), name):
                    self._add("resource", thing, properties.get(key), guard)
            elif side.type == "AWS::Lambda::Permission":
                for thing in _named(properties.get("FunctionName"), name):
                    self._add("resource", thing, _of_permission(properties), guard)
        return self._found

    def _principal(self, name: str, side: Side, properties: Form) -> set[str]:
        """Collect the policies of a role, user or group; return those of the template by name."""
        guard, attached = _guard(side), set()
        holder = self._holder("identity", name)
        for policy in _items(properties.get("Policies")):
            for document in _cases(policy, "PolicyDocument"):
                holder.documents.append((document, guard))
        for arn in _items(properties.get("ManagedPolicyArns")):
            for case in _branches(arn):
                other = self._policy_behind(case)
                if other is None:
                    self._outside(holder, case, guard)
                else:
                    attached.add(other)
                    document = self._properties[other][1].get("PolicyDocument")
                    holder.documents.append((_within(arn, case, document), guard))
        boundary = properties.get("PermissionsBoundary")
        if boundary is not None:
            other = self._policy_behind(text(boundary))
            document = None
            if other is not None:
                attached.add(other)
                document = self._properties[other][1].get("PolicyDocument")
            self._found["identity", name] = Holder(
                name=name,
                kind="identity",
                documents=holder.documents,
                policies=holder.policies,
                boundary=document or text(boundary),
            )
        trust = properties.get("AssumeRolePolicyDocument")
        if trust is not None:
            self._add("trust", name, trust, guard)
        return attached

    def _outside(self, holder: Holder, arn: Form, guard: str) -> None:
        """Add a policy that is not in the template."""
        name = text(arn)
        actions = managed_policy(name.replace("${AWS::Partition}", "aws"))
        if actions is None:
            holder.policies.append(name)
        else:
            statement = {"Effect": "Allow", "Action": [*actions], "Resource": "*"}
            holder.documents.append(({"Statement": [statement]}, guard))

    def _policy_behind(self, arn: Form) -> str | None:
        name = text(arn).removeprefix("${").removesuffix("}").removesuffix(".PolicyArn")
        is_one = name in self._properties and self._properties[name][0].type in POLICY_TYPES
        return name if is_one else None

    def _policy(self, name: str, properties: Form, guard: str, *, is_attached: bool) -> None:
        document = properties.get("PolicyDocument")
        to = [
            thing
            for key in _HOLDER_KEYS
            if key in properties
            for thing in _named(properties[key], name)
        ]
        if not to and not is_attached:
            self._add("policy", name, document, guard)
        for thing in to:
            self._add("identity", thing, document, guard)

    def _add(self, kind: Kind, name: str, document: Form | None, guard: str) -> None:
        if document is not None:
            self._holder(kind, name).documents.append((document, guard))

    def _holder(self, kind: Kind, name: str) -> Holder:
        return self._found.setdefault((kind, name), Holder(name=name, kind=kind))


def _guard(side: Side) -> str:
    condition = side.attributes.get("Condition", "")
    return condition if isinstance(condition, str) else ""


def _named(value: Form | None, default: str) -> Iterator[str]:
    """Yield the resources that a value refers to: logical ids, or texts."""
    values = value if isinstance(value, list) else [value]
    for item in values:
        for case in _branches(item):
            name = text(case) if case not in (None, "") else default
            if name.startswith("${") and name.endswith("}") and name.count("${") == 1:
                name = name[2:-1].removesuffix(".Arn")
            yield name


def _items(value: Form | None) -> list[Form]:
    """Return the items of a list, of both branches of Fn::If."""
    if value is None:
        return []
    found = []
    for case in _branches(value):
        found += case if isinstance(case, list) else [case]
    return found


def _branches(value: Form) -> Iterator[Form]:
    match value:
        case {"Fn::If": [_, yes, no]} if len(value) == 1:
            yield from _branches(yes)
            yield from _branches(no)
        case _ if value != NO_VALUE:
            yield value


def _cases(value: Form, key: str) -> Iterator[Form]:
    """Yield what a key has, within the conditions around it."""
    match value:
        case {"Fn::If": [condition, yes, no]} if len(value) == 1:
            for number, branch in enumerate((yes, no)):
                for inside in _cases(branch, key):
                    other: dict[str, Any] = {"Statement": []}
                    pair = [inside, other] if number == 0 else [other, inside]
                    yield {"Fn::If": [condition, *pair]}
        case dict() if key in value:
            yield value[key]


def _within(value: Form, case: Form, document: Form) -> Form:
    """Return a document within the conditions under which its ARN stands in a value."""
    match value:
        case {"Fn::If": [condition, yes, no]} if len(value) == 1:
            nothing: dict[str, Any] = {"Statement": []}
            return {
                "Fn::If": [
                    condition,
                    *(
                        _within(b, case, document) if case in list(_branches(b)) else nothing
                        for b in (yes, no)
                    ),
                ]
            }
        case _:
            return document


def _of_permission(properties: Form) -> Form:
    """Return a permission of Lambda as a policy document."""
    principal = properties.get("Principal", "*")
    is_service = isinstance(principal, str) and ".amazon" in principal
    limits = {
        key: properties[name]
        for name, key in (
            ("SourceArn", "AWS:SourceArn"),
            ("SourceAccount", "AWS:SourceAccount"),
            ("PrincipalOrgID", "aws:PrincipalOrgID"),
        )
        if name in properties
    }
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": properties.get("Action", "lambda:InvokeFunction"),
                "Principal": {"Service" if is_service else "AWS": principal},
                **({"Condition": {"ArnLike": limits}} if limits else {}),
            }
        ]
    }
