"""On what containers run: sizes that exist, and containers that fit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import Application, Container, Egress, Fargate, GitHubRepository, ModelError
from cfn_pipeline.aws.fargate import MEMORY_BY_CPU


def _container(cpu: int = 256, memory: int = 512) -> Container:
    return Container(name="orders", cpu=cpu, memory=memory, port=8080)


@pytest.mark.parametrize(
    ("fargate", "containers", "size"),
    [
        (Fargate(), [_container()], (256, 512)),
        (Fargate(), [_container(cpu=300)], (512, 1024)),
        (Fargate(), [_container(memory=2000), _container(cpu=1, memory=49)], (512, 3072)),
        (Fargate(cpu=1024), [_container()], (1024, 2048)),
        (Fargate(memory=8192), [_container()], (1024, 8192)),
        (Fargate(cpu=512), [_container(cpu=600)], None),
        (Fargate(), [_container(cpu=20000)], None),
    ],
)
def test_the_size_of_a_task(
    fargate: Fargate, containers: list[Container], size: tuple[int, int] | None
) -> None:
    assert fargate.size(containers) == size


@given(st.integers(1, 20000), st.integers(6, 130000))
def test_a_task_is_as_large_as_its_containers(cpu: int, memory: int) -> None:
    size = Fargate().size([_container(cpu, memory)])
    if size is None:
        assert cpu > 16384 or memory > 122880
    else:
        assert size[0] >= cpu
        assert size[1] >= memory
        assert size[1] in MEMORY_BY_CPU[size[0]]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"cpu": 300}, "cpu must be one of 256, 512, 1024, 2048, 4096, 8192, 16384 CPU units"),
        (
            {"cpu": 256, "memory": 4096},
            "4096 MiB of memory with 256 CPU units; the nearest is 2048",
        ),
        ({"memory": 700}, "a task cannot have 700 MiB of memory; the nearest is 512"),
        ({"architecture": "arm"}, "architecture must be X86_64 or ARM64 (got 'arm')"),
        ({"spot_percent": 101}, "spot_percent must be 0 to 100 (got 101)"),
        ({"egress": [Egress(443)]}, "Egress(443) in egress is always allowed; remove it"),
        ({"egress": [Egress(25), Egress(25)]}, "Egress(25) is in egress twice; remove one"),
    ],
)
def test_what_does_not_exist_is_refused(options: dict[str, object], problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        Fargate(**options)  # type: ignore[arg-type]
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"port": 0}, "Egress(0): port must be 1 to 65535 (got 0)"),
        ({"port": 25, "protocol": "icmp"}, "protocol must be tcp or udp (got 'icmp')"),
        (
            {"port": 25, "to": "sg-x"},
            "invalid security group 'sg-x': use an id such as sg-0a1b2c3d",
        ),
        (
            {"port": 25, "to": "10.0.0.1/8"},
            "invalid addresses '10.0.0.1/8' in to (10.0.0.1/8 has host",
        ),
    ],
)
def test_egress_that_ec2_does_not_accept_is_refused(
    options: dict[str, object], problem: str
) -> None:
    with pytest.raises(ModelError) as caught:
        Egress(**options)  # type: ignore[arg-type]
    assert problem in str(caught.value)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ModelError) as caught:
        Application(
            name="orders",
            source=GitHubRepository("acme/orders"),
            container=replace(_container(cpu=600), mounts={"public": "/public"}),
            compute=Fargate(cpu=512),
            volumes={"public": "/data/public"},
        )
    assert caught.value.problems == (
        (
            "application 'orders': volumes (public) are folders of the host, which Fargate does "
            "not have; use EfsVolume(), or Ec2"
        ),
        (
            "application 'orders': the containers of a task need 600 CPU units and 512 MiB of "
            "memory, which Fargate does not have; use a larger cpu or memory"
        ),
    )
