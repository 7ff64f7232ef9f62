"""Change sets in rows."""

from cfn_pipeline.rehearsal.cloudformation.changes import change_rows


def test_a_row_says_what_changes_and_why() -> None:
    change = {
        "Action": "Modify",
        "LogicalResourceId": "Task",
        "ResourceType": "AWS::ECS::TaskDefinition",
        "Replacement": "True",
        "Details": [
            {
                "ChangeSource": "ParameterReference",
                "CausingEntity": "Tag",
                "Target": {"Attribute": "Properties", "Name": "ContainerDefinitions"},
            },
            {
                "ChangeSource": "DirectModification",
                "Target": {"Attribute": "Properties", "Name": "ContainerDefinitions"},
            },
            {"ChangeSource": "DirectModification", "Target": {"Attribute": "Tags"}},
        ],
    }
    assert change_rows([change]) == [
        {
            "action": "Modify",
            "resource": "Task",
            "type": "AWS::ECS::TaskDefinition",
            "replacement": "True",
            "cause": "ContainerDefinitions (Tag), Tags (the template)",
        }
    ]


def test_what_becomes_of_a_resource_that_is_given_up() -> None:
    change = {
        "Action": "Remove",
        "PolicyAction": "Retain",
        "LogicalResourceId": "Bucket",
        "ResourceType": "AWS::S3::Bucket",
    }
    assert change_rows([change])[0]["action"] == "Retain"
