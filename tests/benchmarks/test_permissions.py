"""How long deriving takes, beside rendering."""

from pytest_benchmark.fixture import BenchmarkFixture

from cfn_pipeline import load, render
from cfn_pipeline.permissions import Permissions, derive

STACK = load(render()["stack.yml"])
GROUP = "derive the deployment role, as a ratio to rendering all files"


def test_derive(benchmark: BenchmarkFixture) -> None:
    benchmark.group = GROUP

    def derived() -> Permissions:
        stacks = ["todobackend-dev", "todobackend-prod"]
        return derive([STACK], stacks=stacks, boundary={"Ref": "Boundary"})

    assert benchmark(derived).unknown == []


def test_render(benchmark: BenchmarkFixture) -> None:
    benchmark.group = GROUP
    assert "iam.yml" in benchmark(render)
