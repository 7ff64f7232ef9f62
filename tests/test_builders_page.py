"""The examples of docs/builders.md: each runs outside of this repository, and is right."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cfn_pipeline import load
from tests.cfn_lint import lint

PAGE = (Path(__file__).parents[1] / "docs" / "builders.md").read_text(encoding="utf-8")
EXAMPLES = dict(
    re.findall(r"^## (.+?)\n(?:(?!^## ).)*?```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
)
_DRIVER = """
import contextlib, io, sys
from pathlib import Path
for path in sorted(Path().glob("example-*.py")):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(path.read_text(), path.name, "exec"), {"__name__": "__main__"})
    path.with_suffix(".yml").write_text(printed.getvalue())
import cfn_pipeline
print(*{name.split(".")[0] for name in sys.modules} & {"tests", "click"})
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Run every example in one process, in a folder of its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    paths = {name: folder / f"example-{number}.py" for number, name in enumerate(EXAMPLES)}
    for name, path in paths.items():
        path.write_text(EXAMPLES[name])
    # -P: no folder is on the path, so that the package is the installed one.
    done = subprocess.run(
        [sys.executable, "-P", "-c", _DRIVER],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "HOME": str(folder)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
    return {name: path.with_suffix(".yml") for name, path in paths.items()}


def test_there_is_an_example_of_each(outputs: dict[str, Path]) -> None:
    assert len(outputs) == 6
    types = {
        name: sorted({str(r["Type"]) for r in load(path.read_text())["Resources"].values()})
        for name, path in outputs.items()
    }
    assert types["A private bucket"] == ["AWS::S3::Bucket"]
    for name in (
        "The role of a pipeline of your own",
        "The role of builds",
        "An action of your own",
    ):
        assert types[name] == ["AWS::IAM::Role"]
    assert types["The deployment role of any template"] == [
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Role",
    ]
    assert {"AWS::ECS::Service", "AWS::ElasticLoadBalancingV2::LoadBalancer"} <= {
        *types["A service behind your own load balancer"]
    }


def test_the_service_uses_what_the_template_has(outputs: dict[str, Path]) -> None:
    template = load(outputs["A service behind your own load balancer"].read_text())
    assert sorted(template["Parameters"]) == [
        "ApplicationDesiredCount",
        "ApplicationImageTag",
        "Subnets",
        "Vpc",
    ]
    resources = template["Resources"]
    rule = resources["ApplicationLoadBalancerListenerRule"]["Properties"]
    assert rule["ListenerArn"] == {"Ref": "LoadBalancerHttpListener"}
    network = resources["ApplicationService"]["Properties"]["NetworkConfiguration"]
    assert network["AwsvpcConfiguration"]["Subnets"] == {"Ref": "Subnets"}
    group = resources["ApplicationLogGroup"]["Properties"]
    assert group["KmsKeyId"] == {"Fn::ImportValue": "shop-key"}
    role = resources["ApplicationTaskRole"]["Properties"]
    assert role["PermissionsBoundary"] == {"Ref": "AWS::NoValue"}


@pytest.mark.thorough
@pytest.mark.parametrize("name", EXAMPLES)
def test_cfn_lint_finds_nothing(name: str, outputs: dict[str, Path]) -> None:
    assert lint(outputs[name]) == []


def test_every_builder_has_an_example_or_a_row() -> None:
    import cfn_pipeline

    builders = {
        name
        for name in cfn_pipeline.__all__
        if name.endswith(("_template", "_resources", "_role", "_bucket"))
        # these are names of roles
        and name not in ("action_role", "deployment_role", "reader_role")
    }
    assert builders == {name for name in builders if f"`{name}`" in PAGE}


def test_the_action_of_ones_own_may_start_a_deployment(outputs: dict[str, Path]) -> None:
    """AppConfig asks for the application, what is in it, and the deployment strategy."""
    text = outputs["An action of your own"].read_text()
    for resource in ("application/a1b2c3d", "application/a1b2c3d/*", "deploymentstrategy/*"):
        assert f":${{AWS::AccountId}}:{resource}\n" in text
