"""Resources that are added, removed, changed, replaced or renamed, and the data at risk."""

import pytest

from tests.diff.small import difference, kinds, resource

TABLE = """\
Table:
  Type: AWS::DynamoDB::Table
  %s
  Properties:
    TableName: %s
    BillingMode: %s
"""
ROLE = """\
%s:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: sts:AssumeRole}}
    Description: Runs the tasks
    MaxSessionDuration: 3600
    %s
"""  # noqa: E501


def test_nothing_differs_where_the_same_is_written_in_another_way() -> None:
    found = difference(
        """\
Queue:
  Type: AWS::SQS::Queue
  Properties:
    QueueName: !Join ['-', [!Ref AWS::StackName, jobs]]
    VisibilityTimeout: 30
    FifoQueue: true
    KmsMasterKeyId: !GetAtt Key.Arn
    Tags: [{Key: a, Value: 1}, {Key: b, Value: 2}]
""",
        """\
Queue:
  Type: AWS::SQS::Queue
  Properties:
    Tags: [{Value: '2', Key: b}, {Key: a, Value: '1'}]
    FifoQueue: 'true'
    KmsMasterKeyId: !Sub '${Key.Arn}'
    VisibilityTimeout: '30'
    QueueName: !Sub '${AWS::StackName}-jobs'
""",
    )
    assert not found


def test_a_property_that_is_given_at_creation_replaces() -> None:
    found = difference(TABLE % ("", "a", "x"), TABLE % ("", "b", "y"))
    change = resource(found, "Table")
    assert (change.kind, change.is_destructive) == ("replaced", True)
    assert [(p.path, p.before, p.after, p.replacement) for p in change.properties] == [
        ("TableName", "a", "b", "yes"),
        ("BillingMode", "x", "y", "no"),
    ]
    assert (
        change.data
        == "the new one is empty; its items are deleted with it (no UpdateReplacePolicy)"
    )
    assert found.consequences == {"replacement", "destructive"}


def test_a_property_that_replaces_under_conditions_may_replace() -> None:
    old = "It: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql, DBInstanceClass: micro}}"
    found = difference(old, old.replace("mysql", "postgres"))
    assert resource(found, "It").kind == "may be replaced"
    assert found.consequences == {"replacement", "destructive"}
    found = difference(old, old.replace("micro", "small"))
    assert (resource(found, "It").kind, found.consequences) == ("changed", set())


@pytest.mark.parametrize(
    ("attributes", "is_destructive", "words"),
    [
        ("", True, "its items are deleted with it (no DeletionPolicy)"),
        ("DeletionPolicy: Delete", True, "its items are deleted with it (DeletionPolicy: Delete)"),
        ("DeletionPolicy: Retain", False, "outside of the stack (DeletionPolicy)"),
        ("DeletionPolicy: RetainExceptOnCreate", False, "outside of the stack (DeletionPolicy)"),
        ("DeletionPolicy: Snapshot", True, "after a snapshot of its items"),
        ("UpdateReplacePolicy: Retain", True, "(no DeletionPolicy)"),
    ],
)
def test_what_becomes_of_data_on_removal(attributes: str, is_destructive: bool, words: str) -> None:
    change = resource(difference(TABLE % (attributes, "a", "x"), ""), "Table")
    assert (change.kind, change.is_destructive) == ("removed", is_destructive)
    assert words in change.data


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{Type: AWS::RDS::DBInstance}", "a snapshot of its databases"),
        (
            "{Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: a}}",
            "are deleted with it",
        ),
        ("{Type: AWS::S3::Bucket}", "with objects in it, it stays"),
        ("{Type: AWS::ECR::Repository, Properties: {EmptyOnDelete: true}}", "are deleted with it"),
        ("{Type: AWS::ECR::Repository}", "with images in it, it stays"),
        ("{Type: AWS::KMS::Key, Properties: {PendingWindowInDays: 7}}", "deleted after 7 days"),
        (
            "{Type: AWS::DynamoDB::Table, Properties: {DeletionProtectionEnabled: true}}",
            "once DeletionProtectionEnabled is false",
        ),
    ],
)
def test_types_keep_data_in_ways_of_their_own(template: str, words: str) -> None:
    change = resource(difference(f"It: {template}", ""), "It")
    assert words in change.data
    assert change.is_destructive


