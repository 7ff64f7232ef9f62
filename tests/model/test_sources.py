"""What sources and other actions say in their configuration."""

from typing import Any

import pytest
from troposphere import ImportValue, Ref

from cfn_pipeline import ActionDefaults, Approve, CodeBuild, GitHub, GitHubOAuth, ModelError

DEFAULTS = ActionDefaults(
    owner=Ref("Owner"), oauth_token="{{resolve:x}}", connection=Ref("Connection")
)


def plain(settings: dict[str, Any]) -> dict[str, Any]:
    return {k: v if isinstance(v, str) else v.to_dict() for k, v in settings.items()}


@pytest.mark.parametrize(
    "owner, repository",
    [
        (Ref("Owner"), {"Fn::Sub": "${Owner}/orders"}),
        ("acme", "acme/orders"),
        (ImportValue("owner"), {"Fn::Join": ["/", [{"Fn::ImportValue": "owner"}, "orders"]]}),
    ],
)
def test_a_repository_whose_owner_the_stack_knows(owner: Any, repository: Any) -> None:
    source = GitHub(name="S", repository="orders", branch="trunk", output="A")
    settings = source.settings(ActionDefaults(owner=owner, connection="arn"))
    assert plain(settings) == {
        "ConnectionArn": "arn",
        "FullRepositoryId": repository,
        "BranchName": "trunk",
    }


def test_what_an_action_says_wins_over_the_defaults() -> None:
    github = GitHub(name="S", repository="acme/orders", output="A", connection="arn:mine")
    assert github.settings(DEFAULTS)["ConnectionArn"] == "arn:mine"
    assert github.settings(DEFAULTS)["FullRepositoryId"] == "acme/orders"
    oauth = GitHubOAuth(name="S", repository="acme/orders", output="A", token="{{resolve:mine}}")
    assert oauth.settings(DEFAULTS) == {
        "Owner": "acme",
        "Repo": "orders",
        "Branch": "main",
        "OAuthToken": "{{resolve:mine}}",
    }
    approve = Approve(name="A", topic="arn:mine", note="look", url="https://example.com")
    assert approve.settings(DEFAULTS) == {
        "NotificationArn": "arn:mine",
        "ExternalEntityLink": "https://example.com",
        "CustomData": "look",
    }
    assert Approve(name="A").settings(DEFAULTS) == {}


def test_a_token_in_clear_is_refused() -> None:
    with pytest.raises(ModelError, match="the OAuth token is in plain text"):
        GitHubOAuth(name="S", repository="a/b", output="A", token="ghp_0123456789")


@pytest.mark.parametrize(
    "action",
    [
        GitHub(name="S", repository="a/b", output="A"),
        GitHubOAuth(name="S", repository="b", output="A"),
        CodeBuild(name="S", input=GitHub(name="S", repository="a/b", output="A").artifact),
    ],
)
def test_what_neither_action_nor_stack_says_is_named(action: Any) -> None:
    with pytest.raises(ModelError, match=r"action 'S': .*use"):
        action.settings(ActionDefaults())


def test_a_build_of_several_sources_names_the_primary_one() -> None:
    one, two = (GitHub(name=n, repository="a/b", output=n).artifact for n in ("One", "Two"))
    build = CodeBuild(
        name="B", project="p1", input=one, secondary_inputs=[two], secondary_outputs=["Extra"]
    )
    assert build.settings(DEFAULTS) == {"ProjectName": "p1", "PrimarySource": "One"}
    assert [a.name for a in build.outputs] == ["Extra"]
