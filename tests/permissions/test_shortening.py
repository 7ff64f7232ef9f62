"""Statements that allow the same in fewer words."""

from cfn_pipeline.permissions.shortening import reading_by_verb, shorter

HERE = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group"


def test_resources_for_which_others_stand_are_left_out() -> None:
    statement = {
        "Sid": "WriteLogs",
        "Effect": "Allow",
        "Action": ["logs:PutLogEvents"],
        "Resource": [
            {"Fn::Sub": f"{HERE}:/a/b:*"},
            {"Fn::Sub": f"{HERE}:/a/*"},
            {"Fn::GetAtt": ["KmsKey", "Arn"]},
        ],
    }
    [found] = shorter([statement], ["orders"])
    assert found["Resource"] == [{"Fn::Sub": f"{HERE}:/a/*"}, {"Fn::GetAtt": ["KmsKey", "Arn"]}]


def test_values_of_one_key_are_joined() -> None:
    def passing(service: str, operator: str = "StringEquals") -> dict[str, object]:
        return {
            "Sid": service,
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": ["*"],
            "Condition": {operator: {"iam:PassedToService": service}},
        }

    [found] = shorter([passing("a"), passing("b"), passing("a")], ["orders"])
    assert found["Condition"] == {"StringEquals": {"iam:PassedToService": ["a", "b"]}}
    # Of several values that must not be, none may be: joined, they would allow less.
    assert len(shorter([passing(s, "StringNotEquals") for s in "ab"], ["orders"])) == 2


def test_a_verb_stands_for_what_looks_at_anything() -> None:
    [found] = reading_by_verb(
        [
            {
                "Effect": "Allow",
                "Action": ["ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:RunInstances"],
                "Resource": ["*"],
            }
        ]
    )
    assert found["Action"] == ["ec2:Describe*", "ec2:RunInstances"]
