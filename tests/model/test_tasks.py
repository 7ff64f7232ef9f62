"""Containers of one task: what they wait for, and which images they run."""

from dataclasses import replace

import pytest

from cfn_pipeline import Application, Container, Fargate, GitHubRepository, HealthCheck, ModelError
from cfn_pipeline.config.reading import read_config

FIRST = Container(name="orders", cpu=256, memory=512, port=8080)
PROXY = Container(name="proxy", image="public.ecr.aws/nginx/nginx:1.29", cpu=64, memory=128)
APPLICATION = Application(
    name="orders", source=GitHubRepository("acme/orders"), container=FIRST, compute=Fargate()
)


def _refused(first: Container, *sidecars: Container) -> str:
    with pytest.raises(ModelError) as caught:
        replace(APPLICATION, container=first, sidecars=sidecars)
    return str(caught.value)


def test_containers_wait_for_others_of_their_task() -> None:
    healthy = replace(PROXY, health_check=HealthCheck("true"))
    once = replace(PROXY, name="setup", essential=False)
    first = replace(FIRST, depends_on={"proxy": "HEALTHY", "setup": "SUCCESS"})
    application = replace(APPLICATION, container=first, sidecars=[healthy, once])
    assert application.containers[0].depends_on == {"proxy": "HEALTHY", "setup": "SUCCESS"}


@pytest.mark.parametrize(
    ("depends_on", "problem"),
    [
        ({"prxy": "START"}, "unknown container 'prxy' in depends_on; the other containers of its"),
        ({"orders": "START"}, "unknown container 'orders' in depends_on"),
        ({"proxy": "HEALTHY"}, "that container has no health_check; add one, or use START"),
        ({"proxy": "SUCCESS"}, "'proxy' ends (SUCCESS), which ends the whole task"),
    ],
)
def test_what_never_happens_is_refused(depends_on: dict[str, str], problem: str) -> None:
    assert problem in _refused(replace(FIRST, depends_on=depends_on), PROXY)


def test_conditions_are_those_of_ecs() -> None:
    with pytest.raises(ModelError) as caught:
        replace(FIRST, depends_on={"proxy": "READY"})
    assert "must be one of START, HEALTHY, COMPLETE, SUCCESS (got 'READY')" in str(caught.value)


def test_circles_are_refused() -> None:
    first = replace(FIRST, depends_on={"proxy": "START"})
    assert "'orders', 'proxy' wait for each other" in _refused(
        first, replace(PROXY, depends_on={"orders": "START"})
    )


def test_two_containers_of_a_task_on_fargate_have_two_ports() -> None:
    assert "'orders', 'proxy' of a task listen on one port (8080); use two ports" in _refused(
        FIRST, replace(PROXY, port=8080)
    )


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        (None, None),
        ("redis:8", None),
        ("ghcr.io/acme/agent:1", None),
        ("public.ecr.aws/nginx/nginx:1.29", None),
        (
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/a/b:1",
            "arn:${AWS::Partition}:ecr:eu-west-1:111122223333:repository/a/b",
        ),
        (
            "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/b@sha256:" + "0" * 64,
            "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/b",
        ),
    ],
)
def test_the_private_repository_of_an_image(image: str | None, repository: str | None) -> None:
    assert replace(PROXY, image=image).ecr_repository == repository


@pytest.mark.parametrize("image", ["nginx:", "Nginx/x y", "${AWS::StackName}/a:1", "a//b"])
def test_other_texts_are_no_images(image: str) -> None:
    with pytest.raises(ModelError, match="invalid image"):
        replace(PROXY, image=image)


def test_without_a_build_each_container_has_an_image() -> None:
    with pytest.raises(ModelError) as caught:
        replace(APPLICATION, build=None, sidecars=[PROXY])
    assert "or use image= in each container" in str(caught.value)
    application = replace(APPLICATION, build=None, container=replace(PROXY, port=80))
    assert application.version_parameter is None


def test_a_sidecar_in_the_configuration_file() -> None:
    [application] = read_config(
        """
applications:
  - name: orders
    source: acme/orders
    compute: {type: fargate}
    container: {name: orders, cpu: 256, memory: 512, port: 8080, depends_on: {proxy: START}}
    sidecars:
      - {name: proxy, image: "public.ecr.aws/nginx/nginx:1.29", cpu: 64, memory: 128, user: null}
"""
    )
    assert application.sidecars == (replace(PROXY, user=None),)
