"""Permissions of templates: who holds them, under which conditions, in which words."""

import json

import pytest

from cfn_pipeline.diff import changed_statements
from tests.diff.small import difference, words

ROLE = """\
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement: [{Effect: Allow, Principal: {Service: %s}, Action: 'sts:AssumeRole'}]
"""
SAME = "~ Role: has policies that are written differently, and allow the same as before"
TASKS = ROLE % "ecs-tasks.amazonaws.com"


def _allow(action: str, resource: str = "'*'") -> str:
    return f"{{Statement: [{{Effect: Allow, Action: {action}, Resource: {resource}}}]}}"


def _inline(document: str) -> str:
    return f"{TASKS}    Policies: [{{PolicyName: it, PolicyDocument: {document}}}]\n"


def _attached(document: str, attached: str = "Roles: [!Ref Role]") -> str:
    return (
        f"{TASKS}Policy:\n  Type: AWS::IAM::ManagedPolicy\n"
        f"  Properties: {{PolicyDocument: {document}, {attached}}}\n"
    )


def _permissions(old: str, new: str) -> list[str]:
    found = difference(old, new)
    return words([change for part in found.templates for change in part.permissions])


def test_a_statement_that_moves_between_policies_is_the_same() -> None:
    inline, attached = _inline(_allow("s3:GetObject")), _attached(_allow("s3:GetObject"))
    assert _permissions(inline, attached) == []
    by_arn = _attached(_allow("s3:GetObject"), "ManagedPolicyName: it").replace(
        "Policy:\n", "    ManagedPolicyArns: [!Ref Policy]\nPolicy:\n", 1
    )
    assert _permissions(attached, by_arn) == []


def test_a_policy_that_is_attached_and_one_that_is_not() -> None:
    old = _attached(_allow("s3:GetObject"))
    new = _attached(_allow("'s3:*'"))
    assert _permissions(old, new) == ["+ Role: may s3:* on *"]
    apart = "ManagedPolicyName: it"
    old, new = _attached(_allow("s3:GetObject"), apart), _attached(_allow("'s3:*'"), apart)
    assert _permissions(old, new) == ["+ Policy: allows s3:* on *"]


def test_policies_of_aws() -> None:
    arn = "arn:aws:iam::aws:policy/%s"
    old = TASKS
    new = f"{TASKS}    ManagedPolicyArns: [{arn % 'AdministratorAccess'}]\n"
    assert _permissions(old, new) == ["+ Role: may * on *"]
    assert "may do everything" in difference(old, new).alarms[0]
    other = f"{TASKS}    ManagedPolicyArns: [{arn % 'ReadOnlyAccess'}]\n"
    assert _permissions(old, other) == [
        "+ Role: may all that the policy arn:aws:iam::aws:policy/ReadOnlyAccess allows"
    ]
    assert _permissions(other, old) == [
        "- Role: may no longer all that the policy arn:aws:iam::aws:policy/ReadOnlyAccess allows"
    ]


def test_another_logical_id_of_a_role_changes_no_permission() -> None:
    old = _inline(_allow("s3:GetObject"))
    new = old.replace("Role:\n", "Renamed:\n", 1)
    found = difference(old, new)
    assert [c.kind for c in found.resources] == ["renamed"]
    assert found.changes == []


def test_a_resource_of_the_template_by_its_arn() -> None:
    bucket = "Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: reports}}\n"
    by_name = bucket + _inline(_allow("s3:GetObject", "'arn:aws:s3:::reports/*'"))
    by_reference = bucket + _inline(_allow("s3:GetObject", "!Sub '${Bucket.Arn}/*'"))
    assert _permissions(by_name, by_reference) == [SAME]
    every = bucket + _inline(_allow("s3:GetObject", "'arn:aws:s3:::*'"))
    assert _permissions(every, by_reference) == [
        "- Role: may no longer s3:GetObject on arn:aws:s3:::* (some of it is still allowed)"
    ]


def test_a_parameter_for_a_name() -> None:
    old = _inline(_allow("sqs:SendMessage", "'arn:aws:sqs:eu-west-1:111122223333:jobs'"))
    name = "!Sub 'arn:aws:sqs:eu-west-1:111122223333:${Queue}'"
    new = _inline(_allow("sqs:SendMessage", name))
    parameters = "Parameters: {Queue: {Type: String, Default: jobs}}\nResources:\n"
    indented = ["".join(f"  {line}\n" for line in text.splitlines()) for text in (old, new)]
    found = difference(f"Resources:\n{indented[0]}", f"{parameters}{indented[1]}")
    assert words(found.changes) == [SAME, "+ Queue: parameter is new, default 'jobs'"]


