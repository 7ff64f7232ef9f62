"""Repositories of applications: providers, folders of shared ones, one for code and templates."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import Application, ModelError, Repository, check
from cfn_pipeline.project import Rendering, rendering
from tests.stacks.applications import ORDERS


def rendered(application: Application) -> Rendering:
    made = rendering(application)
    assert check(made.files) == []
    return made


def pipeline(made: Rendering) -> dict[str, Any]:
    properties: dict[str, Any] = made.templates["pipeline.yml"]["Resources"]["Pipeline"][
        "Properties"
    ]
    return properties


@pytest.mark.parametrize(
    ("name", "provider", "kind"),
    [
        ("acme/shop/orders", "gitlab", "CodeStarSourceConnection"),
        ("acme/orders", "bitbucket", "CodeStarSourceConnection"),
        ("shop/orders", "azure_devops", "CodeStarSourceConnection"),
        ("orders", "codecommit", "CodeCommit"),
    ],
)
def test_a_provider_has_its_source(name: str, provider: str, kind: str) -> None:
    made = rendered(replace(ORDERS, source=Repository(name, provider=provider)))
    actions = pipeline(made)["Stages"][0]["Actions"]
    assert [action["ActionTypeId"]["Provider"] for action in actions] == [kind, kind]
    assert "Triggers" not in pipeline(made)


def test_a_folder_of_a_shared_repository() -> None:
    source = Repository("acme/shop", folder="services/orders")
    made = rendered(replace(ORDERS, source=source))
    filters = [
        trigger["GitConfiguration"]["Push"][0]["FilePaths"]["Includes"]
        for trigger in pipeline(made)["Triggers"]
    ]
    assert filters == [["services/orders/**"], ["orders/**"]]
    configuration = pipeline(made)["Stages"][2]["Actions"][0]["Configuration"]
    assert configuration["TemplatePath"] == "DeploymentRepository::orders/stack.yml"
    assert configuration["TemplateConfiguration"] == "DeploymentRepository::orders/dev.json"
    project = made.templates["codebuild.yml"]["Resources"]["BuildProject"]["Properties"]
    assert project["Source"]["BuildSpec"] == "services/orders/buildspec.yml"
    buildspec = made.files["buildspec.yml"]
    assert buildspec.count("- cd $CODEBUILD_SRC_DIR/services/orders\n") == 3
    assert "base-directory: services/orders" in buildspec


def test_code_and_templates_in_one_repository() -> None:
    source = Repository("acme/orders")
    made = rendered(
        replace(ORDERS, source=source, deployment_source=replace(source, folder="deploy"))
    )
    [action] = pipeline(made)["Stages"][0]["Actions"]
    assert action["Name"] == "Source"
    configuration = pipeline(made)["Stages"][2]["Actions"][0]["Configuration"]
    assert configuration["TemplatePath"] == "MyApp::deploy/stack.yml"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Repository("a/b", provider="svn"), "unknown provider 'svn'; use one of github"),
        (lambda: Repository("a", provider="gitlab"), "invalid repository 'a': use 'group/name'"),
        (lambda: Repository("a/b", folder="../c"), "invalid folder '../c'"),
        (lambda: Repository("a/b", folder="/c"), "invalid folder '/c'"),
        (
            lambda: replace(ORDERS, deployment_source=Repository("acme/orders")),
            "their files would be in one folder; use folder= in deployment_source",
        ),
    ],
)
def test_what_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        make()
    assert message in str(caught.value)
