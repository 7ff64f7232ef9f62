"""No template gives a role more than the template names, or the stack's own names, unless told."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cloudsplaining.scan.policy_document import PolicyDocument
from hypothesis import given, settings
from hypothesis import strategies as st

from cfn_pipeline import TemplateError
from cfn_pipeline.permissions import Permissions, catalogue, derive

BOUNDARY = "arn:aws:iam::111122223333:policy/limit"
VALUES = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "111122223333",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "orders-iam",
}
HERE = "arn:aws:iam::111122223333"


def _derived(resources: Any, declared: Any = None, **options: Any) -> Permissions:
    template = {"Resources": resources, "Parameters": declared or {}}
    return derive([template], stacks=["orders-*"], **{"boundary": BOUNDARY, **options})


# An evaluator of its own: what IAM does with a request, and nothing of how policies are derived.


def _text(value: Any) -> str:
    if isinstance(value, dict) and "Fn::Sub" in value:
        text = re.sub(r"\$\{([^!}]+)\}", lambda m: VALUES[m[1]], value["Fn::Sub"])
        return text.replace("${!", "${")
    return value if isinstance(value, str) else "an import"


def _matches(pattern: str, text: str) -> bool:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _holds(condition: Any, context: dict[str, str]) -> bool:
    for operator, keys in (condition or {}).items():
        for key, values in keys.items():
            wanted = [_text(v) for v in (values if isinstance(values, list) else [values])]
            if key not in context:
                if not operator.endswith("IfExists"):
                    return False
            elif context[key] not in wanted:
                return False
    return True


def allows(found: Permissions, action: str, arn: str, **context: str) -> bool:
    """Tell whether IAM allows a request; ``iam_PermissionsBoundary`` stands for that key."""
    keys = {key.replace("_", ":"): value for key, value in context.items()}
    effects = {
        statement["Effect"]
        for statement in found.statements
        if any(_matches(pattern.lower(), action.lower()) for pattern in statement["Action"])
        and any(_matches(_text(pattern), arn) for pattern in statement["Resource"])
        and _holds(statement.get("Condition"), keys)
    }
    return effects == {"Allow"}


def test_the_evaluator_allows_and_denies() -> None:
    found = _derived({"It": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "orders-x"}}})
    bounded = {"iam_PermissionsBoundary": BOUNDARY}
    assert allows(found, "iam:CreateRole", f"{HERE}:role/orders-x", **bounded)
    assert not allows(found, "iam:CreateRole", f"{HERE}:role/orders-x")
    assert not allows(found, "iam:CreateRole", f"{HERE}:role/admin", **bounded)
    assert allows(found, "iam:DeleteRole", f"{HERE}:role/orders-x")
    assert not allows(found, "iam:DeleteRole", f"{HERE}:role/orders-iam-CloudFormationRole-1A")


IAM_TYPES = sorted(
    {type_ for type_ in catalogue.types() if type_.startswith("AWS::IAM::")}
    | {"AWS::IAM::AccessKey", "AWS::IAM::UserToGroupAddition"}
)
#: What a hostile template says for a name: literal ones, patterns, unknown ones, and its own.
NAMES = [
    *("victim", "*", "?*", "v*", "{x}", "${aws:username}", "\ue000", "\ue004", "/", "..", ""),
    *(
        {"Ref": "Open"},
        {"Ref": "Given"},
        {"Ref": "Own"},
        {"Ref": "AWS::StackName"},
        {"Ref": "AWS::NoValue"},
    ),
    *({"Fn::Sub": text} for text in ("${Open}", "x${Open}", "${AWS::StackName}-${Open}", "*")),
    *({"Fn::Sub": text} for text in ("${!aws:username}", "${Own}", "${Own.Arn}", "victim")),
    {"Fn::Join": ["", ["$", "{aws:username}"]]},
    {"Fn::Join": ["*", ["", ""]]},
    {"Fn::If": ["C", "victim", {"Ref": "Open"}]},
    {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, {"Ref": "Open"}]},
    {"Fn::ImportValue": {"Fn::Sub": "${Open}"}},
    {"Fn::GetAtt": ["Own", "Arn"]},
    {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Open"}]}]},
    "arn:aws:iam::111122223333:role/victim",
    "arn:aws:iam::111122223333:role/*",
]
#: Where an IAM type, or another, names something.
PROPERTIES = [
    *("RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName", "Path"),
    *("PolicyName", "AWSServiceName", "VirtualMfaDeviceName", "ServerCertificateName", "Name"),
    *("Role", "RoleArn", "PermissionsBoundary"),
]
LISTS = ["Roles", "Users", "Groups", "ManagedPolicyArns"]
PARAMETERS = {"Open": {"Type": "String"}, "Given": {"Type": "String", "Default": "victim"}}
OWN = {"Type": "AWS::IAM::Role", "Properties": {"PermissionsBoundary": BOUNDARY}}

values = st.sampled_from(NAMES)
bodies = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(PROPERTIES, values)
    | {name: values | st.lists(values, max_size=3) for name in LISTS}
    | {"LoginProfile": st.just({"Password": "x"}), "PolicyDocument": st.just({"Statement": []})},
)
#: What neither the templates name nor the stack: nobody may be allowed anything on it.
STRANGERS = [
    *(f"{HERE}:{kind}/stranger" for kind in ("role", "user", "group", "policy")),
    *(f"{HERE}:{kind}/x-stranger" for kind in ("role", "user", "group", "policy")),
    *(f"{HERE}:{kind}/path/stranger" for kind in ("role", "user", "group", "policy")),
    f"{HERE}:instance-profile/stranger",
    f"{HERE}:mfa/stranger",
    f"{HERE}:saml-provider/stranger",
    f"{HERE}:server-certificate/stranger",
]
DELIVERY = f"{HERE}:role/orders-iam-CloudFormationRole-1A"
DELIVERING = [
    *("iam:AttachRolePolicy", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"),
    *("iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"),
]


def _changing() -> Iterator[str]:
    for type_ in IAM_TYPES:
        for actions in (catalogue.handlers(type_) or {}).values():
            yield from (a for a in actions if catalogue.access(a) not in (*catalogue.READING, None))
    yield from ("iam:PassRole", "iam:CreateAccessKey", "iam:SetDefaultPolicyVersion")


CHANGING = frozenset(_changing())


@pytest.mark.parametrize("type_", [*IAM_TYPES, "AWS::Lambda::Function", "AWS::CodeBuild::Project"])
@settings(max_examples=settings().max_examples // 5)
@given(body=bodies, boundary=st.sampled_from([BOUNDARY, None]))
def test_no_stranger_is_reached(type_: str, body: dict[str, Any], boundary: str | None) -> None:
    resources = {"It": {"Type": type_, "Properties": body}, "Own": OWN}
    try:
        found = _derived(resources, PARAMETERS, boundary=boundary)
    except TemplateError:
        return  # told, and nothing is derived
    for action, arn in _reached(found, STRANGERS):
        assert not allows(found, action, arn, iam_PermissionsBoundary=BOUNDARY), (action, arn)
    for action in DELIVERING:
        assert not allows(found, action, DELIVERY, iam_PermissionsBoundary=BOUNDARY) or not boundary


def _reached(found: Permissions, arns: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what statements that allow say of ARNs, of the actions that change something."""
    for statement in found.statements:
        actions = CHANGING.intersection(statement["Action"])
        if statement["Effect"] == "Allow" and actions:
            patterns = [_text(pattern) for pattern in statement["Resource"]]
            for arn in arns:
                if any(_matches(pattern, arn) for pattern in patterns):
                    yield from ((action, arn) for action in actions)