def test_what_refers_to_a_replaced_resource_is_replaced_or_changed() -> None:
    old = """\
Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: %s, VpcId: vpc-1}}
Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Group, IpProtocol: tcp}}
Service:
  Type: AWS::ECS::Service
  Properties:
    NetworkConfiguration: {AwsvpcConfiguration: {SecurityGroups: [!GetAtt Group.GroupId]}}
"""
    found = difference(old % "a", old % "b")
    assert kinds(found) == {"Group": "replaced", "Rule": "replaced", "Service": "changed"}
    [rule] = resource(found, "Rule").properties
    assert (rule.path, rule.cause) == ("GroupId", "Group is replaced")
    [group] = resource(found, "Service").properties
    assert group.path == "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups[0]"


def test_a_changed_parameter_mapping_or_condition_may_replace() -> None:
    old = """\
Parameters: {Name: {Type: String, Default: %(value)s}}
Mappings: {Sizes: {All: {Small: %(value)s}}}
Conditions: {IsBig: !Equals [!Ref Size, %(value)s]}
Resources:
  One: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}
  Two: {Type: AWS::SQS::Queue, Properties: {QueueName: !FindInMap [Sizes, All, Small]}}
  Three: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [IsBig, a, b]}}
  Four: {Type: AWS::SQS::Queue, Properties: {QueueName: fixed}}
"""
    found = difference(old % {"value": "a"}, old % {"value": "b"})
    assert kinds(found) == dict.fromkeys(("One", "Two", "Three"), "may be replaced")
    assert [resource(found, name).properties[0].cause for name in ("One", "Two", "Three")] == [
        "the default of parameter Name changes",
        "mapping Sizes changes",
        "condition IsBig changes",
    ]


def test_another_logical_id_is_told_as_a_replacement() -> None:
    found = difference(ROLE % ("Old", ""), ROLE % ("New", ""))
    change = resource(found, "New")
    assert (change.kind, change.was, change.refusal) == ("renamed", "Old", "")
    assert found.consequences == {"replacement"}
    other = difference(
        "A: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: x, TableName: t}}",
        "B: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: x, TableName: t}}",
    )
    change = resource(other, "B")
    assert "the old one has the name t until it is removed" in change.refusal
    assert change.is_destructive
    assert change.data.startswith("the new one is empty; its items are deleted")


def test_references_to_renamed_resources_change_because_these_are_replaced() -> None:
    rest = """
Function:
  Type: AWS::Lambda::Function
  Properties: {Role: !GetAtt %s.Arn, Handler: index.handler}
"""
    found = difference(ROLE % ("Old", "") + rest % "Old", ROLE % ("New", "") + rest % "New")
    assert kinds(found) == {"New": "renamed", "Function": "changed"}
    [role] = resource(found, "Function").properties
    assert (role.path, role.cause) == ("Role", "New is replaced")


def test_two_resources_that_have_little_in_common_are_not_one() -> None:
    found = difference(
        "Old: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs, DelaySeconds: 1}}",
        "New: {Type: AWS::SQS::Queue, Properties: {QueueName: mails, VisibilityTimeout: 9}}",
    )
    assert kinds(found) == {"Old": "removed", "New": "added"}


def test_a_fixed_name_refuses_a_replacement() -> None:
    old = """\
It:
  Type: AWS::SQS::Queue
  Properties: {QueueName: jobs, FifoQueue: %s}
"""
    change = resource(difference(old % "true", old % "false"), "It")
    assert change.kind == "replaced"
    assert "refuses to replace it while QueueName stays jobs" in change.refusal
    # The next version of a task definition has the same family.
    task = "It: {Type: AWS::ECS::TaskDefinition, Properties: {Family: a, Cpu: %s}}"
    found = difference(task % 256, task % 512)
    assert resource(found, "It").refusal == ""
    assert found.consequences == set()


def test_a_type_cannot_change() -> None:
    found = difference("It: {Type: AWS::SQS::Queue}", "It: {Type: AWS::SNS::Topic}")
    assert [change.kind for change in found.resources] == ["removed", "added"]
    assert "does not change the type" in found.alarms[-1]


