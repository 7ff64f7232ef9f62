"""What values will be."""

import pytest

from cfn_pipeline import load
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.resolving import resource_behind, text_of
from cfn_pipeline.analysis.system import System, Template

NETWORK = Template(
    "network.yml",
    load(
        """
        Parameters: {Name: {Type: String, Default: net}}
        Resources:
          Role: {Type: AWS::IAM::Role, Properties: {RoleName: deployer, Path: /delivery/}}
          Bucket: {Type: AWS::S3::Bucket}
        Outputs:
          Role: {Value: !GetAtt Role.Arn, Export: {Name: !Sub '${Name}-role'}}
          Bucket: {Value: !Ref Bucket, Export: {Name: !Sub '${AWS::StackName}-bucket'}}
        """
    ),
)
TEMPLATE = Template(
    "template.yml",
    load(
        """
        Parameters:
          Stage: {Type: String, Default: dev}
          Open: {Type: String}
          Empty: {Type: String, Default: ''}
          Ami: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /aws/ami}
        Mappings: {Sizes: {dev: {Tasks: 1}, prod: {Tasks: 4}}}
        Resources:
          Project: {Type: AWS::CodeBuild::Project, Properties: {Name: !Sub 'app-${Stage}'}}
          Nameless: {Type: AWS::CodeBuild::Project}
          Repository: {Type: AWS::ECR::Repository, Properties: {RepositoryName: acme/app}}
        """
    ),
)
SYSTEM = System(templates=[TEMPLATE, NETWORK])


@pytest.mark.parametrize(
    "value, text",
    [
        ("text", "text"),
        ("1", "1"),
        ("true", "true"),
        ("!Ref Stage", "dev"),
        ("!Ref Open", "..."),
        ("!Ref Empty", "..."),
        ("!Ref Ami", "..."),
        ("!Ref Nowhere", "..."),
        ("!Ref AWS::Region", "${AWS::Region}"),
        ("!Ref Project", "app-dev"),
        ("!Ref Nameless", "..."),
        ("!Sub '${Stage}-${Project}-${!Kept}'", "dev-app-dev-${Kept}"),
        ("!Sub ['${A}/${Stage}', {A: !Ref Stage}]", "dev/dev"),
        ("!Sub '${Project.Arn}'", None),
        ("!Join ['-', [a, !Ref Stage, 1]]", "a-dev-1"),
        ("!Join ['-', !Ref Open]", "..."),
        ("!FindInMap [Sizes, !Ref Stage, Tasks]", "1"),
        ("!FindInMap [Sizes, !Ref Open, Tasks]", "..."),
        ("!Select [1, [a, b]]", "b"),
        ("!Select [1, !Split ['-', !Ref Project]]", "dev"),
        ("!Select [0, !Split ['-', !Ref Open]]", "..."),
        ("!Select [7, [a]]", "..."),
        ("!ImportValue net-role", None),
        ("!ImportValue elsewhere", "..."),
        ("!GetAtt Repository.RepositoryUri", None),
        ("'{{resolve:ssm:/x}}-y'", "...-y"),
        ("!Base64 x", "..."),
    ],
)
def test_texts(value: str, text: str | None) -> None:
    arns = {
        "!Sub '${Project.Arn}'": "codebuild:${AWS::Region}:${AWS::AccountId}:project/app-dev",
        "!ImportValue net-role": "iam::${AWS::AccountId}:role/delivery/deployer",
    }
    registry = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
    expected = text or (
        f"arn:${{AWS::Partition}}:{arns[value]}" if value in arns else f"{registry}/acme/app"
    )
    parsed = load(f"Value: {value}")["Value"]
    found = text_of(parsed, TEMPLATE, SYSTEM)
    assert found is not None
    assert readable(found) == expected


def test_what_is_no_text() -> None:
    for value in ({"a": 1}, ["a"], None):
        assert text_of(value, TEMPLATE, SYSTEM) is None


def test_parts_that_are_the_same_are_equal() -> None:
    one, two = (
        text_of({"Fn::Sub": f"${{Open}}-{word}"}, TEMPLATE, SYSTEM) or "" for word in ("a", "a")
    )
    assert one == two
    assert not is_known(one)


@pytest.mark.parametrize(
    "value, found",
    [
        ("!GetAtt Role.Arn", None),
        ("!ImportValue net-role", "Role"),
        ("!Sub arn:aws:iam::${AWS::AccountId}:role/delivery/deployer", "Role"),
        ("arn:aws:iam::111122223333:role/delivery/deployer", None),  # which account is this?
        ("arn:aws:iam::111122223333:role/other", None),
        ("!ImportValue elsewhere", None),
        ("!Ref Project", None),
    ],
)
def test_resources(value: str, found: str | None) -> None:
    parsed = load(f"Value: {value}")["Value"]
    resource = resource_behind(parsed, TEMPLATE, SYSTEM, "AWS::IAM::Role")
    assert (None if resource is None else resource.logical_id) == found


def test_an_export_under_a_name_that_is_not_known_is_found() -> None:
    value = load("Value: !ImportValue shared-bucket")["Value"]
    resource = resource_behind(value, TEMPLATE, SYSTEM, "AWS::S3::Bucket")
    assert resource is not None
    assert resource.logical_id == "Bucket"


def test_endless_references_end() -> None:
    template = Template(
        "loop.yml",
        load(
            """
            Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}}
            Outputs: {A: {Value: !ImportValue a, Export: {Name: a}}}
            """
        ),
    )
    system = System(templates=[template])
    assert text_of({"Ref": "A"}, template, system)
    assert text_of({"Fn::ImportValue": "a"}, template, system)
    assert resource_behind({"Fn::ImportValue": "a"}, template, system, "AWS::S3::Bucket") is None