@pytest.mark.parametrize("type_", [*IAM_TYPES, "AWS::Lambda::Function"])
def test_cloudsplaining_finds_no_way_up(type_: str) -> None:
    """Even where everything is named, and nothing of it is known."""
    logging.disable(logging.CRITICAL)
    for name in ("victim", {"Ref": "Open"}, {"Fn::Sub": "x${Open}"}):
        body = dict.fromkeys([*PROPERTIES, *LISTS], name) | {"LoginProfile": {}}
        found = _derived({"It": {"Type": type_, "Properties": body}, "Own": OWN}, PARAMETERS)
        policy = {"Version": "2012-10-17", "Statement": _deployed(found.statements)}
        assert PolicyDocument(policy).allows_privilege_escalation == []
        assert PolicyDocument(policy).permissions_management_without_constraints == []


def _deployed(value: Any) -> Any:
    match value:
        case {"Fn::Sub": _} | {"Fn::ImportValue": _}:
            return _text(value)
        case dict():
            return {key: _deployed(inside) for key, inside in value.items()}
        case list():
            return [_deployed(inside) for inside in value]
        case _:
            return value


@pytest.mark.parametrize(
    "type_, property_",
    [
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::IAM::Role", "Path"),
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
        ("AWS::IAM::AccessKey", "UserName"),
        ("AWS::IAM::RolePolicy", "RoleName"),
        ("AWS::Lambda::Permission", "FunctionName"),
        ("AWS::Lambda::Function", "Role"),
        ("Custom::It", "ServiceToken"),
    ],
)
@pytest.mark.parametrize("text", ["*", "?*", "x*", "arn:aws:iam::1:role/?*", "x${Foo}"])
def test_wildcards_and_variables_in_names_are_refused(
    type_: str, property_: str, text: str
) -> None:
    with pytest.raises(TemplateError, match=f"It: {property_} .*write the name as it is"):
        _derived({"It": {"Type": type_, "Properties": {property_: text}}})