def test_a_branch_that_stays_may_not_replace() -> None:
    old = "It: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}"
    new = "It: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [A, jobs, mails]}}"
    assert resource(difference(old, new), "It").kind == "may be replaced"


def test_a_property_within_a_list_is_named_by_the_name_of_its_item() -> None:
    old = """\
Task:
  Type: AWS::ECS::TaskDefinition
  Properties:
    ContainerDefinitions:
    - {Name: app, Image: a, Environment: [{Name: LEVEL, Value: info}, {Name: KEPT, Value: x}]}
"""
    new = old.replace("info", "debug").replace("Image: a", "Image: b")
    change = resource(difference(old, new), "Task")
    assert [p.path for p in change.properties] == [
        "ContainerDefinitions[app].Image",
        "ContainerDefinitions[app].Environment[LEVEL].Value",
    ]


def test_what_stands_beside_properties_changes_in_place() -> None:
    old = "It: {Type: AWS::SQS::Queue, DeletionPolicy: Retain, DependsOn: [Other]}"
    change = resource(difference(old, "It: {Type: AWS::SQS::Queue, Condition: A}"), "It")
    assert change.kind == "changed"
    assert {p.path for p in change.properties} == {"DeletionPolicy", "Condition", "DependsOn[]"}
    assert "DeletionPolicy protects its data less than before" in change.notes
    assert "it may be added or removed, because its condition changes" in change.notes


def test_the_type_of_a_stack_that_nobody_knows() -> None:
    old = "It: {Type: Acme::Its::Own, Properties: {A: %s}}"
    change = resource(difference(old % 1, old % 2), "It")
    assert change.notes == ("whether it is replaced is not known, because its schema is not known",)


def test_what_cfn_init_reads_changes_an_instance() -> None:
    old = "It: {Type: AWS::EC2::Instance, Metadata: {AWS::CloudFormation::Init: {a: 1}, Note: x}}"
    change = resource(difference(old, old.replace("a: 1", "a: 2")), "It")
    assert [p.path for p in change.properties] == ["AWS::CloudFormation::Init.a"]
    assert not difference(old, old.replace("Note: x", "Note: y"))


TOPICS = "Topic: {Type: AWS::SNS::Topic}\nQueue: {Type: AWS::SQS::Queue, %s}\n"


@pytest.mark.parametrize(
    ("reference", "refusal"),
    [
        ("DependsOn: Topic", "because Queue still refers to it"),
        ("DependsOn: [Topic]", "because Queue still refers to it"),
        ("Properties: {QueueName: !Sub 'a-${Topic}'}", "because Queue still refers to it"),
        ("Properties: {QueueName: !GetAtt Topic.TopicName}", "because Queue still refers to it"),
        ("Properties: {QueueName: !Sub ['a-${Topic}', {Topic: b}]}", ""),
        ("Properties: {QueueName: Topic}", ""),
    ],
)
def test_what_is_removed_and_still_in_use_is_refused(reference: str, refusal: str) -> None:
    old = TOPICS % reference
    found = difference(old, old.splitlines()[1] + "\n")
    change = resource(found, "Topic")
    assert change.kind == "removed"
    assert change.refusal.endswith(refusal)
    assert bool(change.refusal) == bool(refusal)


def test_a_parameter_may_take_the_place_of_a_resource() -> None:
    queue = "  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}\n"
    old = f"Resources:\n  Name: {{Type: AWS::SNS::Topic}}\n{queue}"
    found = difference(old, f"Parameters: {{Name: {{Type: String}}}}\nResources:\n{queue}")
    assert resource(found, "Name").refusal == ""


def test_an_output_that_refers_to_what_is_removed_is_named() -> None:
    old = "Resources:\n  A: {Type: AWS::SNS::Topic}\n  B: {Type: AWS::SNS::Topic}\n"
    outputs = "Outputs: {Arn: {Value: !Ref B}}\n"
    new = "Resources:\n  A: {Type: AWS::SNS::Topic}\n"
    change = resource(difference(old + outputs, new + outputs), "B")
    assert change.refusal == (
        "CloudFormation refuses the template, because output Arn still refers to it"
    )