def test_a_condition_of_the_template_narrows() -> None:
    statement = "{Effect: Allow, Action: 's3:GetObject', Resource: '*'}"
    head = "Conditions: {IsProd: !Equals [!Ref AWS::Region, eu-west-1]}\nResources:\n"

    def template(entry: str) -> str:
        text = _inline(f"{{Statement: [{entry}]}}")
        return head + "".join(f"  {line}\n" for line in text.splitlines())

    always = template(statement)
    at_times = template(f"!If [IsProd, {statement}, !Ref AWS::NoValue]")
    assert _permissions(always, at_times) == ["- Role: may no longer s3:GetObject on *"]
    assert _permissions(at_times, always) == ["+ Role: may s3:GetObject on *"]
    both = template(f"!If [IsProd, {statement}, {statement}]")
    assert _permissions(always, both) == [SAME]


def test_permissions_of_lambda() -> None:
    old = """\
Function: {Type: AWS::Lambda::Function}
Permission:
  Type: AWS::Lambda::Permission
  Properties:
    FunctionName: !Ref Function
    Action: lambda:InvokeFunction
    Principal: events.amazonaws.com
    SourceArn: arn:aws:events:eu-west-1:111122223333:rule/a
"""
    new = old.replace("    SourceArn: arn:aws:events:eu-west-1:111122223333:rule/a\n", "")
    assert _permissions(old, new) == [
        "+ Function: lets Service events.amazonaws.com lambda:InvokeFunction"
    ]
    everyone = new.replace("events.amazonaws.com", "'*'")
    assert "Function: is open to everyone" in "; ".join(difference(old, everyone).alarms)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("ecs-tasks.amazonaws.com", "[ecs-tasks.amazonaws.com, lambda.amazonaws.com]", "lambda"),
        ("ecs-tasks.amazonaws.com", "!Sub 'ecs-tasks.${AWS::URLSuffix}'", ""),
    ],
)
def test_trusts(before: str, after: str, line: str) -> None:
    found = _permissions(ROLE % before, ROLE % after)
    if line:
        assert found == [f"+ Role: may be assumed by Service {line}.amazonaws.com"]
    else:
        assert found == [
            "~ Role: has a trust that is written differently, and lets in the same as before"
        ]


def test_a_federated_trust() -> None:
    old = TASKS.replace("Service: ecs-tasks.amazonaws.com", "Federated: a.example.com")
    new = old.replace("a.example.com", "[a.example.com, b.example.com]")
    assert _permissions(old, new) == ["+ Role: may be assumed by Federated b.example.com"]


def test_boundaries_that_are_not_in_the_template() -> None:
    limit = "    PermissionsBoundary: arn:aws:iam::111122223333:policy/%s\n"
    assert _permissions(TASKS, TASKS + limit % "a") == [
        "+ Role: has a permissions boundary now: arn:aws:iam::111122223333:policy/a"
    ]
    found = difference(TASKS + limit % "a", TASKS)
    assert found.alarms == ["stack.yml: Role: has no permissions boundary any more"]
    assert found.consequences == {"broadening"}
    [line] = _permissions(TASKS + limit % "a", TASKS + limit % "b")
    assert "before: arn:aws:iam::111122223333:policy/a" in line


def test_a_new_role_and_one_that_is_removed() -> None:
    role = _inline(_allow("[s3:GetObject, 'iam:PassRole']"))
    found = difference("", role)
    assert words(found.changes) == [
        "+ Role: may s3:GetObject, iam:PassRole on *",
        "+ Role: may be assumed by Service ecs-tasks.amazonaws.com",
    ]
    assert "iam:PassRole hands a role to a service" in found.alarms[0]
    assert _permissions(role, "") == ["- Role: is removed, with its permissions"]


def test_a_new_role_for_everyone() -> None:
    opened = TASKS.replace("{Service: ecs-tasks.amazonaws.com}", "{AWS: '*'}")
    found = difference("", opened)
    assert found.alarms == ["stack.yml: Role: can be assumed by AWS *"]
    assert found.consequences == {"broadening"}
    assert difference("", TASKS).consequences == set()


def test_documents_in_strings() -> None:
    document = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}})
    old = _inline(_allow("'s3:Get*'"))
    assert _permissions(old, _inline(f"'{document}'")) == [SAME]


def test_more_requests_than_are_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed_statements, "_MOST_REQUESTS", 0)
    old, new = (_inline(_allow(f"[s3:GetObject, 's3:{name}']")) for name in ("Get*", "List*"))
    assert _permissions(old, new) == [
        "+ Role: may s3:GetObject, s3:List* on *",
        "- Role: may no longer s3:GetObject, s3:Get* on *",
    ]