@pytest.mark.parametrize(
    "value", ["{{resolve:secretsmanager:?*:SecretString:x}}", "{{resolve:ssm:/x/*}}"]
)
def test_wildcards_in_dynamic_references_are_refused(value: str) -> None:
    with pytest.raises(TemplateError, match="write the name as it is"):
        _derived({"It": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": value}}})


def test_a_macro_with_a_wildcard_is_refused() -> None:
    with pytest.raises(TemplateError, match="the macro"):
        derive([{"Transform": "*", "Resources": {}}], stacks=["orders-*"])


@pytest.mark.parametrize("stack", ["a${x}*", "*", "?x", "a b", "-a", "1a", "a/b", "a" * 129, ""])
def test_stacks_that_are_no_names(stack: str) -> None:
    with pytest.raises(TemplateError, match="invalid stack"):
        derive([{"Resources": {}}], stacks=[stack])


def _told(found: Permissions, kind: str) -> list[str]:
    return [f"{u.resource}: {u.remedy}" for u in found.unknown if u.kind == kind]


@pytest.mark.parametrize(
    "type_, property_, action",
    [
        ("AWS::S3::Bucket", "BucketName", "s3:DeleteBucket"),
        ("AWS::Lambda::Function", "FunctionName", "lambda:UpdateFunctionCode"),
        ("AWS::IAM::Role", "RoleName", "iam:DeleteRole"),
        ("AWS::SQS::Queue", "QueueName", "sqs:DeleteQueue"),
        ("AWS::IAM::AccessKey", "UserName", "iam:CreateAccessKey"),
        ("AWS::Lambda::Permission", "FunctionName", "lambda:AddPermission"),
    ],
)
def test_a_name_from_a_parameter(type_: str, property_: str, action: str) -> None:
    properties = {property_: {"Ref": "Name"}, "PermissionsBoundary": BOUNDARY}
    resources = {"It": {"Type": type_, "Properties": properties}}
    unknown = _derived(resources, {"Name": {"Type": "String"}})
    assert all(re.search("[:/]orders-[*]", arn) for arn in unknown.actions[action])
    [told] = _told(unknown, "uncovered")
    assert told.startswith(f"It: {property_} is not known before the deployment: ")
    assert "--parameter Name=VALUE" in told
    by_default = _derived(resources, {"Name": {"Type": "String", "Default": "mine"}})
    given_ = _derived(resources, {"Name": {"Type": "String"}}, parameters={"Name": "mine"})
    for found in (by_default, given_):
        assert all(re.search("[:/]mine$", arn) for arn in found.actions[action])
        assert not _told(found, "uncovered")


@pytest.mark.parametrize(
    "name, bound",
    [
        ({"Fn::Sub": "${AWS::StackName}-${Open}"}, "orders-*-*"),
        ({"Fn::Sub": "orders-${Open}-x"}, "orders-*-x"),
        ({"Fn::Sub": "/${AWS::StackName}/${Open}"}, "/orders-*/*"),
    ],
)
def test_a_name_that_begins_with_the_stack_s_is_bound(name: Any, bound: str) -> None:
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}
    found = _derived({"It": group}, PARAMETERS)
    assert not found.unknown
    assert any(arn.endswith(f":{bound}") for arn in found.actions["logs:DeleteLogGroup"])


@pytest.mark.parametrize(
    "role, passed, told",
    [
        ("arn:aws:iam::1:role/r", ["arn:aws:iam::1:role/r"], False),
        ({"Ref": "Given"}, ["arn:aws:iam::1:role/given"], False),
        ({"Ref": "Open"}, [], True),
        (
            {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${Open}"},
            ["arn:aws:iam::${AWS::AccountId}:role/orders-*"],
            True,
        ),
        ({"Fn::GetAtt": ["Other", "RoleArn"]}, [], True),
    ],
)
def test_roles_are_passed_or_told(role: Any, passed: list[str], told: bool) -> None:
    properties = {"Role": role, "Code": {"ZipFile": "x"}}
    parameters = {**PARAMETERS, "Given": {"Type": "String", "Default": "arn:aws:iam::1:role/given"}}
    function = {"It": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    found = _derived(function, parameters)
    assert found.actions.get("iam:PassRole", []) == passed
    assert bool(_told(found, "uncovered")) is told


def test_groups_get_no_policies_within_a_boundary() -> None:
    body = {"PolicyDocument": {}, "Groups": ["all"], "Roles": ["admin"]}
    found = _derived({"It": {"Type": "AWS::IAM::ManagedPolicy", "Properties": body}})
    assert "iam:AttachGroupPolicy" not in found.actions
    assert found.actions["iam:AttachRolePolicy"] == [
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/admin"
    ]
    assert "groups cannot have a boundary" in _told(found, "uncovered")[0]
    assert any("role admin" in note for note in _told(found, "note"))
    without = _derived(
        {"It": {"Type": "AWS::IAM::ManagedPolicy", "Properties": body}}, boundary=None
    )
    assert without.actions["iam:AttachGroupPolicy"] == [
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:group/all"
    ]


def test_access_points_only_where_there_are_some() -> None:
    bucket = {"Bucket": {"Type": "AWS::S3::Bucket"}}
    assert not any("accesspoint" in a for a in _derived(bucket).actions["s3:DeleteObject"])
    point = {"Point": {"Type": "AWS::S3::AccessPoint", "Properties": {"Bucket": {"Ref": "Bucket"}}}}
    both = _derived(bucket | point)
    assert any("accesspoint" in arn for arn in both.actions["s3:DeleteAccessPoint"])


def test_objects_of_two_buckets_are_those_of_the_buckets() -> None:
    buckets = {
        name: {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name.lower()}}
        for name in ("One", "Two")
    }
    for arn in _derived(buckets).actions["s3:DeleteObject"]:
        assert re.fullmatch(r"arn:\$\{AWS::Partition\}:s3:::(one|two)/\*", arn)


POLICY = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/${aws:username}/*",
}


def _role(statement: Any) -> Any:
    document = {"Statement": [statement]}
    properties = {
        "PermissionsBoundary": BOUNDARY,
        "Policies": [{"PolicyName": "p", "PolicyDocument": document}],
    }
    return {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}


def test_policy_variables_are_escaped_in_the_boundary() -> None:
    found = _derived(_role(POLICY))
    assert found.boundary is not None
    [statement] = found.boundary["Statement"]
    assert statement["Resource"] == [{"Fn::Sub": "arn:aws:s3:::b/${!aws:username}/*"}]


def test_conditions_stay_in_the_boundary_or_are_told() -> None:
    cluster = {"Cluster": {"Type": "AWS::ECS::Cluster"}}
    own = {"ArnEquals": {"ecs:cluster": {"Fn::GetAtt": ["Cluster", "Arn"]}}}
    found = _derived(_role({**POLICY, "Condition": own}) | cluster)
    assert found.boundary is not None
    arn = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:cluster/orders-*"
    assert found.boundary["Statement"][0]["Condition"] == {
        "ArnEquals": {"ecs:cluster": [{"Fn::Sub": arn}]}
    }
    variable = {"StringEquals": {"aws:userid": "${aws:username}", "aws:x": {"Ref": "AWS::Region"}}}
    kept = _derived(_role({**POLICY, "Condition": variable}))
    assert kept.boundary is not None
    assert kept.boundary["Statement"][0]["Condition"] == variable
    unknown = {"StringEquals": {"aws:x": {"Ref": "Open"}}}
    told = _derived(_role({**POLICY, "Condition": unknown}), PARAMETERS)
    assert told.boundary is not None
    assert "Condition" not in told.boundary["Statement"][0]
    assert any("a condition refers to" in note for note in _told(told, "note"))


def test_objects_of_own_buckets_in_the_boundary() -> None:
    bucket = {"Bucket": {"Type": "AWS::S3::Bucket"}}
    found = _derived(_role({**POLICY, "Resource": {"Fn::Sub": "${Bucket.Arn}/x/*"}}) | bucket)
    assert found.boundary is not None
    assert found.boundary["Statement"][0]["Resource"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:s3:::orders-*/x/*"}
    ]
