"""Names that AWS accepts: the forms are those of the services' own models."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.aws.name_forms import NameForm
from tests.aws.services import schema, shapes

#: Our form, the service, and its shape.
FORMS = [
    (names.PIPELINE, "codepipeline", "PipelineName"),
    (names.STAGE, "codepipeline", "StageName"),
    (names.ACTION, "codepipeline", "ActionName"),
    (names.ACTION, "codepipeline", "RuleName"),
    (names.ARTIFACT, "codepipeline", "ArtifactName"),
    (names.NAMESPACE, "codepipeline", "ActionNamespace"),
    (names.CHANGE_SET, "cloudformation", "ChangeSetName"),
    (names.PROJECT, "codebuild", "ProjectName"),
    (names.REPOSITORY, "ecr", "RepositoryName"),
]


@pytest.mark.parametrize("form, service, shape", FORMS)
@given(data=st.data())
def test_forms_are_those_of_the_api(
    form: NameForm, service: str, shape: str, data: st.DataObject
) -> None:
    theirs = shapes(service)[shape]
    assert (form.shortest, form.longest) == (theirs["min"], theirs["max"])
    for one, other in ((form.pattern, theirs["pattern"]), (theirs["pattern"], form.pattern)):
        text = data.draw(st.from_regex(re.compile(one, re.ASCII), fullmatch=True))
        # Lengths are told apart from characters, though a pattern of CodeBuild's has both.
        if form.shortest <= len(text) <= form.longest:
            assert re.fullmatch(other, text)


def test_a_stack_s_name_is_that_of_the_api() -> None:
    by_name, by_arn = shapes("cloudformation")["StackNameOrId"]["pattern"].split(")|(")
    assert by_arn.startswith("arn:")
    assert set(by_name.removeprefix("(")) == set("[a-zA-Z][-a-zA-Z0-9]*")
    assert not list(names.STACK.problems("Orders-9", "it"))


def test_an_action_s_name_is_that_of_the_schema() -> None:
    action = schema("AWS::CodePipeline::Pipeline")["definitions"]["ActionDeclaration"]
    pattern = action["properties"]["Name"]["pattern"]
    for text in ("a" * 100, "Build.1@x_y-z"):
        assert re.fullmatch(pattern, text)
        assert not list(names.ACTION.problems(text, "it"))
    for text in ("", "a" * 101, "a b", "a/b"):
        assert not re.fullmatch(pattern, text)
        assert list(names.ACTION.problems(text, "it"))


def test_what_is_only_known_on_aws_is_fine() -> None:
    assert not list(names.STACK.problems({"Ref": "AWS::StackName"}, "it"))
    assert not list(names.arn_problems({"Fn::ImportValue": "role"}, "role", "it"))
