"""Instances that ECS manages: sizes, and what they must have."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import (
    BOOK,
    Container,
    EditionError,
    InstanceRequirements,
    ManagedInstances,
    ModelError,
    render,
    todobackend,
)
from cfn_pipeline.config.reading import read_config

REQUIREMENTS = InstanceRequirements(minimum_vcpus=2, minimum_memory=4096)
CONTAINER = Container(name="orders", cpu=10, memory=100, port=8080)


def test_a_task_is_as_large_as_its_containers() -> None:
    assert ManagedInstances().size([CONTAINER]) == (128, 100)
    assert ManagedInstances().size([replace(CONTAINER, cpu=700, memory=1000)]) == (700, 1000)
    assert ManagedInstances(cpu=256, memory=512).size([CONTAINER]) == (256, 512)
    assert ManagedInstances(memory=64).size([CONTAINER]) is None


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"cpu": 64}, "cpu must be 128 or more CPU units (got 64)"),
        ({"storage": 20}, "storage must be 30 to 16384 GiB (got 20)"),
        ({"architecture": "arm"}, "architecture must be X86_64 or ARM64 (got 'arm')"),
    ],
)
def test_what_ecs_refuses(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        ManagedInstances(**options)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"minimum_vcpus": -1}, "minimum_vcpus must be 0 or more (got -1)"),
        ({"maximum_vcpus": 1}, "minimum_vcpus (2) is greater than maximum_vcpus (1)"),
        ({"maximum_memory": 1024}, "minimum_memory (4096) is greater than maximum_memory (1024)"),
        ({"instance_types": ["M7"]}, "invalid instance type 'M7': use a type such as 'm7i.large'"),
    ],
)
def test_requirements_that_no_instance_meets(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        replace(REQUIREMENTS, **changes)
    assert problem in str(caught.value)


def test_they_have_no_folders_of_the_host() -> None:
    with pytest.raises(ModelError, match="which ManagedInstances does not have; use EfsVolume"):
        replace(todobackend, compute=ManagedInstances())


def test_the_book_has_none() -> None:
    application = replace(
        todobackend,
        compute=ManagedInstances(),
        volumes={},
        sidecars=[],
        container=replace(CONTAINER, mounts={}),
    )
    with pytest.raises(EditionError, match="the book edition has no ManagedInstances; it has Ec2"):
        render(application, edition=BOOK)


def test_managed_instances_in_the_configuration_file() -> None:
    [application] = read_config(
        """
applications:
  - name: orders
    source: acme/orders
    container: {name: orders, cpu: 256, memory: 512, port: 8080}
    compute:
      type: managed_instances
      architecture: ARM64
      requirements: {minimum_vcpus: 2, minimum_memory: 4096}
"""
    )
    assert application.compute == ManagedInstances(architecture="ARM64", requirements=REQUIREMENTS)
    assert application.architecture == "ARM64"
