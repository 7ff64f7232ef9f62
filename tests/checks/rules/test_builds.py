"""Builds: whose image, whose push, whose Docker."""

from typing import Any

import pytest

from cfn_pipeline.analysis.system import Artifact, System, Template
from cfn_pipeline.checks import check_system
from tests.checks.examples import findings, good, ids


def _environment(template: dict[str, Any]) -> Any:
    return template["Resources"]["Project"]["Properties"]["Environment"]


def _leave_logs_alone(template: dict[str, Any]) -> None:
    """Allow the build's role nothing but its logs."""
    [policy] = template["Resources"]["BuildRole"]["Properties"]["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    statements[:] = [entry for entry in statements if entry["Sid"] == "WriteLogs"]


@pytest.mark.parametrize(
    "credentials, policy, fine",
    [
        ("CODEBUILD", True, True),
        (None, True, True),
        ("CODEBUILD", False, False),
        (None, False, False),
        ("SERVICE_ROLE", False, True),  # a role that is not in the templates
        ({"Ref": "Credentials"}, False, True),
    ],
)
def test_who_pulls(credentials: object, policy: bool, fine: bool) -> None:
    template = good("E9709")
    if credentials is not None:
        _environment(template)["ImagePullCredentialsType"] = credentials
    if not policy:
        del template["Resources"]["BuildImages"]["Properties"]
    assert ids(findings(template)) == ([] if fine else ["E9709"])


def test_an_image_of_a_repository_elsewhere_is_not_known() -> None:
    template = good("E9709")
    _environment(template)["Image"] = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/other:1"
    assert findings(template) == []


def test_a_policy_for_others() -> None:
    template = good("E9709")
    [statement] = template["Resources"]["BuildImages"]["Properties"]["RepositoryPolicyText"][
        "Statement"
    ]
    statement["Principal"] = {"Service": "lambda.amazonaws.com"}
    assert ids(findings(template)) == ["E9709"]
    statement["Principal"] = "*"
    assert findings(template) == []


def test_a_build_that_is_not_privileged_and_says_nothing_of_images_pushes_none() -> None:
    template = good("E9710")
    _leave_logs_alone(template)
    assert ids(findings(template)) == ["E9710"]
    _environment(template)["PrivilegedMode"] = False
    assert findings(template) == []


def test_a_wider_policy_of_aws() -> None:
    template = good("E9710")
    role = template["Resources"]["BuildRole"]["Properties"]
    _leave_logs_alone(template)
    for name, fine in (("PowerUser", True), ("FullAccess", True), ("ReadOnly", False)):
        role["ManagedPolicyArns"] = [
            f"arn:aws:iam::aws:policy/AmazonEC2ContainerRegistry{name}",
        ]
        assert ids(findings(template)) == ([] if fine else ["E9710"])


@pytest.mark.parametrize(
    "image, fine",
    [
        ("docker:dind", False),
        ("docker:29-dind", False),
        ("public.ecr.aws/docker/library/docker:29.1-dind-alpine3.22", False),
        ("docker:29-cli", True),
        ("aws/codebuild/standard:7.0", True),
    ],
)
def test_images_that_are_docker_in_docker(image: str, fine: bool) -> None:
    template = good("E9711")
    environment = _environment(template)
    del environment["PrivilegedMode"]
    environment["Image"] = image
    assert ids(findings(template)) == ([] if fine else ["E9711"])


@pytest.mark.parametrize(
    "command, fine",
    [
        ("dockerd --host=unix:///var/run/docker.sock &", False),
        ("nohup /usr/local/bin/dockerd &", False),
        ("docker build --tag orders .", False),
        ("cd app && docker compose up --build", False),
        ("docker-compose build", False),
        ("if true; then docker push orders; fi", False),
        ("echo docker build is not needed", True),
        ("# docker build .", True),
        ("make docker-build", True),
        ("export DOCKER_HOST=tcp://builder && docker build .", True),
        ("cat docker/build.sh", True),
    ],
)
@pytest.mark.parametrize("inline", [True, False])
def test_commands_that_need_docker(command: str, fine: bool, inline: bool) -> None:
    template = good("E9711")
    project = template["Resources"]["Project"]["Properties"]
    project["Environment"] = {**project["Environment"], "Image": "aws/codebuild/standard:7.0"}
    buildspec = f"version: 0.2\nphases:\n  build:\n    commands:\n      - {command!r}\n"
    artifacts = []
    if inline:
        project["Source"]["BuildSpec"] = buildspec
    else:
        artifacts = [Artifact(name="Sources", files={"buildspec.yml": buildspec})]
    for privileged in (True, False):
        project["Environment"]["PrivilegedMode"] = privileged
        system = System(templates=[Template("t.yml", template)], artifacts=artifacts)
        assert ids(check_system(system)) == ([] if fine or privileged else ["E9711"])


def test_a_project_elsewhere_is_not_missed() -> None:
    template = good("E9708")
    build = template["Resources"]["Pipeline"]["Properties"]["Stages"][1]["Actions"]
    build.append({**build[0], "Name": "Test", "Configuration": {"ProjectName": "elsewhere"}})
    assert findings(template) == [], "the template's own project is used, the other may exist"


def test_the_first_build_of_a_project_creates_its_log_group() -> None:
    template = good("E9719")
    [statement] = [
        statement
        for policy in template["Resources"]["BuildRole"]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Sid"] == "WriteLogs"
    ]
    statement["Action"] = "logs:DescribeLogGroups"
    [finding] = findings(template)
    assert "allow logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents" in finding.message
    statement["Action"] = ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert findings(template) == []  # the group may exist
